/** Load balancers and their listeners. */
import { TAG } from "../../components/sites/aws/tags";
import { count, inProduction, isTrue, tagsIn } from "../props";
import { Props, ResourceRule } from "../rule";

const BALANCER = "aws:lb/loadBalancer:LoadBalancer";
const LISTENER = "aws:lb/listener:Listener";

/** The policies that ELB.17 recommends: TLS 1.3, with 1.2 at least. */
const RECOMMENDED = /^ELBSecurityPolicy-TLS13-1-[23]-(Res-)?(FIPS-)?(PQ-)?\d{4}-\d{2}$/;

function encrypted(props: Props): boolean {
  return ["TLS", "HTTPS"].includes(String(props["protocol"]));
}

function plaintextAccepted(props: Props): boolean {
  return tagsIn(props)[TAG.plaintextAccepted] === "yes";
}

function plaintext(props: Props): string {
  return `speaks ${String(props["protocol"])} without TLS`;
}

/** The rules about balancers. */
export const BALANCING_RULES: readonly ResourceRule[] = [
  {
    name: "balancer-deletion-protection",
    control: "ELB.6",
    enforcement: "mandatory",
    reason: "Clients know the balancer's name; a new one has another.",
    remedy: "Set enableDeletionProtection in production.",
    types: [BALANCER],
    check: (resource, settings) =>
      inProduction(resource, settings) && !isTrue(resource.props["enableDeletionProtection"])
        ? ["can be deleted"]
        : [],
  },
  {
    name: "balancer-spans-zones",
    control: "ELB.13",
    enforcement: "mandatory",
    reason: "A zone that fails must not take the endpoint.",
    remedy: "Give subnets of two zones or more.",
    types: [BALANCER],
    check: ({ props }) =>
      Math.max(count(props, "subnets"), count(props, "subnetMappings")) < 2 ? ["stands in one zone"] : [],
  },
  {
    name: "listener-tls-policy",
    control: "ELB.17",
    enforcement: "mandatory",
    reason: "Older policies allow ciphers that are broken.",
    remedy: "Set sslPolicy to ELBSecurityPolicy-TLS13-1-2-Res-2021-06.",
    types: [LISTENER],
    check: ({ props }) =>
      encrypted(props) && !RECOMMENDED.test(String(props["sslPolicy"]))
        ? [`has the policy ${JSON.stringify(props["sslPolicy"] ?? "unset")}`]
        : [],
  },
  {
    name: "listener-encrypted",
    control: "ELB.18",
    enforcement: "mandatory",
    reason: "Points and tokens would cross the network in the clear.",
    remedy: "Give a certificate, or give TLS up explicitly in the settings.",
    types: [LISTENER],
    check: ({ props }) => (encrypted(props) || plaintextAccepted(props) ? [] : [plaintext(props)]),
  },
  {
    name: "listener-plaintext-accepted",
    control: "ELB.18",
    enforcement: "advisory",
    reason: "The settings give TLS up: points and tokens cross the network in the clear.",
    remedy: "Give a certificate.",
    types: [LISTENER],
    check: ({ props }) => (!encrypted(props) && plaintextAccepted(props) ? [plaintext(props)] : []),
  },
];
