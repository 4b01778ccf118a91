/** What a resource may refer to: everything that it names must be in the account, or AWS says which is not. */
import { isMap } from "../../provider/properties";
import type { Properties } from "../../provider/resource";
import type { AccountRecord, Ledger } from "./account";
import { shortName } from "./catalog";

/** A refusal by AWS: its own error code, and what it says. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(`api error ${code}: ${message}`);
  }
}

/** All texts in a value, wherever they stand. */
export function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isMap(value) ? Object.values(value).flatMap(textsIn) : [];
}

interface Kind {
  types: readonly string[];
  code: string;
  noun: string;
}

/** Ids by their prefix. AMIs, snapshots and prefix lists are not the stack's own, so they are not looked up. */
const IDS: Readonly<Record<string, Kind>> = {
  vpc: { types: ["ec2.Vpc"], code: "InvalidVpcID.NotFound", noun: "vpc ID" },
  subnet: { types: ["ec2.Subnet"], code: "InvalidSubnetID.NotFound", noun: "subnet ID" },
  sg: {
    types: ["ec2.SecurityGroup", "ec2.DefaultSecurityGroup"],
    code: "InvalidGroup.NotFound",
    noun: "security group",
  },
  rtb: { types: ["ec2.RouteTable"], code: "InvalidRouteTableID.NotFound", noun: "routeTable ID" },
  igw: {
    types: ["ec2.InternetGateway"],
    code: "InvalidInternetGatewayID.NotFound",
    noun: "internetGateway ID",
  },
  nat: { types: ["ec2.NatGateway"], code: "NatGatewayNotFound", noun: "NAT gateway" },
  eipalloc: { types: ["ec2.Eip"], code: "InvalidAllocationID.NotFound", noun: "allocation ID" },
  eni: {
    types: ["ec2.NetworkInterface"],
    code: "InvalidNetworkInterfaceID.NotFound",
    noun: "networkInterface ID",
  },
  i: { types: ["ec2.Instance"], code: "InvalidInstanceID.NotFound", noun: "instance ID" },
  vol: { types: ["ebs.Volume"], code: "InvalidVolume.NotFound", noun: "volume" },
  vpce: { types: ["ec2.VpcEndpoint"], code: "InvalidVpcEndpointId.NotFound", noun: "Vpc Endpoint Id" },
  dopt: { types: ["ec2.VpcDhcpOptions"], code: "InvalidDhcpOptionID.NotFound", noun: "dhcpOption ID" },
  lt: { types: ["ec2.LaunchTemplate"], code: "InvalidLaunchTemplateId.NotFound", noun: "launch template" },
};

/** Outputs through which a resource brings others into being that have no record of their own. */
const BROUGHT = [
  "defaultSecurityGroupId",
  "defaultRouteTableId",
  "mainRouteTableId",
  "dhcpOptionsId",
  "primaryNetworkInterfaceId",
  "networkInterfaceIds",
];

