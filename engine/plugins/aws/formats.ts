/** What texts look like to AWS: addresses, ARNs, ids, schedules, names. Pure functions of plain values. */
import { parseAddress, parseCidr } from "../../../components/network/ipv4";

/** Says what a text should be, or nothing when it is that. */
export type Format = (text: string) => string | undefined;

const form =
  (pattern: RegExp, what: string): Format =>
  (text) =>
    pattern.test(text) ? undefined : what;

const ARN = /^arn:aws(-[a-z]+)*:[a-z0-9-]+:[a-z0-9-]*:(\d{12}|aws|cloudwatch)?:.+/s;

function isIpv6(text: string): boolean {
  const groups = text.split("::");
  if (groups.length > 2) return false;
  const parts = groups.flatMap((group) => (group === "" ? [] : group.split(":")));
  const full = groups.length === 2 ? parts.length <= 7 : parts.length === 8;
  return full && parts.every((part) => /^[0-9a-f]{1,4}$/i.test(part));
}

function isIpv6Cidr(text: string): boolean {
  const [address = "", length = "", ...rest] = text.split("/");
  return rest.length === 0 && /^\d{1,3}$/.test(length) && Number(length) <= 128 && isIpv6(address);
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}

/** The formats that resources.json names. */
export const FORMATS: Readonly<Record<string, Format>> = {
  cidr: (text) =>
    parseCidr(text) || isIpv6Cidr(text) ? undefined : "a network in CIDR form, such as 10.0.0.0/16",
  "ipv4-cidr": (text) => (parseCidr(text) ? undefined : "a network in CIDR form, such as 10.0.1.0/24"),
  ipv4: (text) => (parseAddress(text) === undefined ? "an IPv4 address" : undefined),
  ipv6: (text) => (isIpv6(text) ? undefined : "an IPv6 address"),
  arn: form(ARN, "an ARN"),
  "kms-key-id": (text) =>
    ARN.test(text) || /^(alias\/.+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/.test(text)
      ? undefined
      : "the id, the alias or the ARN of a KMS key",
  json: (text) => (isJson(text) ? undefined : "a JSON document"),
  port: (text) => (/^\d{1,5}$/.test(text) && Number(text) <= 65535 ? undefined : "a port number"),
  "utc-timestamp": form(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, "a time such as 2030-01-31T12:00:00Z"),
};

const id = (prefix: string): Format =>
  form(new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`), `an id that begins with ${prefix}-`);

const either =
  (...formats: Format[]): Format =>
  (text) => {
    const wanted = formats.map((format) => format(text));
    return wanted.includes(undefined) ? undefined : wanted.join(" or ");
  };

const schedule = form(/^(cron|rate|at)\(.+\)$/, "a schedule such as rate(5 minutes) or cron(0 3 * * ? *)");
const subnet = id("subnet");
const group = id("sg");
const table = id("rtb");

/** Inputs that hold ids, wherever they stand. */
const BY_NAME: Readonly<Record<string, Format>> = {
  vpcId: id("vpc"),
  subnetId: subnet,
  subnetIds: subnet,
  subnets: subnet,
  vpcZoneIdentifiers: subnet,
  routeTableId: table,
  routeTableIds: table,
  securityGroupId: group,
  securityGroupIds: group,
  vpcSecurityGroupIds: group,
  referencedSecurityGroupId: either(group, form(/^\d{12}\/sg-[0-9a-f]{8,17}$/, "account/sg-…")),
  natGatewayId: id("nat"),
  networkInterfaceId: id("eni"),
  allocationId: id("eipalloc"),
  volumeId: id("vol"),
  snapshotId: id("snap"),
  instanceId: id("i"),
  dhcpOptionsId: id("dopt"),
  prefixListId: id("pl"),
  ami: either(id("ami"), form(/^resolve:ssm:.+/, "resolve:ssm:…")),
  imageId: either(id("ami"), form(/^resolve:ssm:.+/, "resolve:ssm:…")),
  instanceType: form(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, "an instance type such as m7g.large"),
  executionRoleArn: FORMATS["arn"] as Format,
};

/** Inputs whose form depends on their resource's type too. */
const BY_PLACE: Readonly<Record<string, Format>> = {
  "autoscaling.Notification.groupNames": form(/^.{1,255}$/, "a group's name"),
  "backup.Plan.rules.schedule": schedule,
  "backup.Vault.name": form(/^[\w-]{2,50}$/, "2 to 50 letters, digits, hyphens and underscores"),
  "cloudwatch.EventRule.scheduleExpression": schedule,
  "cloudwatch.LogGroup.name": form(/^[\w./#-]{1,512}$/, "up to 512 letters, digits and any of _ - / . #"),
  "dlm.LifecyclePolicy.policyDetails.schedules.createRule.cronExpression": form(
    /^cron\(.+\)$/,
    "a schedule such as cron(0 3 * * ? *)",
  ),
  "ec2.SecurityGroup.name": form(
    /^(?!sg-)[\w ./:()#,@[\]+=&;{}!$*-]{1,255}$/,
    "a name that does not begin with sg-",
  ),
  "ec2.SecurityGroup.description": form(
    /^[\w ./:()#,@[\]+=&;{}!$*-]{1,255}$/,
    "up to 255 of letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*",
  ),
  "elasticache.Cluster.clusterId": form(
    /^[a-z](?!.*--)[a-z0-9-]{0,48}[a-z0-9]$|^[a-z]$/,
    "up to 50 lower-case letters, digits and single hyphens, from a letter to a letter or digit",
  ),
  "elasticache.Cluster.nodeType": form(
    /^cache\.[a-z0-9-]+\.[a-z0-9-]+$/,
    "a node type such as cache.t4g.small",
  ),
  "iam.Role.name": form(/^[\w+=,.@-]{1,64}$/, "up to 64 letters, digits and any of _+=,.@-"),
  "kms.Alias.name": form(
    /^alias\/(?!aws\/)[\w/-]{1,250}$/,
    "alias/ and a name that does not begin with aws/",
  ),
  "lb.LoadBalancer.name": form(
    /^(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/,
    "up to 32 letters, digits and inner hyphens, not beginning with internal-",
  ),
  "lb.TargetGroup.name": form(
    /^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/,
    "up to 32 letters, digits and inner hyphens",
  ),
  "route53.Record.zoneId": form(/^[A-Z0-9]{5,32}$/, "the id of a hosted zone"),
  "route53.ZoneAssociation.zoneId": form(/^[A-Z0-9]{5,32}$/, "the id of a hosted zone"),
  "s3.Bucket.bucket": form(
    /^(?!xn--)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    "3 to 63 lower-case letters, digits, dots and hyphens",
  ),
  "sns.Topic.name": form(/^[\w-]{1,256}(\.fifo)?$/, "up to 256 letters, digits, hyphens and underscores"),
  "sqs.Queue.name": form(
    /^[\w-]{1,75}(\.fifo)?$|^[\w-]{1,80}$/,
    "up to 80 letters, digits, hyphens and underscores",
  ),
  "ssm.Association.scheduleExpression": schedule,
  "ssm.Parameter.name": form(/^[\w./-]{1,2048}$/, "a path of letters, digits and any of _ . - /"),
};

/** The format of the input at a path of names (`rules.schedule`) of a type in its short form, if it has one. */
export function formatAt(short: string, path: string, format?: string): Format | undefined {
  const own = BY_PLACE[`${short}.${path}`] ?? BY_NAME[path.split(".").at(-1) ?? ""];
  return own ?? (format === undefined ? undefined : FORMATS[format]);
}
