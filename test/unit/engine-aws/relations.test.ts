import assert from "node:assert/strict";
import { ApiError } from "../../../engine/plugins/aws/references";
import { TestAccount } from "./account";

const refusal = (code: string, text: RegExp = /./) => {
  return (error: unknown): boolean => {
    assert.ok(error instanceof ApiError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, text);
    return true;
  };
};

describe("an AWS account refuses", () => {
  let account: TestAccount;
  let vpcId: string;
  let subnetId: string;
  let other: { vpcId: string; subnetId: string };
  beforeEach(() => {
    account = new TestAccount();
    ({ vpcId, subnetId } = account.network("one", "10.0.0.0/16", "10.0.1.0/24"));
    other = account.network("two", "10.1.0.0/16", "10.1.1.0/24");
  });
  const throws = (make: () => unknown, code: string, text?: RegExp): void =>
    assert.throws(make, refusal(code, text));

  it("a subnet outside its VPC, or over another one", () => {
    const subnet = (cidrBlock: string) => () => account.make("ec2.Subnet", cidrBlock, { vpcId, cidrBlock });
    throws(subnet("10.9.0.0/24"), "InvalidSubnet.Range", /10\.9\.0\.0\/24/);
    throws(subnet("10.0.1.128/25"), "InvalidSubnet.Conflict", new RegExp(subnetId));
    assert.match(subnet("10.0.2.0/24")(), /^subnet-0[0-9a-f]{16}$/);
  });

  it("what names a resource that is not there", () => {
    const gone = "0123456789abcdef0";
    const cases: [short: string, inputs: Record<string, unknown>, code: string][] = [
      ["ec2.Subnet", { vpcId: `vpc-${gone}`, cidrBlock: "10.0.0.0/24" }, "InvalidVpcID.NotFound"],
      ["ec2.Instance", { subnetId: `subnet-${gone}` }, "InvalidSubnetID.NotFound"],
      ["ec2.Instance", { subnetId, vpcSecurityGroupIds: [`sg-${gone}`] }, "InvalidGroup.NotFound"],
      [
        "ec2.RouteTableAssociation",
        { subnetId, routeTableId: `rtb-${gone}` },
        "InvalidRouteTableID.NotFound",
      ],
      ["iam.RolePolicy", { role: "nobody", name: "p", policy: "{}" }, "NoSuchEntity"],
      ["s3.BucketPolicy", { bucket: "no-such-bucket", policy: "{}" }, "NoSuchBucket"],
      [
        "lb.Listener",
        { loadBalancerArn: "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/net/x/1" },
        "LoadBalancerNotFound",
      ],
      [
        "cloudwatch.MetricAlarm",
        { name: "a", alarmActions: ["arn:aws:sns:eu-central-1:123456789012:x"] },
        "NotFound",
      ],
    ];
    for (const [short, inputs, code] of cases) throws(() => account.make(short, "x", inputs), code);
  });

  it("a security group of another VPC", () => {
    const group = account.make("ec2.SecurityGroup", "g", { name: "g", vpcId: other.vpcId });
    const own = account.make("ec2.SecurityGroup", "own", { name: "own", vpcId });
    throws(
      () => account.make("ec2.Instance", "i", { subnetId, vpcSecurityGroupIds: [group] }),
      "InvalidParameter",
      /belong to different networks/,
    );
    throws(
      () =>
        account.make("vpc.SecurityGroupIngressRule", "r", {
          securityGroupId: own,
          referencedSecurityGroupId: group,
          ipProtocol: "-1",
        }),
      "InvalidGroup.NotFound",
      /different networks/,
    );
    throws(
      () =>
        account.make("lb.LoadBalancer", "lb", { name: "lb", subnets: [subnetId], securityGroups: [group] }),
      "InvalidConfigurationRequest",
    );
  });

  it("an address outside the subnet, kept by AWS, or taken", () => {
    const host = (name: string, privateIp: string) => () =>
      account.make("ec2.Instance", name, { subnetId, privateIp });
    throws(host("i", "10.0.2.10"), "InvalidParameterValue", /does not fall within/);
    throws(host("i", "10.0.1.3"), "InvalidParameterValue", /reserved/);
    host("i", "10.0.1.10")();
    throws(host("j", "10.0.1.10"), "InvalidIPAddress.InUse");
  });

  it("the same rule, route or name twice", () => {
    const securityGroupId = account.make("ec2.SecurityGroup", "g", { name: "g", vpcId });
    const rule = { securityGroupId, ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4: "10.0.0.0/8" };
    account.make("vpc.SecurityGroupIngressRule", "a", rule);
    throws(() => account.make("vpc.SecurityGroupIngressRule", "b", rule), "InvalidPermission.Duplicate");
    account.make("vpc.SecurityGroupEgressRule", "b", rule);
    throws(() => account.make("ec2.SecurityGroup", "h", { name: "g", vpcId }), "InvalidGroup.Duplicate");
    account.make("ec2.SecurityGroup", "h", { name: "g", vpcId: other.vpcId });
    account.make("iam.Role", "r", { name: "r", assumeRolePolicy: "{}" });
    throws(() => account.make("iam.Role", "s", { name: "r", assumeRolePolicy: "{}" }), "EntityAlreadyExists");
  });

  it("a volume for an instance of another zone, or attached already", () => {
    const instanceId = account.make("ec2.Instance", "i", { subnetId });
    const volume = (zone: string) =>
      account.make("ebs.Volume", zone, { availabilityZone: `eu-central-1${zone}`, size: 1 });
    const attach = (name: string, volumeId: string) => () =>
      account.make("ec2.VolumeAttachment", name, { deviceName: "/dev/sdf", instanceId, volumeId });
    throws(attach("x", volume("b")), "InvalidVolume.ZoneMismatch", /eu-central-1b and eu-central-1a/);
    const volumeId = volume("a");
    attach("y", volumeId)();
    throws(attach("z", volumeId), "VolumeInUse");
    throws(() => account.remove(volumeId), "VolumeInUse");
  });

  it("a group whose numbers contradict each other", () => {
    const numbers = { name: "g", minSize: 2, maxSize: 4, desiredCapacity: 5, vpcZoneIdentifiers: [subnetId] };
    throws(() => account.make("autoscaling.Group", "g", numbers), "ValidationError", /Desired capacity:5/);
  });

  it("a group with hooks in a closed network without the endpoints that its launch needs", () => {
    const group = (more: Record<string, unknown> = {}) =>
      account.make("autoscaling.Group", "g", {
        ...more,
        name: "g",
        minSize: 1,
        maxSize: 1,
        vpcZoneIdentifiers: [subnetId],
        initialLifecycleHooks: [{ name: "ready", lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING" }],
      });
    throws(() => group(), "WaitForCapacityTimeout", /endpoint for autoscaling/);
    account.make("ec2.VpcEndpoint", "e", {
      vpcId,
      serviceName: "com.amazonaws.eu-central-1.autoscaling",
      vpcEndpointType: "Interface",
      subnetIds: [subnetId],
    });
    const userData = Buffer.from("aws s3 cp s3://bucket/bundle .").toString("base64");
    const id = account.make("ec2.LaunchTemplate", "lt", { name: "lt", userData });
    const fetching = () => group({ launchTemplate: { id } });
    throws(fetching, "WaitForCapacityTimeout", /cannot reach s3/);
    account.make("ec2.VpcEndpoint", "s3", { vpcId, serviceName: "com.amazonaws.eu-central-1.s3" });
    assert.equal(fetching(), "g");
  });

  it("private names of an endpoint in a VPC without names for hosts", () => {
    const closed = account.make("ec2.Vpc", "three", { cidrBlock: "10.2.0.0/16" });
    const endpoint = (vpc: string, name: string) => () =>
      account.make("ec2.VpcEndpoint", name, {
        vpcId: vpc,
        serviceName: "com.amazonaws.eu-central-1.logs",
        vpcEndpointType: "Interface",
        privateDnsEnabled: true,
      });
    throws(endpoint(closed, "a"), "InvalidParameter", /enableDnsHostnames/);
    endpoint(vpcId, "b")();
    throws(endpoint(vpcId, "c"), "InvalidParameter", /conflicting DNS domain/);
  });

  it("to delete what is in use, and lets it go afterwards", () => {
    throws(() => account.remove(vpcId), "DependencyViolation", new RegExp(subnetId));
    account.remove(subnetId);
    account.remove(vpcId);
    account.make("s3.Bucket", "b", { bucket: "bucket-1" });
    account.make("s3.BucketObjectv2", "o", { bucket: "bucket-1", key: "k", content: "c" });
    throws(() => account.remove("bucket-1"), "BucketNotEmpty", /bucket-1\/k/);
    account.make("s3.Bucket", "c", { bucket: "bucket-2", forceDestroy: true });
    account.make("s3.BucketObjectv2", "p", { bucket: "bucket-2", key: "k", content: "c" });
    account.remove("bucket-2");
  });

  it("to delete what is protected", () => {
    const id = account.make("lb.LoadBalancer", "lb", {
      name: "lb",
      subnets: [subnetId],
      enableDeletionProtection: true,
    });
    throws(() => account.remove(id), "OperationNotPermitted", /deletion protection/);
  });
});

describe("an AWS account gives", () => {
  it("the same ids and addresses always, and others to a replacement", () => {
    const make = (): string[] => {
      const account = new TestAccount();
      const { subnetId } = account.network("one", "10.0.0.0/16", "10.0.1.0/28");
      const ids = [0, 1].map(() => account.make("ec2.Instance", "host", { subnetId }));
      return [...ids, ...ids.map((id) => String(account.output(id, "privateIp")))];
    };
    const [first, second, address, next] = make();
    assert.deepEqual(make(), [first, second, address, next]);
    assert.notEqual(first, second);
    assert.notEqual(address, next);
    assert.match(address ?? "", /^10\.0\.1\.\d+$/);
  });

  it("free addresses only, until a subnet has none left", () => {
    const account = new TestAccount();
    const { subnetId } = account.network("one", "10.0.0.0/16", "10.0.1.0/28");
    const made = Array.from({ length: 11 }, (_, index) =>
      account.make("ec2.Instance", `host-${index}`, { subnetId }),
    );
    assert.equal(new Set(made.map((id) => account.output(id, "privateIp"))).size, 11);
    assert.throws(
      () => account.make("ec2.Instance", "late", { subnetId }),
      /InsufficientFreeAddressesInSubnet/,
    );
  });
});
