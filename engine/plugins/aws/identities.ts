/** Ids, ARNs and names that look like AWS's own and are always the same for the same resource. */
import { createHash } from "node:crypto";
import type { Properties } from "../../provider/resource";
import { autonameOf, RESOURCES, shortName } from "./catalog";
import { type Configuration, partitionOf } from "./configuration";

/** From what everything about a resource is derived. */
export interface Origin {
  token: string;
  urn: string;
  /** How many resources this URN has made before. */
  generation: number;
}

/** Hex digits that depend on a resource and a purpose only. */
export function digits(origin: Origin, purpose: string, count: number): string {
  const text = [origin.token, origin.urn, origin.generation, purpose].join("\0");
  return createHash("sha256").update(text).digest("hex").slice(0, count);
}

/** A number from 0 to `below` - 1 that depends on a resource and a purpose only. */
export function numberFor(origin: Origin, purpose: string, below: number): number {
  return Number(BigInt(`0x${digits(origin, purpose, 12)}`) % BigInt(below));
}

/** A UUID that depends on a resource and a purpose only. */
export function uuidFor(origin: Origin, purpose: string): string {
  const hex = digits(origin, purpose, 32);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join("-");
}

/** Prefixes of EC2's ids, by short type. */
const PREFIXES: Readonly<Record<string, string>> = {
  "dlm.LifecyclePolicy": "policy",
  "ebs.Snapshot": "snap",
  "ebs.Volume": "vol",
  "ec2.DefaultSecurityGroup": "sg",
  "ec2.Eip": "eipalloc",
  "ec2.EipAssociation": "eipassoc",
  "ec2.FlowLog": "fl",
  "ec2.Instance": "i",
  "ec2.InternetGateway": "igw",
  "ec2.LaunchTemplate": "lt",
  "ec2.MainRouteTableAssociation": "rtbassoc",
  "ec2.NatGateway": "nat",
  "ec2.NetworkAcl": "acl",
  "ec2.NetworkInterface": "eni",
  "ec2.NetworkInterfaceAttachment": "eni-attach",
  "ec2.RouteTable": "rtb",
  "ec2.RouteTableAssociation": "rtbassoc",
  "ec2.SecurityGroup": "sg",
  "ec2.Subnet": "subnet",
  "ec2.Vpc": "vpc",
  "ec2.VpcDhcpOptions": "dopt",
  "ec2.VpcEndpoint": "vpce",
  "vpc.SecurityGroupEgressRule": "sgr",
  "vpc.SecurityGroupIngressRule": "sgr",
};

/** Types whose ids are UUIDs. */
const UUIDS = ["kms.Key", "backup.Plan", "backup.Selection", "ssm.Association"];
/** Types whose ids are their ARNs. */
const ARNS = [
  "iam.Policy",
  "lb.Listener",
  "lb.LoadBalancer",
  "lb.TargetGroup",
  "secretsmanager.Secret",
  "sns.Topic",
  "sns.TopicSubscription",
];
/** Inputs that make the id, joined by the separator. */
const COMPOSED: Readonly<Record<string, readonly [separator: string, ...names: string[]]>> = {
  "autoscaling.Attachment": ["-", "autoscalingGroupName"],
  "autoscaling.Schedule": ["", "scheduledActionName"],
  "cloudwatch.CompositeAlarm": ["", "alarmName"],
  "cloudwatch.Dashboard": ["", "dashboardName"],
  "cloudwatch.EventTarget": ["-", "rule", "targetId"],
  "ec2.VpcDhcpOptionsAssociation": ["-", "dhcpOptionsId", "vpcId"],
  "iam.RolePolicy": [":", "role", "name"],
  "iam.RolePolicyAttachment": ["/", "role", "policyArn"],
  "kms.KeyPolicy": ["", "keyId"],
  "route53.Record": ["_", "zoneId", "name", "type", "setIdentifier"],
  "route53.ZoneAssociation": [":", "zoneId", "vpcId"],
  "s3.BucketObject": ["/", "bucket", "key"],
  "s3.BucketObjectv2": ["/", "bucket", "key"],
  "sns.TopicPolicy": ["", "arn"],
};

const text = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : "";

/** Where a resource is: its own region, or the provider's. */
export function regionOf(inputs: Properties, configuration: Configuration): string {
  return text(inputs["region"]) || configuration.region;
}

