/** Which ports may be open, and to whom. */
import { FLOWS } from "../../components/sites/aws/security/flows";
import { described, INGRESS_TYPES, isEverybody, isWide, Opening, opens, openingsOf } from "../openings";
import { count, objects } from "../props";
import { CheckedResource, Props, ResourceRule } from "../rule";

const SSH = 22;
const REMOTE_DESKTOP = 3389;

/** Ports that may be open to everybody (the control's own default). */
const PUBLIC_PORTS = [80, 443];

/** The ports that EC2.19 names. */
const HIGH_RISK = [
  20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333, 5000, 5432, 5500, 5601, 8080,
  8088, 8888, 9200, 9300,
];

/** Ports with which machines are administered or that have no authentication: SSH and every role's. */
const ADMIN_PORTS = [SSH, ...new Set(FLOWS.map(({ port }) => port))];

function found(resource: CheckedResource, wrong: (opening: Opening) => boolean): string[] {
  return openingsOf(resource).filter(wrong).map(described);
}

function toEverybody(ports: readonly number[]): (resource: CheckedResource) => string[] {
  return (resource) =>
    found(resource, (opening) => isEverybody(opening.cidr) && ports.some((port) => opens(opening, port)));
}

function aclOpening(entry: Props, port: number): boolean {
  const [from, to] = [Number(entry["fromPort"]), Number(entry["toPort"])];
  const all = entry["protocol"] === "-1" || entry["protocol"] === "all";
  return (
    String(entry["action"]).toLowerCase() === "allow" &&
    (entry["cidrBlock"] === "0.0.0.0/0" || entry["ipv6CidrBlock"] === "::/0") &&
    (all || (from <= port && port <= to))
  );
}

/** The rules about ports. */
export const PORT_RULES: readonly ResourceRule[] = [
  {
    name: "no-ssh-from-everybody",
    control: "EC2.13, CIS 5.3",
    enforcement: "mandatory",
    reason: "SSH that the world can reach is tried around the clock.",
    remedy: "Name the operators' own networks in adminCidrs, or use a tunnel.",
    types: INGRESS_TYPES,
    check: toEverybody([SSH]),
  },
  {
    name: "no-remote-desktop-from-everybody",
    control: "EC2.14, CIS 5.3",
    enforcement: "mandatory",
    reason: "No machine of the platform serves remote desktops.",
    remedy: "Remove the rule.",
    types: INGRESS_TYPES,
    check: toEverybody([REMOTE_DESKTOP]),
  },
  {
    name: "no-unlisted-port-from-everybody",
    control: "EC2.18",
    enforcement: "mandatory",
    reason: "Only HTTP and HTTPS are meant for everybody.",
    remedy: "Give the networks of the clients in clientCidrs.",
    types: INGRESS_TYPES,
    check: (resource) =>
      found(
        resource,
        (opening) =>
          isEverybody(opening.cidr) && !(opening.from === opening.to && PUBLIC_PORTS.includes(opening.from)),
      ),
  },
  {
    name: "no-high-risk-port-from-everybody",
    control: "EC2.19",
    enforcement: "mandatory",
    reason: "These ports serve protocols that are attacked most.",
    remedy: "Give the networks of the clients in clientCidrs.",
    types: INGRESS_TYPES,
    check: toEverybody(HIGH_RISK),
  },
  {
    name: "no-admin-port-from-wide-networks",
    control: "platform",
    enforcement: "mandatory",
    reason: "SSH and the roles' own ports are not for a part of the world, however it is cut up.",
    remedy: "Name networks of /16 or smaller.",
    types: INGRESS_TYPES,
    check: (resource) =>
      found(resource, (opening) => isWide(opening.cidr) && ADMIN_PORTS.some((port) => opens(opening, port))),
  },
  {
    name: "no-way-out-to-everybody",
    control: "platform",
    enforcement: "mandatory",
    reason: "Machines reach what has an endpoint and nothing else, so that data has no other way out.",
    remedy: "Allow the group or prefix list that is needed.",
    types: ["aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "aws:ec2/securityGroup:SecurityGroup"],
    check: ({ type, props }) =>
      type === "aws:ec2/securityGroup:SecurityGroup"
        ? objects(props, "egress")
            .filter((rule) => JSON.stringify(rule).match(/"(0\.0\.0\.0|::)\/0"/))
            .map(() => "lets everything out")
        : [props["cidrIpv4"], props["cidrIpv6"]]
            .filter((cidr) => typeof cidr === "string" && (isEverybody(cidr) || isWide(cidr)))
            .map((cidr) => `lets traffic out to ${String(cidr)}`),
  },
  {
    name: "security-group-rules-stand-alone",
    control: "platform",
    enforcement: "mandatory",
    reason: "Rules inside a group and rules of their own remove each other on every update.",
    remedy: "Use aws.vpc.SecurityGroupIngressRule and SecurityGroupEgressRule.",
    types: ["aws:ec2/securityGroup:SecurityGroup"],
    check: ({ props }) =>
      count(props, "ingress") + count(props, "egress") > 0 ? ["has rules inside the group"] : [],
  },
  {
    name: "no-admin-port-in-network-acl",
    control: "EC2.21, CIS 5.2",
    enforcement: "mandatory",
    reason: "A network ACL that lets everybody reach SSH or remote desktops undoes the groups' care.",
    remedy: "Deny 22 and 3389 from 0.0.0.0/0 and ::/0.",
    types: ["aws:ec2/networkAcl:NetworkAcl"],
    check: ({ props }) =>
      [SSH, REMOTE_DESKTOP]
        .filter((port) => objects(props, "ingress").some((entry) => aclOpening(entry, port)))
        .map((port) => `lets everybody reach port ${port}`),
  },
  {
    name: "network-acl-in-use",
    control: "EC2.16",
    enforcement: "advisory",
    reason: "An ACL without subnets protects nothing and misleads its readers.",
    remedy: "Give it subnets or remove it.",
    types: ["aws:ec2/networkAcl:NetworkAcl"],
    check: ({ props }) => (count(props, "subnetIds") === 0 ? ["belongs to no subnet"] : []),
  },
];
