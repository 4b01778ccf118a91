import assert from "node:assert/strict";
import { keyAllows } from "../../../engine/plugins/aws/policies";
import { TestAccount } from "./account";

const OWNER = "arn:aws:iam::123456789012:root";

function policy(...services: string[]): string {
  const allow = (Principal: object, Action: string) => ({
    Effect: "Allow",
    Principal,
    Action,
    Resource: "*",
  });
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      allow({ AWS: OWNER }, "kms:*"),
      ...services.map((Service) => allow({ Service }, "kms:Generate*")),
    ],
  });
}

describe("key policies", () => {
  it("allow whom and what they name, wildcards included", () => {
    const text = policy("cloudwatch.amazonaws.com");
    assert.ok(keyAllows(text, [OWNER], "kms:Decrypt"));
    assert.ok(keyAllows(text, ["cloudwatch.amazonaws.com"], "kms:GenerateDataKey"));
    assert.ok(!keyAllows(text, ["cloudwatch.amazonaws.com"], "kms:Decrypt"));
    assert.ok(!keyAllows(text, ["sns.amazonaws.com"], "kms:GenerateDataKey"));
    assert.ok(!keyAllows("no json", [OWNER], "kms:Decrypt"));
  });

  it("must leave the account itself in charge", () => {
    const account = new TestAccount();
    const locked = policy().replace("123456789012", "999999999999");
    assert.throws(() => account.make("kms.Key", "k", { policy: locked }), /MalformedPolicyDocumentException/);
    assert.ok(account.make("kms.Key", "k", { policy: policy() }));
  });

  const alarmOn = (account: TestAccount, key: string): string => {
    account.make("sns.Topic", "t", { name: "t", kmsMasterKeyId: key });
    return account.make("cloudwatch.MetricAlarm", "a", {
      name: "a",
      alarmActions: ["arn:aws:sns:eu-central-1:123456789012:t"],
    });
  };

  it("must name CloudWatch for an alarm on an encrypted topic", () => {
    const closed = new TestAccount();
    const key = closed.make("kms.Key", "k", { policy: policy() });
    assert.throws(() => alarmOn(closed, key), /KMSAccessDenied: .*cloudwatch\.amazonaws\.com/);
    const open = new TestAccount();
    assert.equal(
      alarmOn(open, open.make("kms.Key", "k", { policy: policy("cloudwatch.amazonaws.com") })),
      "a",
    );
  });

  it("must name the log service of the region for an encrypted log group", () => {
    const account = new TestAccount();
    const key = account.make("kms.Key", "k", {});
    const kmsKeyId = account.output(key, "arn");
    const group = () => account.make("cloudwatch.LogGroup", "l", { name: "l", kmsKeyId });
    assert.throws(group, /AccessDeniedException: .*logs\.eu-central-1\.amazonaws\.com/);
  });

  it("must name Auto Scaling's own role for encrypted fleets, by a policy of their own too", () => {
    const account = new TestAccount();
    const { subnetId } = account.network("one", "10.0.0.0/16", "10.0.1.0/24");
    const keyId = account.make("kms.Key", "k", {});
    const kmsKeyId = account.output(keyId, "arn");
    const id = account.make("ec2.LaunchTemplate", "lt", {
      name: "lt",
      blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: "true", kmsKeyId } }],
    });
    const group = () =>
      account.make("autoscaling.Group", "g", {
        name: "g",
        minSize: 1,
        maxSize: 1,
        vpcZoneIdentifiers: [subnetId],
        launchTemplate: { id },
      });
    assert.throws(group, /Client\.InvalidKMSKey\.InvalidState: .*AWSServiceRoleForAutoScaling/);
    const role =
      "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";
    const open = policy().replace(`"${OWNER}"`, `["${OWNER}","${role}"]`);
    account.make("kms.KeyPolicy", "p", { keyId, policy: open });
    assert.equal(group(), "g");
  });
});
