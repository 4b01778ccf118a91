import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { failureOf } from "../engine-fixture";
import { AwsStack } from "./aws-stack";

describe("the offline AWS provider's settings, checks and functions, with the real engine", function () {
  this.timeout(120_000);
  let made: AwsStack;
  before(async () => {
    made = await AwsStack.create();
  });
  after(() => made.dispose());

  it("gets every setting of the provider as the program gave it", async () => {
    const settings = {
      region: "eu-west-1",
      profile: "operations",
      assumeRoles: [{ roleArn: "arn:aws:iam::210987654321:role/deploy", sessionName: "opentsdb" }],
      endpoints: [{ ec2: "http://127.0.0.1:4566", s3: "http://127.0.0.1:4566" }],
      skipCredentialsValidation: true,
      skipMetadataApiCheck: true,
      skipRequestingAccountId: true,
      s3UsePathStyle: true,
      allowedAccountIds: ["210987654321"],
      defaultTags: { tags: { Project: "opentsdb" } },
    };
    const { outputs } = await made.stack.up(() => {
      const provider = new aws.Provider("aws", { ...settings, secretKey: undefined });
      const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.0.0.0/16", tags: { Name: "n" } }, { provider });
      return Promise.resolve({ arn: vpc.arn, tags: vpc.tagsAll });
    });
    const got = made.configured().find(({ region }) => region === "eu-west-1") ?? {};
    for (const [name, value] of Object.entries(settings))
      assert.deepEqual(typeof value === "string" ? got[name] : JSON.parse(String(got[name])), value, name);
    assert.match(
      String(outputs["arn"]?.value),
      /^arn:aws:ec2:eu-west-1:210987654321:vpc\/vpc-0[0-9a-f]{16}$/,
    );
    assert.deepEqual(outputs["tags"]?.value, { Name: "n", Project: "opentsdb" });
  });

  it("refuses an unknown region before anything is planned", async () => {
    const { message } = await failureOf(
      made.stack.preview(() => {
        const provider = new aws.Provider("aws", { region: "eu-middle-1x" as aws.Region });
        new aws.ec2.Vpc("vpc", { cidrBlock: "10.0.0.0/16" }, { provider });
        return Promise.resolve({});
      }),
    );
    assert.match(message, /is eu-middle-1x; it takes a region such as eu-central-1/);
  });

  it("refuses wrong inputs in the preview, naming the property", async () => {
    const refusal = async (make: () => unknown): Promise<string> =>
      (await failureOf(made.stack.preview(() => Promise.resolve(void make())))).message;
    // The SDK itself drops unknown names at the top level; inside objects they reach the plugin.
    const device = { ebs: { volumSize: 8 } } as object;
    assert.match(
      await refusal(() => new aws.ec2.LaunchTemplate("lt", { blockDeviceMappings: [device] })),
      /property blockDeviceMappings\[0\]\.ebs\.volumSize [^]*Did you mean volumeSize\?/,
    );
    assert.match(
      await refusal(() => new aws.ec2.LaunchTemplate("lt", { metadataOptions: { httpTokens: "requird" } })),
      /property metadataOptions\.httpTokens [^]*is "requird"; it takes one of /,
    );
  });

  it("answers functions plausibly and always the same", async () => {
    const program = async () => {
      const zones = await aws.getAvailabilityZones({ state: "available" });
      const ami = await aws.ssm.getParameter({
        name: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
      });
      const document = await aws.iam.getPolicyDocument({
        statements: [{ actions: ["s3:GetObject"], resources: ["*"] }],
      });
      return {
        zones: zones.names,
        ami: ami.value,
        account: (await aws.getCallerIdentity({})).accountId,
        region: (await aws.getRegion({})).region,
        document: document.json,
      };
    };
    const { outputs } = await made.stack.up(program);
    assert.deepEqual(outputs["zones"]?.value, ["eu-central-1a", "eu-central-1b", "eu-central-1c"]);
    assert.match(String(outputs["ami"]?.value), /^ami-0[0-9a-f]{16}$/);
    assert.equal(outputs["account"]?.value, "123456789012");
    assert.equal(outputs["region"]?.value, "eu-central-1");
    assert.deepEqual(JSON.parse(String(outputs["document"]?.value)), {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }],
    });
    assert.deepEqual((await made.stack.up(program)).outputs, outputs);
  });
});
