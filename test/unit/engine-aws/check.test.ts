import assert from "node:assert/strict";
import { RESOURCES } from "../../../engine/plugins/aws/catalog";
import { checkResource } from "../../../engine/plugins/aws/check";
import { UNKNOWN } from "../../../engine/provider/resource";

const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";
const INSTANCE = "aws:ec2/instance:Instance";
const VPC_ID = "vpc-0123456789abcdef0";

const failures = (token: string, inputs: Record<string, unknown>, secrets: string[] = []): string[] =>
  checkResource(token, inputs, secrets).failures.map(({ property, reason }) => `${property} ${reason}`);

describe("inputs of AWS resources", () => {
  it("pass when they are as the provider takes them, also while they are unknown", () => {
    assert.deepEqual(failures(SUBNET, { vpcId: VPC_ID, cidrBlock: "10.0.1.0/24" }), []);
    assert.deepEqual(failures(SUBNET, { vpcId: UNKNOWN, cidrBlock: UNKNOWN }), []);
  });

  it("are refused when nobody knows them, with the name that was meant", () => {
    const [failure] = failures(VPC, { cidrBlock: "10.0.0.0/16", enableDnsHostname: true });
    assert.match(failure ?? "", /^enableDnsHostname unknown property; Did you mean enableDnsHostnames\?/);
  });

  it("are refused when required ones are missing", () => {
    assert.deepEqual(failures(SUBNET, { cidrBlock: "10.0.1.0/24" }), ["vpcId is missing; it takes a string"]);
  });

  it("are refused when their type is another, by their path", () => {
    assert.deepEqual(failures(VPC, { cidrBlock: 10 }), ["cidrBlock is 10; it takes a string"]);
    const device = { rootBlockDevice: { volumeSize: "8" } };
    assert.deepEqual(failures(INSTANCE, { ami: "ami-01234567", instanceType: "t3.micro", ...device }), [
      'rootBlockDevice.volumeSize is "8"; it takes a number',
    ]);
    assert.deepEqual(failures(VPC, { tags: { a: 1 } }), ["tags.a takes a string"]);
  });

  it("are refused outside the known enumerations, also for instance types", () => {
    const [tokens] = failures(INSTANCE, {
      ami: "ami-01234567",
      instanceType: "t3.micro",
      metadataOptions: { httpTokens: "yes" },
    });
    assert.equal(tokens, 'metadataOptions.httpTokens is "yes"; it takes one of optional, required');
    const [type] = failures(INSTANCE, { ami: "ami-01234567", instanceType: "m7g.lage" });
    assert.match(type ?? "", /^instanceType is "m7g\.lage"; it takes one of .*m7g\.large/);
  });

  it("are refused when a format does not fit: networks, ARNs, ids, names, schedules", () => {
    const cases: [token: string, inputs: Record<string, unknown>, pattern: RegExp][] = [
      [VPC, { cidrBlock: "10.0.0.1/16" }, /^cidrBlock .*CIDR form/],
      [SUBNET, { vpcId: "subnet-0123456789abcdef0", cidrBlock: "10.0.0.0/24" }, /^vpcId .*begins with vpc-/],
      ["aws:lb/loadBalancer:LoadBalancer", { name: "internal-x", subnets: [] }, /^name .*internal-/],
      [
        "aws:lb/targetGroup:TargetGroup",
        { name: "a-name-that-is-longer-than-32-characters", port: 1, protocol: "TCP", vpcId: VPC_ID },
        /^name .*32/,
      ],
      ["aws:s3/bucket:Bucket", { bucket: "With_Capitals" }, /^bucket .*lower-case/],
      ["aws:kms/alias:Alias", { name: "key", targetKeyId: "k" }, /^name .*alias\//],
      [
        "aws:cloudwatch/eventRule:EventRule",
        { scheduleExpression: "5 minutes" },
        /^scheduleExpression .*rate\(/,
      ],
      [
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        { role: "r", policyArn: "AdministratorAccess" },
        /^policyArn .*an ARN/,
      ],
    ];
    for (const [token, inputs, pattern] of cases)
      assert.match(failures(token, inputs).join("\n"), pattern, `${token} ${JSON.stringify(inputs)}`);
  });

  it("are refused together where one excludes or needs another", () => {
    const both = failures("aws:iam/role:Role", { assumeRolePolicy: "{}", name: "a", namePrefix: "b" });
    assert.deepEqual(both, ["name cannot be given together with namePrefix"]);
    const neither = failures("aws:ec2/routeTableAssociation:RouteTableAssociation", {
      routeTableId: "rtb-0123456789abcdef0",
    });
    assert.match(neither.join(), /exactly one of .*subnetId.* must be given, not none/);
  });

  it("never show a secret's value", () => {
    const text = failures("aws:ssm/parameter:Parameter", { type: "SecureString", value: 12345 }).join();
    assert.match(text, /^value is a secret that does not fit/);
    assert.doesNotMatch(failures(VPC, { cidrBlock: "hush" }, ["cidrBlock"]).join(), /hush/);
  });

  it("become documents where policies are given as objects", () => {
    const policy = { Version: "2012-10-17", Statement: [] };
    const { inputs } = checkResource("aws:iam/role:Role", { assumeRolePolicy: policy });
    assert.equal(inputs["assumeRolePolicy"], JSON.stringify(policy));
  });
});

describe("the table of AWS resources", () => {
  it("has every type with at least one input, and no required input that has a default", () => {
    assert.ok(Object.keys(RESOURCES).length >= 86);
    for (const [token, { inputs }] of Object.entries(RESOURCES)) {
      assert.ok(Object.keys(inputs).length > 0, token);
      for (const [name, fact] of Object.entries(inputs))
        assert.ok(!(fact.required && fact.default !== undefined), `${token} ${name}`);
    }
  });
});
