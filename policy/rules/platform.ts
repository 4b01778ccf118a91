/** What the platform asks beyond AWS's controls: tags, quorums over zones, no secrets in what runs. */
import { REQUIRED_TAGS, TAG } from "../../components/sites/aws/tags";
import { filled, inProduction, tagsIn } from "../props";
import { Fault, PackSettings, PlacedResource, Rule } from "../rule";
import { TAGGABLE } from "./taggable";

const INSTANCE = "aws:ec2/instance:Instance";

/** Kinds of hosts that stand in quorums; they carry ZooKeeper and journal nodes. */
const QUORUM_KIND = "master";

/** Kinds of hosts whose loss in one zone must leave others. */
const SPREAD_KINDS = ["master", "data"];

/** Texts that look like a secret that was written out, with what they are. */
const SECRETS: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "a private key"],
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/, "an AWS access key"],
  [/aws_secret_access_key\s*[=:]\s*["']?[A-Za-z0-9/+]{30,}/i, "an AWS secret key"],
  // A reference ($NAME, ${…}, $(…), <file>) is no secret.
  [/\b(password|passwd|secret|token)\s*=\s*["']?[^\s"'$<{][^\s"']{7,}/i, "a password or token"],
];

/** Inputs that run on a machine or on the operator's. */
const RUNS: Readonly<Record<string, readonly string[]>> = {
  "command:remote:Command": ["create", "update", "delete"],
  "command:local:Command": ["create", "update", "delete"],
  [INSTANCE]: ["userData", "userDataBase64"],
  "aws:ec2/launchTemplate:LaunchTemplate": ["userData"],
};

function plain(input: string, value: string, type: string): string {
  const encoded = input === "userDataBase64" || type === "aws:ec2/launchTemplate:LaunchTemplate";
  return encoded ? Buffer.from(value, "base64").toString("utf8") : value;
}

function secretsIn(type: string, input: string, value: unknown): string[] {
  if (typeof value !== "string") {
    return [];
  }
  const text = plain(input, value, type);
  return SECRETS.filter(([pattern]) => pattern.test(text)).map(([, what]) => `holds ${what} in ${input}`);
}

/** Hosts of one kind in one environment. */
function kinds(resources: readonly PlacedResource[], kind: string): PlacedResource[][] {
  const groups = new Map<string, PlacedResource[]>();
  for (const resource of resources.filter(({ type }) => type === INSTANCE)) {
    const tags = tagsIn(resource.props);
    if (tags[TAG.kind] === kind) {
      const environment = String(tags[TAG.environment]);
      groups.set(environment, [...(groups.get(environment) ?? []), resource]);
    }
  }
  return [...groups.values()];
}

/** The zone of a host: by name, or by the subnet that it stands in where that is all that is known. */
function zoneOf({ props, references }: PlacedResource): string {
  const zone = filled(props, "availabilityZone") ? props["availabilityZone"] : undefined;
  return typeof zone === "string" ? zone : (references["subnetId"]?.[0] ?? String(props["subnetId"]));
}

function crowdedZone(hosts: readonly PlacedResource[]): string | undefined {
  const zones = hosts.map(zoneOf);
  return zones.find((zone) => zones.filter((other) => other === zone).length * 2 > hosts.length);
}

function oddQuorum(resources: readonly PlacedResource[], settings: PackSettings): Fault[] {
  return kinds(resources, QUORUM_KIND).flatMap((hosts): Fault[] => {
    const [first] = hosts;
    if (first === undefined) {
      return [];
    }
    if (hosts.length % 2 === 0) {
      return [{ urn: first.urn, fault: `The quorum has ${hosts.length} hosts` }];
    }
    const zone = inProduction(first, settings) ? crowdedZone(hosts) : undefined;
    return zone === undefined
      ? []
      : [{ urn: first.urn, fault: `The majority of the ${hosts.length} quorum hosts stands in ${zone}` }];
  });
}

function singleZone(resources: readonly PlacedResource[], settings: PackSettings): Fault[] {
  return SPREAD_KINDS.flatMap((kind) =>
    kinds(resources, kind).flatMap((hosts): Fault[] => {
      const [first] = hosts;
      const zones = new Set(hosts.map(zoneOf));
      return first !== undefined && inProduction(first, settings) && zones.size < 2
        ? [{ urn: first.urn, fault: `All ${kind} hosts stand in ${[...zones].join()}` }]
        : [];
    }),
  );
}

/** The platform's own rules. */
export const PLATFORM_RULES: readonly Rule[] = [
  {
    name: "required-tags",
    control: "platform",
    enforcement: "mandatory",
    reason: "Costs, snapshots and these rules go by tags.",
    remedy: "Take the tags from the environment's naming context.",
    types: TAGGABLE,
    check: ({ props }) => {
      const tags = tagsIn(props);
      const missing = REQUIRED_TAGS.filter((tag) => !filled(tags, tag));
      return missing.length > 0 ? [`lacks the tags ${missing.join(", ")}`] : [];
    },
  },
  {
    name: "odd-quorum-over-zones",
    control: "platform",
    enforcement: "mandatory",
    reason:
      "An even quorum survives no more losses than the odd one below it, and a zone with a majority is one loss.",
    remedy: "Have an odd number of masters, spread over the zones.",
    checkAll: oddQuorum,
  },
  {
    name: "production-spans-zones",
    control: "platform",
    enforcement: "mandatory",
    reason: "A zone that fails must leave a part of the storage.",
    remedy: "Name two zones or more.",
    checkAll: singleZone,
  },
  {
    name: "no-plaintext-secret",
    control: "platform",
    enforcement: "mandatory",
    reason: "Commands and user data are stored, shown and logged in the clear.",
    remedy: "Let the machine fetch the secret where only its profile may read it.",
    types: Object.keys(RUNS),
    check: ({ type, props }) => (RUNS[type] ?? []).flatMap((input) => secretsIn(type, input, props[input])),
  },
];
