import assert from "node:assert/strict";

import { PolicyResource, ResourceValidationArgs } from "@pulumi/policy";

import { toPolicy } from "../../policy/pack";
import { Rule } from "../../policy/rule";
import { RULES } from "../../policy/rules";

const VPC_URN = "urn:pulumi:dev::opentsdb::aws:ec2/vpc:Vpc::vpc";

function ruleNamed(name: string): Rule {
  const found = RULES.find((rule) => rule.name === name);
  assert.ok(found, `no rule ${name}`);
  return found;
}

/** What the SDK hands to a policy, as far as policies of this pack look at it. */
function argsFor(type: string, props: Record<string, unknown>, config: object = {}): ResourceValidationArgs {
  return {
    type,
    name: "it",
    urn: `urn:pulumi:dev::opentsdb::${type}::it`,
    props,
    opts: { protect: false },
    getConfig: () => config,
  } as unknown as ResourceValidationArgs;
}

async function violations(name: string, args: ResourceValidationArgs): Promise<string[]> {
  const policy = toPolicy(ruleNamed(name));
  assert.ok("validateResource" in policy && typeof policy.validateResource === "function");
  const messages: string[] = [];
  await policy.validateResource(args, (message) => void messages.push(message));
  return messages;
}

describe("policies of the pack", () => {
  it("say what is wrong where, why it matters, what to do, and the control", async () => {
    assert.deepEqual(await violations("volume-encrypted", argsFor("aws:ebs/volume:Volume", {})), [
      "ebs.Volume it is not encrypted. Set encrypted; it cannot be set later without a copy. [EC2.3, CIS 5.1.1]",
    ]);
    const { description, enforcementLevel } = toPolicy(ruleNamed("volume-encrypted"));
    assert.equal(description, "Data volumes hold every point that was ever acknowledged.");
    assert.equal(enforcementLevel, "mandatory");
  });

  it("leave resources of other types alone", async () => {
    assert.deepEqual(await violations("volume-encrypted", argsFor("aws:ec2/vpc:Vpc", {})), []);
  });

  it("take the environments that are production from the configuration", async () => {
    const volume = (config: object): ResourceValidationArgs =>
      argsFor("aws:ebs/volume:Volume", { tags: { Environment: "live" } }, config);
    assert.equal((await violations("production-volume-kept", volume({}))).length, 0);
    assert.equal((await violations("production-volume-kept", volume({ production: ["live"] }))).length, 1);
  });

  it("know what belongs together by where inputs come from, their values unknown or not", async () => {
    const policy = toPolicy(ruleNamed("vpc-flow-logs"));
    assert.ok("validateStack" in policy);
    const vpc = { type: "aws:ec2/vpc:Vpc", name: "vpc", urn: VPC_URN, props: {}, opts: { protect: false } };
    const bare = { ...vpc, propertyDependencies: {} } as unknown as PolicyResource;
    const log = {
      ...vpc,
      type: "aws:ec2/flowLog:FlowLog",
      props: { trafficType: "ALL" },
      propertyDependencies: { vpcId: [bare] },
    } as unknown as PolicyResource;
    const reported: (string | undefined)[] = [];
    const run = async (resources: PolicyResource[]): Promise<void> => {
      const stack = { resources, stackTags: new Map(), getConfig: () => ({}) };
      await policy.validateStack(
        stack as unknown as Parameters<typeof policy.validateStack>[0],
        (_, urn) => void reported.push(urn),
      );
    };
    await run([bare, log]);
    assert.deepEqual(reported, []);
    await run([bare]);
    assert.deepEqual(reported, [VPC_URN]);
  });
});
