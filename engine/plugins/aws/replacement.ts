/** Whether a change is none, an update in place or a replacement: the table's rules, then those under conditions. */
import { parseSubnet } from "../../../components/network/ipv4";
import { differences, topName } from "../../provider/differences";
import { isMap } from "../../provider/properties";
import { type Properties, UNKNOWN } from "../../provider/resource";
import { type InputFact, RESOURCES, shortName } from "./catalog";

/** A change of a resource's inputs: the paths that differ, and the inputs that replace it. */
export interface Decision {
  changed: string[];
  replaces: string[];
}

/** Lists whose order means nothing to AWS. */
const SETS = [
  "availabilityZones",
  "alarmActions",
  "enabledMetrics",
  "okActions",
  "routeTableIds",
  "securityGroupIds",
  "securityGroups",
  "subnetIds",
  "subnets",
  "targetGroupArns",
  "vpcSecurityGroupIds",
  "vpcZoneIdentifiers",
];

type Facts = Readonly<Record<string, InputFact>>;

/** Inputs as the provider compares them: with its defaults, and with its own value where one is left out. */
export function effective(facts: Facts, inputs: Properties, before: Properties = {}): Properties {
  const result: Properties = {};
  for (const [name, fact] of Object.entries(facts)) {
    if (fact.writeOnly) continue;
    const value = effectiveValue(name, fact, inputs[name], before[name]);
    if (value !== undefined) result[name] = value;
  }
  return result;
}

function effectiveValue(name: string, fact: InputFact, value: unknown, before: unknown): unknown {
  if (value === undefined || value === null) return fact.default ?? (fact.computed ? before : undefined);
  const properties = fact.properties;
  const complete = (item: unknown, old: unknown): unknown =>
    properties && isMap(item) ? effective(properties, item, isMap(old) ? old : {}) : item;
  if (Array.isArray(value)) {
    const old = Array.isArray(before) && before.length === value.length ? (before as unknown[]) : [];
    const items = value.map((item, index) => complete(item, old[index]));
    return SETS.includes(name) ? [...items].sort((a, b) => String(a).localeCompare(String(b))) : items;
  }
  return complete(value, before);
}

/** True when a fact on the way to a place says that a change there replaces. */
function replacesAt(facts: Facts, path: string): boolean {
  let at: Facts | undefined = facts;
  for (const name of path.replaceAll(/\[\d+\]/g, "").split(".")) {
    const fact: InputFact | undefined = at?.[name];
    if (!fact) return false;
    if (fact.replaces) return true;
    at = fact.properties;
  }
  return false;
}

/** What a condition looks at: both sides with their defaults, and the state's outputs. */
export interface Sides {
  olds: Properties;
  news: Properties;
  outputs: Properties;
}

/** Says of an input that changed whether it replaces; `undefined` leaves it to the table. */
type Condition = (name: string, sides: Sides) => boolean | undefined;

const list = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
const version = (value: unknown): number[] =>
  (typeof value === "string" ? value : "").split(".").map((part) => Number(part) || 0);

/** Whether a version comes before another. */
export function isDowngrade(from: unknown, to: unknown): boolean {
  const [old, next] = [version(from), version(to)];
  for (let index = 0; index < Math.max(old.length, next.length); index++) {
    const step = (next[index] ?? 0) - (old[index] ?? 0);
    if (step !== 0) return step < 0;
  }
  return false;
}

/** Whether an instance type has Arm processors; its images run on no other. */
function isArm(type: unknown): boolean {
  return typeof type === "string" && /^([a-z]+\d+g[a-z]*(-[a-z0-9]+)?|a1)\./.test(type);
}

const CONDITIONS: Readonly<Record<string, Condition>> = {
  "ec2.Vpc": (name, { olds, news }) =>
    name === "instanceTenancy"
      ? !(olds["instanceTenancy"] === "dedicated" && (news["instanceTenancy"] ?? "default") === "default")
      : undefined,
  "ec2.VpcEndpoint": (name, { olds }) =>
    name === "privateDnsEnabled" ? olds["vpcEndpointType"] !== "Interface" : undefined,
  "ec2.Instance": (name, { olds, news }) => {
    if (name === "userData" || name === "userDataBase64") return news["userDataReplaceOnChange"] === true;
    if (name === "instanceType") return isArm(olds[name]) !== isArm(news[name]);
    return undefined;
  },
  "lb.LoadBalancer": (name, { olds, news }) => {
    if (olds["loadBalancerType"] !== "network") return undefined;
    if (name === "subnets" || name === "subnetMappings")
      return list(olds[name]).some((one) => !list(news[name]).some((other) => sameSubnet(one, other)));
    if (name === "securityGroups") return (list(olds[name]).length === 0) !== (list(news[name]).length === 0);
    return undefined;
  },
  "elasticache.Cluster": (name, { olds, news, outputs }) => {
    if (name === "nodeType") return olds["engine"] === "memcached";
    if (name !== "engineVersion") return undefined;
    return isDowngrade(outputs["engineVersionActual"] ?? olds["engineVersion"], news["engineVersion"]);
  },
  // A secret's version never changes; another value is another version.
  "secretsmanager.SecretVersion": (name) => (name === "secretString" ? true : undefined),
  "ssm.Parameter": (name, { olds, news }) =>
    name === "tier" ? olds["tier"] === "Advanced" && news["tier"] === "Standard" : undefined,
  "s3.BucketVersioning": (name, { olds, news }) => {
    if (name !== "versioningConfiguration") return undefined;
    const status = (side: Properties): unknown =>
      isMap(side["versioningConfiguration"]) ? side["versioningConfiguration"]["status"] : undefined;
    return status(olds) !== "Disabled" && status(news) === "Disabled";
  },
};

