import assert from "node:assert/strict";

import fc from "fast-check";

import { keyPolicy, KeyUser, PolicyStatement } from "../../../components/sites/aws/encryption/key-policy";

const place = { partition: "aws", region: "eu-west-1", accountId: "123456789012" };
const role = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;

const USERS: readonly KeyUser[] = [
  { kind: "autoscaling" },
  { kind: "alarms" },
  { kind: "events" },
  { kind: "logs", groupPrefix: "/opentsdb/prod/" },
  { kind: "snapshots", roleArn: role("dlm") },
  { kind: "objects", roleArns: [role("tsd"), role("data")] },
];

function statement(users: readonly KeyUser[], sid: string): PolicyStatement {
  const found = keyPolicy(place, users).Statement.find(({ Sid }) => Sid === sid);
  assert.ok(found, `no statement ${sid}`);
  return found;
}

describe("a key's policy", () => {
  const users = fc.shuffledSubarray([...USERS]);

  it("uses no wildcard in an action or a principal, whoever uses the key", () => {
    fc.assert(
      fc.property(users, (some) => {
        for (const { Action, Principal } of keyPolicy(place, some).Statement) {
          assert.ok(!JSON.stringify([Action, Principal]).includes("*"));
        }
      }),
    );
  });

  it("does not depend on the order of the users, and names each statement once", () => {
    fc.assert(
      fc.property(users, (some) => {
        const policy = keyPolicy(place, some);
        assert.deepEqual(keyPolicy(place, [...some].reverse()), policy);
        const names = policy.Statement.map(({ Sid }) => Sid);
        assert.equal(new Set(names).size, names.length);
      }),
    );
  });

  it("gives nothing to who does not use the key", () => {
    const sids = keyPolicy(place, []).Statement.map(({ Sid }) => Sid);
    assert.deepEqual(sids, ["Administration", "OwnAccountThroughServices", "OwnAccountVolumes"]);
  });

  it("lets the account administer the key, but encrypt and decrypt only through services", () => {
    const administration = statement([], "Administration");
    assert.ok(administration.Action.includes("kms:PutKeyPolicy"), "nobody could change the policy again");
    assert.ok(!administration.Action.some((action) => /Decrypt|Encrypt|DataKey|CreateGrant/.test(action)));
    assert.deepEqual(statement([], "OwnAccountThroughServices").Condition, {
      StringEquals: { "kms:ViaService": ["ec2.eu-west-1.amazonaws.com", "s3.eu-west-1.amazonaws.com"] },
    });
  });

  it("lets grants be made only for resources of AWS", () => {
    for (const { Action, Condition } of keyPolicy(place, USERS).Statement) {
      if (Action.includes("kms:CreateGrant")) {
        assert.equal(Condition?.["Bool"]?.["kms:GrantIsForAWSResource"], "true");
      }
    }
  });

  it("lets Auto Scaling's service-linked role launch encrypted instances", () => {
    assert.deepEqual(statement([{ kind: "autoscaling" }], "AutoScaling").Principal, {
      AWS: "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
    });
    assert.deepEqual(statement([{ kind: "autoscaling" }], "AutoScalingGrants").Action, ["kms:CreateGrant"]);
  });

  it("ties every service to this account or to its log groups", () => {
    for (const { Principal, Condition, Sid } of keyPolicy(place, USERS).Statement) {
      if ("Service" in Principal) {
        assert.ok(JSON.stringify(Condition ?? {}).includes(place.accountId), `${Sid} serves any account`);
      }
    }
    assert.deepEqual(statement(USERS, "Logs").Condition, {
      ArnLike: {
        "kms:EncryptionContext:aws:logs:arn":
          "arn:aws:logs:eu-west-1:123456789012:log-group:/opentsdb/prod/*",
      },
    });
  });

  it("refuses a user that is named twice, a role of another account, and an empty list of roles", () => {
    assert.throws(
      () => keyPolicy(place, [{ kind: "alarms" }, { kind: "alarms" }]),
      /"alarms" is named twice/,
    );
    const foreign = "arn:aws:iam::999999999999:role/x";
    assert.throws(
      () => keyPolicy(place, [{ kind: "snapshots", roleArn: foreign }]),
      /999999999999.* is no role of account/,
    );
    assert.throws(() => keyPolicy(place, [{ kind: "objects", roleArns: [] }]), /"objects" names no role/);
    assert.throws(() => keyPolicy(place, [{ kind: "logs", groupPrefix: "*" }]), /prefix "\*" must be/);
  });

  it("refuses a place that is none", () => {
    assert.throws(() => keyPolicy({ ...place, accountId: "12" }, []), /account "12" must be twelve digits/);
    assert.throws(() => keyPolicy({ ...place, partition: "gcp" }, []), /partition "gcp" must be/);
  });
});