/** The id of a new resource. */
export function idOf(origin: Origin, inputs: Properties, configuration: Configuration): string {
  const short = shortName(origin.token);
  const prefix = PREFIXES[short];
  if (prefix) return `${prefix}-0${digits(origin, "id", 16)}`;
  if (UUIDS.includes(short)) return uuidFor(origin, "id");
  if (ARNS.includes(short)) return arnOf(origin, "", inputs, configuration) ?? "";
  const composed = COMPOSED[short];
  if (composed) {
    const [separator, ...names] = composed;
    const parts = names.map((name) => text(inputs[name])).filter((part) => part !== "");
    return parts.join(separator) || digits(origin, "id", 17);
  }
  const hex = digits(origin, "id", 8);
  const region = regionOf(inputs, configuration);
  switch (short) {
    case "ec2.Route":
      return `r-${text(inputs["routeTableId"])}${parseInt(hex, 16)}`;
    case "ec2.VpcEndpointRouteTableAssociation":
      return `a-${text(inputs["vpcEndpointId"])}${parseInt(hex, 16)}`;
    case "ec2.SecurityGroupRule":
      return `sgrule-${parseInt(hex, 16)}`;
    case "ec2.VolumeAttachment":
      return `vai-${parseInt(hex, 16)}`;
    case "route53.Zone":
      return `Z${digits(origin, "id", 20).toUpperCase()}`;
    case "sqs.Queue":
      return `https://sqs.${region}.amazonaws.com/${configuration.account}/${text(inputs["name"])}`;
    case "kms.Grant":
      return `${text(inputs["keyId"])}:${digits(origin, "grant", 64)}`;
    case "secretsmanager.SecretVersion":
      return `${text(inputs["secretId"])}|terraform-${digits(origin, "version", 26)}`;
    case "lb.TargetGroupAttachment":
      return `${text(inputs["targetGroupArn"])}-${digits(origin, "id", 26)}`;
    default: {
      // What is left is named by its own name, or by the resource that it belongs to.
      const property = autonameOf(short)?.property;
      return (
        text(property && inputs[property]) ||
        text(inputs["bucket"]) ||
        `terraform-${digits(origin, "id", 26)}`
      );
    }
  }
}

function loadBalancerKind(inputs: Properties, loadBalancer: string): string {
  if (/:loadbalancer\/(app|net|gwy)\//.test(loadBalancer)) return loadBalancer.split("/")[1] ?? "";
  return { network: "net", gateway: "gwy" }[text(inputs["loadBalancerType"])] ?? "app";
}

/** The ARN of a resource, if its type has one. */
export function arnOf(
  origin: Origin,
  id: string,
  inputs: Properties,
  configuration: Configuration,
): string | undefined {
  const template = RESOURCES[origin.token]?.arn;
  if (template === undefined) return undefined;
  const region = regionOf(inputs, configuration);
  const loadBalancer = text(inputs["loadBalancerArn"]);
  const kind = loadBalancerKind(inputs, loadBalancer);
  const [, , lbname = "", lbhex = ""] = loadBalancer.split("/");
  const short = shortName(origin.token);
  const name = text(inputs["name"]) || text(inputs["alarmName"]) || text(inputs["dashboardName"]);
  const bus = text(inputs["eventBusName"]);
  const values: Record<string, string> = {
    p: partitionOf(region),
    r: region,
    a: configuration.account,
    id: short === "elasticache.Cluster" ? text(inputs["clusterId"]) : id,
    name,
    "name without leading /": name.replace(/^\//, ""),
    keyName: text(inputs["keyName"]),
    bucket: text(inputs["bucket"]),
    key: text(inputs["key"]),
    path: text(inputs["path"]) || "/",
    asg: text(inputs["autoscalingGroupName"]),
    lbname,
    lbhex,
    "net|app|gwy": kind,
    "net|app": kind,
    hex16: digits(origin, "arn", 16),
    uuid: uuidFor(origin, "arn"),
    rand6: digits(origin, "arn", 6),
    topicArn: text(inputs["topic"]),
  };
  return template
    .replace("[bus/]", bus && bus !== "default" ? `${bus}/` : "")
    .replaceAll(/\{([^}]+)\}/g, (whole, key: string) => values[key] ?? whole);
}

/**
 * A name as Pulumi makes it: the resource's name and seven hex digits.
 * @throws Error when the two are longer than AWS allows
 */
export function autonameFor(origin: Origin): { property: string; name: string } | undefined {
  const rule = autonameOf(shortName(origin.token));
  if (!rule) return undefined;
  const given = origin.urn.split("::").slice(3).join("::");
  const base = `${rule.prefix ?? ""}${rule.lower ? given.toLowerCase() : given}`;
  const name = `${base}-${digits(origin, "name", 7)}`;
  if (rule.limit !== undefined && name.length > rule.limit)
    throw new Error(
      `name ${given} plus 7 random chars is longer than maximum length ${rule.limit}; give ${rule.property} itself`,
    );
  return { property: rule.property, name };
}