function sameSubnet(one: unknown, other: unknown): boolean {
  return isMap(one) && isMap(other) ? one["subnetId"] === other["subnetId"] : one === other;
}

/** Decides on a change of a resource's inputs. */
export function decide(
  token: string,
  oldInputs: Properties,
  news: Properties,
  outputs: Properties,
): Decision {
  const facts = RESOURCES[token]?.inputs ?? {};
  const before = { ...outputs, ...oldInputs };
  const sides: Sides = {
    olds: effective(facts, oldInputs, outputs),
    news: effective(facts, news, before),
    outputs,
  };
  const names = [...new Set([...Object.keys(sides.olds), ...Object.keys(sides.news)])];
  const changed = names.flatMap((name) => differences(sides.olds[name], sides.news[name], name));
  const condition = CONDITIONS[shortName(token)];
  const replaces = new Set<string>();
  for (const { path } of changed) {
    const name = topName(path);
    if (condition?.(name, sides) ?? replacesAt(facts, path)) replaces.add(name);
  }
  return { changed: changed.map(({ path }) => path), replaces: [...replaces] };
}

/** Why AWS refuses a change in place that its tables allow, with its error code; or nothing. */
export function refusedChange(token: string, olds: Properties, news: Properties): string | undefined {
  const short = shortName(token);
  const [size, next] = [olds["size"], news["size"]];
  if (short === "ebs.Volume" && typeof size === "number" && typeof next === "number" && next < size)
    return `InvalidParameterValue: New size cannot be smaller than existing size: ${next} GiB is less than ${size} GiB`;
  return undefined;
}

/** What is wrong with a combination of inputs that only the provider's code knows of; by property. */
export function conditionFailures(token: string, inputs: Properties): { property: string; reason: string }[] {
  const known = (name: string): unknown => (inputs[name] === UNKNOWN ? undefined : inputs[name]);
  const failures: { property: string; reason: string }[] = [];
  const say = (property: string, reason: string): void => void failures.push({ property, reason });
  switch (shortName(token)) {
    case "ebs.Volume": {
      const type = inputs["type"] ?? "gp2";
      if (typeof type !== "string") break;
      if ((type === "io1" || type === "io2") && inputs["iops"] === undefined)
        say("iops", `is missing; a volume of type ${type} takes a number`);
      if (known("iops") !== undefined && !["io1", "io2", "gp3"].includes(type))
        say("iops", `is for volumes of type gp3, io1 and io2, not ${type}`);
      if (known("throughput") !== undefined && type !== "gp3")
        say("throughput", `is for volumes of type gp3, not ${type}`);
      break;
    }
    case "lb.TargetGroup": {
      const check = known("healthCheck");
      if (!isMap(check) || check["protocol"] !== "TCP") break;
      for (const name of ["path", "matcher"])
        if (check[name] !== undefined && check[name] !== UNKNOWN && check[name] !== "")
          say(`healthCheck.${name}`, "is not for a health check over TCP; leave it out or use HTTP");
      break;
    }
    case "elasticache.Cluster": {
      const nodes = known("numCacheNodes");
      if (known("azMode") === "cross-az" && typeof nodes === "number" && nodes < 2)
        say("azMode", `is cross-az, which takes two nodes or more; numCacheNodes is ${nodes}`);
      const engine = known("engineVersion");
      if (
        known("transitEncryptionEnabled") === true &&
        typeof engine === "string" &&
        isDowngrade("1.6.12", engine)
      )
        say("engineVersion", `is ${engine}; encryption in transit takes 1.6.12 or newer`);
      break;
    }
    case "ec2.Subnet":
    case "ec2.Vpc": {
      const block = known("cidrBlock");
      const subnet = typeof block === "string" ? parseSubnet(block) : undefined;
      if (subnet && (subnet.prefix < 16 || subnet.prefix > 28))
        say("cidrBlock", `is ${String(block)}; AWS takes networks from /16 to /28`);
      break;
    }
    case "ec2.Instance":
    case "ec2.LaunchTemplate": {
      const data = known("userData");
      const encoded = known("userDataBase64");
      const given = shortName(token) === "ec2.LaunchTemplate" ? undefined : data;
      const bytes = typeof given === "string" ? Buffer.byteLength(given) : decodedLength(encoded ?? data);
      if (bytes > 16_384) say("userData", `has ${bytes} bytes; AWS takes at most 16384`);
      break;
    }
  }
  return failures;
}

function decodedLength(value: unknown): number {
  return typeof value === "string" ? Buffer.from(value, "base64").length : 0;
}
