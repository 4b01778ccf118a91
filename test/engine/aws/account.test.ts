import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import { failureOf, scratchFolder } from "../engine-fixture";
import { AwsStack } from "./aws-stack";
import { platform } from "./platform";

describe("the offline AWS account, with the real engine", function () {
  this.timeout(120_000);
  let made: AwsStack;
  const open = async (env?: Record<string, string>): Promise<AwsStack> => (made = await AwsStack.create(env));
  afterEach(() => made.dispose());

  const changesOf = (steps: string[]): string[] => steps.filter((step) => !step.startsWith("refresh"));

  it("previews, makes, keeps, changes and removes a whole platform as AWS would", async () => {
    const { stack } = await open();
    const planned = await stack.preview(platform());
    const first = await stack.up(platform());
    assert.deepEqual([...first.steps].sort(), [...planned.steps].sort());
    assert.ok(first.diagnostics.some((line) => line.includes("offline stand-in for the AWS plugin")));
    assert.equal(first.outputs["hostAddress"]?.value, "10.20.0.10");
    assert.equal(first.outputs["fqdn"]?.value, "data-1.tsdb.internal");
    assert.match(
      String(first.outputs["balancer"]?.value),
      /^arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer\/net\/tsd-[0-9a-f]{7}\/[0-9a-f]{16}$/,
    );
    assert.deepEqual(first.outputs["zones"]?.value, ["eu-central-1a", "eu-central-1b"]);
    assert.ok(first.outputs["secret"]?.secret);
    const group = made.records().find(({ token }) => token.endsWith(":DefaultSecurityGroup"));
    const vpc = made.records().find(({ token }) => token.endsWith(":Vpc"));
    assert.equal(group?.id, vpc?.outputs?.["defaultSecurityGroupId"]);
    assert.ok(!JSON.stringify(made.records()).includes("nobody-may-read-this"), "the ledger keeps no secret");

    assert.deepEqual((await stack.preview(platform())).steps, []);
    assert.deepEqual(changesOf((await stack.refresh()).steps), []);
    assert.deepEqual((await stack.up(platform())).steps, [], "after a refresh");

    const changed = { instanceType: "m7i.xlarge", cacheNodes: 3, objectContent: "two" };
    const second = await stack.up(platform(changed));
    // The fleet follows its launch template's version.
    assert.deepEqual([...second.steps].sort(), [
      "update bundle",
      "update cache",
      "update data-1",
      "update tsd",
      "update tsd",
    ]);
    assert.equal((second.outputs["nodes"]?.value as unknown[]).length, 3);
    assert.equal(second.outputs["version"]?.value, 2);
    assert.notEqual(second.outputs["etag"]?.value, first.outputs["etag"]?.value);

    const ami = "ami-00000000000000001";
    const early = await failureOf(stack.up(platform({ ...changed, ami, keepOrder: true })));
    assert.match(early.message, /InvalidIPAddress\.InUse: Address 10\.20\.0\.10 is in use/);
    const replaced = await stack.up(platform({ ...changed, ami }));
    const hosts = replaced.steps.filter((step) => step.endsWith(" data-1"));
    assert.equal(hosts.filter((step) => step.startsWith("replace ")).length, 2, hosts.join(", "));

    await stack.destroy();
    assert.deepEqual(made.records(), []);
  });

  it("notices what was changed or removed behind its back when it refreshes", async () => {
    const { stack } = await open();
    const program = () => {
      const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.0.0.0/16", tags: { owner: "us" } });
      new aws.ec2.Subnet("subnet", { vpcId: vpc.id, cidrBlock: "10.0.1.0/24" });
      return Promise.resolve({ id: vpc.id });
    };
    const first = await stack.up(program);
    made.tamper((records) =>
      records
        .filter(({ token }) => !token.endsWith(":Subnet"))
        .map((record) => ({ ...record, inputs: { ...record.inputs, tags: { owner: "them" } } })),
    );
    await stack.refresh();
    const second = await stack.up(program);
    assert.deepEqual([...second.steps].sort(), ["create subnet", "update vpc"]);
    assert.equal(second.outputs["id"]?.value, first.outputs["id"]?.value);
    assert.deepEqual(made.records().find(({ token }) => token.endsWith(":Vpc"))?.outputs?.["tagsAll"], {
      owner: "us",
    });
  });

  it("recovers from an update that failed half-way, without making anything twice", async () => {
    const request = scratchFolder();
    try {
      writeFileSync(join(request, "fail"), "::subnet-b\n");
      const { stack } = await open({ OFFLINE_AWS_FAIL_CREATE: `@${join(request, "fail")}` });
      const program = () => {
        const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.0.0.0/16" });
        const one = new aws.ec2.Subnet("subnet-a", { vpcId: vpc.id, cidrBlock: "10.0.1.0/24" });
        const two = { vpcId: vpc.id, cidrBlock: "10.0.2.0/24" };
        new aws.ec2.Subnet("subnet-b", two, { dependsOn: one });
        return Promise.resolve({});
      };
      const failure = await failureOf(stack.up(program));
      assert.match(
        failure.message,
        /InternalError: OFFLINE_AWS_FAIL_CREATE asks that .*::subnet-b cannot be made/,
      );
      const before = made.records().map(({ id }) => id);
      assert.equal(before.length, 2);
      rmSync(join(request, "fail"));
      const again = await stack.up(program);
      assert.deepEqual(again.steps, ["create subnet-b"]);
      const after = made.records().map(({ id }) => id);
      assert.deepEqual([after.slice(0, 2), after.length], [before, 3]);
    } finally {
      rmSync(request, { recursive: true, force: true });
    }
  });

  it("refuses to make anything where AWS credentials are present, and previews all the same", async () => {
    const { stack } = await open({ AWS_ACCESS_KEY_ID: "AKIAEXAMPLE" });
    const program = () => {
      new aws.ec2.Vpc("vpc", { cidrBlock: "10.0.0.0/16" });
      return Promise.resolve({});
    };
    assert.deepEqual((await stack.preview(program)).steps, ["create vpc"]);
    const { message } = await failureOf(stack.up(program));
    assert.match(message, /AWS credentials are present \(the environment variable AWS_ACCESS_KEY_ID\)/);
    assert.ok(!message.includes("AKIAEXAMPLE"));
    assert.deepEqual(made.records(), []);
  });
});
