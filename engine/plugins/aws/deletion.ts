/** What AWS does not delete: what is protected, and what others still use. */
import type { Properties } from "../../provider/resource";
import type { AccountRecord, Ledger } from "./account";
import { shortName } from "./catalog";
import { ApiError, textsIn } from "./references";

interface Use {
  /** Types that keep this one from being deleted while they name it. */
  users: readonly string[];
  code: string;
}

const USES: Readonly<Record<string, Use>> = {
  "ec2.Vpc": {
    users: [
      "ec2.Subnet",
      "ec2.InternetGateway",
      "ec2.SecurityGroup",
      "ec2.RouteTable",
      "ec2.VpcEndpoint",
      "ec2.NetworkAcl",
    ],
    code: "DependencyViolation",
  },
  "ec2.Subnet": {
    users: [
      "ec2.Instance",
      "ec2.NetworkInterface",
      "ec2.NatGateway",
      "ec2.VpcEndpoint",
      "lb.LoadBalancer",
      "autoscaling.Group",
    ],
    code: "DependencyViolation",
  },
  "ec2.SecurityGroup": {
    users: [
      "ec2.Instance",
      "ec2.NetworkInterface",
      "ec2.VpcEndpoint",
      "lb.LoadBalancer",
      "elasticache.Cluster",
      "vpc.SecurityGroupIngressRule",
      "vpc.SecurityGroupEgressRule",
    ],
    code: "DependencyViolation",
  },
  "ec2.RouteTable": {
    users: ["ec2.RouteTableAssociation", "ec2.MainRouteTableAssociation"],
    code: "DependencyViolation",
  },
  "ec2.VpcDhcpOptions": { users: ["ec2.VpcDhcpOptionsAssociation"], code: "DependencyViolation" },
  "ec2.NetworkInterface": {
    users: ["ec2.NetworkInterfaceAttachment", "ec2.Instance"],
    code: "InvalidNetworkInterface.InUse",
  },
  "ec2.PlacementGroup": { users: ["ec2.Instance"], code: "InvalidPlacementGroup.InUse" },
  "ec2.Eip": { users: ["ec2.NatGateway"], code: "InvalidIPAddress.InUse" },
  "ebs.Volume": { users: ["ec2.VolumeAttachment"], code: "VolumeInUse" },
  "lb.TargetGroup": { users: ["lb.Listener"], code: "ResourceInUse" },
  "elasticache.SubnetGroup": { users: ["elasticache.Cluster"], code: "CacheSubnetGroupInUse" },
  "elasticache.ParameterGroup": { users: ["elasticache.Cluster"], code: "InvalidCacheParameterGroupState" },
  "iam.Role": {
    users: ["iam.RolePolicy", "iam.RolePolicyAttachment", "iam.InstanceProfile"],
    code: "DeleteConflict",
  },
  "iam.Policy": { users: ["iam.RolePolicyAttachment"], code: "DeleteConflict" },
  "route53.Zone": { users: ["route53.Record"], code: "HostedZoneNotEmpty" },
  "s3.Bucket": { users: ["s3.BucketObject", "s3.BucketObjectv2"], code: "BucketNotEmpty" },
};

/** Deletions that a setting of the resource allows all the same. */
function forced(short: string, outputs: Properties): boolean {
  if (short === "s3.Bucket" || short === "route53.Zone") return outputs["forceDestroy"] === true;
  return short === "iam.Role" && outputs["forceDetachPolicies"] === true;
}

/** A group's own rules go with it; every other naming of a resource counts. */
function uses(user: AccountRecord, record: AccountRecord): boolean {
  const own = shortName(record.token) === "ec2.SecurityGroup" && user.token.startsWith("aws:vpc/");
  const values = own ? user.inputs["referencedSecurityGroupId"] : user.inputs;
  const marks = [record.id, record.outputs["arn"]].filter((mark) => typeof mark === "string" && mark !== "");
  return textsIn(values).some((text) => marks.includes(text));
}

/** Refuses the deletion of what is in use or protected. */
export function checkDeletion(ledger: Ledger, record: AccountRecord): void {
  const short = shortName(record.token);
  const { inputs, outputs, id } = record;
  if (short === "lb.LoadBalancer" && inputs["enableDeletionProtection"] === true)
    throw new ApiError(
      "OperationNotPermitted",
      `Load balancer '${id}' cannot be deleted because deletion protection is enabled`,
    );
  if (short === "ec2.Instance" && inputs["disableApiTermination"] === true)
    throw new ApiError(
      "OperationNotPermitted",
      `The instance '${id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
    );
  const use = USES[short];
  if (!use || forced(short, outputs)) return;
  const user = ledger.all(...use.users).find((other) => other !== record && uses(other, record));
  if (!user) return;
  const by = `${shortName(user.token)} ${user.id}`;
  throw new ApiError(
    use.code,
    use.code === "BucketNotEmpty"
      ? `The bucket you tried to delete is not empty: ${id} holds ${by}`
      : `${shortName(record.token)} '${id}' has dependencies and cannot be deleted; ${by} uses it`,
  );
}