/** ARNs of this account by the begin of their resource part. */
const ARNS: readonly (Kind & { form: RegExp })[] = [
  {
    form: /:elasticloadbalancing:.*:targetgroup\//,
    types: ["lb.TargetGroup"],
    code: "TargetGroupNotFound",
    noun: "target group",
  },
  {
    form: /:elasticloadbalancing:.*:loadbalancer\//,
    types: ["lb.LoadBalancer"],
    code: "LoadBalancerNotFound",
    noun: "load balancer",
  },
  { form: /^[^:]+:[^:]+:sns:/, types: ["sns.Topic"], code: "NotFound", noun: "topic" },
  { form: /^[^:]+:[^:]+:kms:[^:]*:[^:]*:key\//, types: ["kms.Key"], code: "NotFoundException", noun: "key" },
  {
    form: /^[^:]+:[^:]+:iam::\d{12}:role\/(?!aws-service-role\/)/,
    types: ["iam.Role"],
    code: "NoSuchEntity",
    noun: "role",
  },
  { form: /^[^:]+:[^:]+:iam::\d{12}:policy\//, types: ["iam.Policy"], code: "NoSuchEntity", noun: "policy" },
  {
    form: /^[^:]+:[^:]+:sqs:/,
    types: ["sqs.Queue"],
    code: "AWS.SimpleQueueService.NonExistentQueue",
    noun: "queue",
  },
];

type Named = Kind & { property: string; of?: string };

/** Names, by the property that holds them; `of` limits a rule to types whose short form begins so. */
const NAMES: readonly Named[] = [
  {
    property: "autoscalingGroupName",
    types: ["autoscaling.Group"],
    code: "ValidationError",
    noun: "AutoScalingGroup",
  },
  {
    property: "groupNames",
    of: "autoscaling.",
    types: ["autoscaling.Group"],
    code: "ValidationError",
    noun: "AutoScalingGroup",
  },
  { property: "role", of: "iam.", types: ["iam.Role"], code: "NoSuchEntity", noun: "role" },
  {
    property: "iamInstanceProfile",
    of: "ec2.Instance",
    types: ["iam.InstanceProfile"],
    code: "InvalidParameterValue",
    noun: "iamInstanceProfile",
  },
  {
    property: "keyName",
    of: "ec2.Instance",
    types: ["ec2.KeyPair"],
    code: "InvalidKeyPair.NotFound",
    noun: "key pair",
  },
  {
    property: "keyName",
    of: "ec2.LaunchTemplate",
    types: ["ec2.KeyPair"],
    code: "InvalidKeyPair.NotFound",
    noun: "key pair",
  },
  {
    property: "placementGroup",
    of: "ec2.Instance",
    types: ["ec2.PlacementGroup"],
    code: "InvalidPlacementGroup.Unknown",
    noun: "Placement Group",
  },
  { property: "bucket", of: "s3.Bucket", types: ["s3.Bucket"], code: "NoSuchBucket", noun: "bucket" },
  {
    property: "targetBucket",
    of: "s3.BucketLogging",
    types: ["s3.Bucket"],
    code: "InvalidTargetBucketForLogging",
    noun: "target bucket",
  },
  {
    property: "subnetGroupName",
    of: "elasticache.",
    types: ["elasticache.SubnetGroup"],
    code: "CacheSubnetGroupNotFoundFault",
    noun: "CacheSubnetGroup",
  },
  {
    property: "zoneId",
    of: "route53.",
    types: ["route53.Zone"],
    code: "NoSuchHostedZone",
    noun: "hosted zone with ID",
  },
  {
    property: "logGroupName",
    of: "cloudwatch.",
    types: ["cloudwatch.LogGroup"],
    code: "ResourceNotFoundException",
    noun: "log group",
  },
  {
    property: "rule",
    of: "cloudwatch.EventTarget",
    types: ["cloudwatch.EventRule"],
    code: "ResourceNotFoundException",
    noun: "Rule",
  },
  { property: "targetKeyId", of: "kms.Alias", types: ["kms.Key"], code: "NotFoundException", noun: "key" },
  { property: "keyId", of: "kms.", types: ["kms.Key"], code: "NotFoundException", noun: "key" },
  {
    property: "planId",
    of: "backup.",
    types: ["backup.Plan"],
    code: "InvalidParameterValueException",
    noun: "backup plan",
  },
  {
    property: "secretId",
    of: "secretsmanager.",
    types: ["secretsmanager.Secret"],
    code: "ResourceNotFoundException",
    noun: "secret",
  },
];

function present(ledger: Ledger, reference: string, types: readonly string[]): boolean {
  if (ledger.find(reference, ...types)) return true;
  return ledger
    .all()
    .some(({ outputs }) => BROUGHT.some((name) => textsIn(outputs[name]).includes(reference)));
}

function notFound({ code, noun }: Kind, reference: string): ApiError {
  return new ApiError(code, `The ${noun} '${reference}' does not exist`);
}

/** Refuses inputs that name what is not in the account. Policies and documents are texts and are not looked into. */
export function checkReferences(ledger: Ledger, token: string, inputs: Properties, account: string): void {
  const short = shortName(token);
  for (const rule of NAMES) {
    if (rule.of !== undefined && !short.startsWith(rule.of)) continue;
    // The bucket itself bears its name in the same property; a parameter group may be AWS's own default.
    if (rule.types.includes(short)) continue;
    for (const name of textsIn(inputs[rule.property]))
      if (!ledger.find(name, ...rule.types)) throw notFound(rule, name);
  }
  const group = inputs["parameterGroupName"];
  if (
    typeof group === "string" &&
    !group.startsWith("default.") &&
    !ledger.find(group, "elasticache.ParameterGroup")
  )
    throw new ApiError("CacheParameterGroupNotFound", `CacheParameterGroup ${group} not found.`);
  for (const reference of textsIn(inputs)) {
    const prefix = /^([a-z]+)-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.exec(reference)?.[1];
    const kind = prefix === undefined ? undefined : IDS[prefix];
    if (kind && !present(ledger, reference, kind.types)) throw notFound(kind, reference);
    if (!reference.startsWith("arn:") || !reference.includes(`:${account}:`)) continue;
    const arn = ARNS.find(({ form }) => form.test(reference));
    if (arn && !ledger.find(reference, ...arn.types)) throw notFound(arn, reference);
  }
}

/** Types whose names are unique, with the property and AWS's code for a second one. */
const UNIQUE: Readonly<Record<string, readonly [property: string, code: string]>> = {
  "autoscaling.Group": ["name", "AlreadyExists"],
  "cloudwatch.LogGroup": ["name", "ResourceAlreadyExistsException"],
  "ec2.KeyPair": ["keyName", "InvalidKeyPair.Duplicate"],
  "ec2.LaunchTemplate": ["name", "InvalidLaunchTemplateName.AlreadyExistsException"],
  "ec2.PlacementGroup": ["name", "InvalidPlacementGroup.Duplicate"],
  "elasticache.Cluster": ["clusterId", "CacheClusterAlreadyExists"],
  "elasticache.ParameterGroup": ["name", "CacheParameterGroupAlreadyExists"],
  "elasticache.SubnetGroup": ["name", "CacheSubnetGroupAlreadyExists"],
  "iam.InstanceProfile": ["name", "EntityAlreadyExists"],
  "iam.Policy": ["name", "EntityAlreadyExists"],
  "iam.Role": ["name", "EntityAlreadyExists"],
  "kms.Alias": ["name", "AlreadyExistsException"],
  "lb.LoadBalancer": ["name", "DuplicateLoadBalancerName"],
  "lb.TargetGroup": ["name", "DuplicateTargetGroupName"],
  "s3.Bucket": ["bucket", "BucketAlreadyOwnedByYou"],
  "secretsmanager.Secret": ["name", "ResourceExistsException"],
  "ssm.Document": ["name", "DocumentAlreadyExists"],
  "ssm.Parameter": ["name", "ParameterAlreadyExists"],
};

/** Refuses a second resource of a name; security groups need theirs once in a VPC only. */
export function checkUnique(ledger: Ledger, token: string, inputs: Properties): void {
  const short = shortName(token);
  const [property, code] = UNIQUE[short] ?? [];
  const same = (name: string) => (record: AccountRecord) => record.inputs[name] === inputs[name];
  if (property && code && ledger.all(short).some(same(property)))
    throw new ApiError(code, `${String(inputs[property])} already exists; choose another ${property}`);
  const group = short === "ec2.SecurityGroup" && ledger.all(short).filter(same("vpcId")).some(same("name"));
  if (group)
    throw new ApiError(
      "InvalidGroup.Duplicate",
      `The security group '${String(inputs["name"])}' already exists for VPC '${String(inputs["vpcId"])}'`,
    );
}
