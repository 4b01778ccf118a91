import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { changeLedger, ledgerFile, readLedger, requireLedger } from "../../../engine/plugins/aws/account";
import { RESOURCES } from "../../../engine/plugins/aws/catalog";
import {
  configurationOf,
  credentialsPresent,
  settingFailures,
} from "../../../engine/plugins/aws/configuration";
import { forLedger, fromLedger } from "../../../engine/plugins/aws/definition";
import { policyDocument } from "../../../engine/plugins/aws/policy-document";
import { autonameFor, idOf } from "../../../engine/plugins/aws/identities";
import { zoneId } from "../../../engine/plugins/aws/makers";
import { previewOutputs, updatedOutputs } from "../../../engine/plugins/aws/outputs";
import { settingsIn } from "../../../engine/plugins/aws/service";
import { Asset } from "../../../engine/provider/assets";
import { UNKNOWN } from "../../../engine/provider/resource";

const CONFIGURATION = configurationOf(
  { region: "eu-central-1", defaultTags: '{"tags":{"Project":"opentsdb"}}' },
  {},
);

describe("the offline provider's settings", () => {
  it("come as arguments or as variables, and name region, account and default tags", () => {
    assert.deepEqual(settingsIn({}, { "aws:config:region": "eu-west-1" }), { region: "eu-west-1" });
    const made = configurationOf({ allowedAccountIds: '["210987654321"]' }, { AWS_REGION: "us-gov-west-1" });
    assert.deepEqual(
      [made.region, made.account, made.partition],
      ["us-gov-west-1", "210987654321", "aws-us-gov"],
    );
    assert.deepEqual(CONFIGURATION.defaultTags, { Project: "opentsdb" });
    assert.throws(
      () => configurationOf({ forbiddenAccountIds: ["123456789012"] }, {}),
      /forbiddenAccountIds/,
    );
  });

  it("are refused when unknown, of another type, or without a region", () => {
    const names = (given: Record<string, unknown>): string[] =>
      settingFailures(given, {}).map(({ property }) => property);
    assert.deepEqual(names({ region: "eu-central-1", skipCredentialsValidation: "true" }), []);
    assert.deepEqual(names({ region: "eu-central-1", assumeRole: "{}" }), ["assumeRole"]);
    assert.deepEqual(names({ region: "eu-central-1", endpoints: '{"ec2":"x"}' }), ["endpoints"]);
    assert.deepEqual(names({}), ["region"]);
  });
});

describe("AWS credentials", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "offline-aws-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("are found in the environment, the provider's settings and the files, and nowhere else", () => {
    const at = (name: string): string => join(folder, name);
    const env = {
      HOME: folder,
      AWS_SHARED_CREDENTIALS_FILE: at("credentials"),
      AWS_CONFIG_FILE: at("config"),
    };
    assert.equal(credentialsPresent({ profile: "x" }, env), undefined);
    writeFileSync(at("config"), "[default]\nregion = eu-central-1\n");
    assert.equal(credentialsPresent({}, env), undefined, "a region is no credential");
    writeFileSync(at("config"), "[default]\ncredential_process = /bin/true\n");
    assert.match(credentialsPresent({}, env) ?? "", /config$/);
    writeFileSync(at("credentials"), "[default]\n");
    assert.match(credentialsPresent({}, env) ?? "", /credentials$/);
    assert.match(credentialsPresent({}, { ...env, AWS_PROFILE: "p" }) ?? "", /AWS_PROFILE/);
    assert.match(credentialsPresent({ secretKey: "s" }, { HOME: folder }) ?? "", /secretKey/);
  });
});

describe("the ledger", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "offline-aws-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const record = { token: "aws:ec2/vpc:Vpc", id: "vpc-1", urn: "u", inputs: {}, outputs: {} };

  it("is a file per project, stack and backend", () => {
    const urn = "urn:pulumi:dev::opentsdb::aws:ec2/vpc:Vpc::vpc";
    const file = (backend: string): string =>
      ledgerFile(urn, { PULUMI_HOME: folder, PULUMI_BACKEND_URL: backend });
    assert.match(file("file:///a"), /\/offline-aws\/opentsdb\.dev\.[0-9a-f]{8}\.json$/);
    assert.notEqual(file("file:///a"), file("file:///b"));
  });

  it("stays as it was when a change fails, and begins anew when the account is empty", () => {
    const file = join(folder, "ledger.json");
    changeLedger(file, (ledger) => ledger.add(record));
    assert.throws(() =>
      changeLedger(file, (ledger) => {
        ledger.remove(record.token, record.id);
        throw new Error("no");
      }),
    );
    assert.equal(readLedger(file).all().length, 1);
    assert.equal(readLedger(file).generation("u"), 1);
    changeLedger(file, (ledger) => ledger.remove(record.token, record.id));
    assert.equal(readLedger(file).generation("u"), 0);
  });

  it("must be there before anything is read or removed, since the state may be a real account's", () => {
    const file = join(folder, "ledger.json");
    assert.throws(() => requireLedger(file), /no offline AWS ledger .*may stand in a real account/);
    changeLedger(file, () => undefined);
    requireLedger(file);
  });

  it("takes over the lock of a process that is gone, and says what is wrong with a broken file", () => {
    const file = join(folder, "ledger.json");
    writeFileSync(`${file}.lock`, "999999999");
    changeLedger(file, (ledger) => ledger.add(record));
    writeFileSync(file, "{");
    assert.throws(() => readLedger(file), /ledger\.json cannot be read .*refresh the stack/);
  });

  it("keeps of secrets and files only a hash, for which a read gives back the state's own", () => {
    const inputs = { value: "hush", source: new Asset("text", "long", "1"), name: "n" };
    const kept = forLedger(inputs, ["value"]);
    assert.ok(!JSON.stringify(kept).includes("hush"));
    assert.deepEqual(fromLedger(kept, inputs), inputs);
    assert.deepEqual(fromLedger(kept, {}), { name: "n" });
  });
});

describe("outputs of AWS resources", () => {
  it("are known in a preview as far as they are given or have defaults, and unknown otherwise", () => {
    const outputs = previewOutputs(
      "aws:ec2/vpc:Vpc",
      { cidrBlock: "10.0.0.0/16", tags: { a: "b" } },
      CONFIGURATION,
    );
    assert.equal(outputs["cidrBlock"], "10.0.0.0/16");
    assert.equal(outputs["enableDnsSupport"], true);
    assert.equal(outputs["region"], "eu-central-1");
    assert.deepEqual(outputs["tagsAll"], { Project: "opentsdb", a: "b" });
    for (const name of ["arn", "defaultSecurityGroupId", "enableDnsHostnames"])
      assert.equal(outputs[name], UNKNOWN, name);
  });

  it("keep their values in the preview of a change, but for those that follow from it", () => {
    const token = "aws:ec2/launchTemplate:LaunchTemplate";
    const olds = { arn: "arn", latestVersion: 3, defaultVersion: 1, imageId: "ami-1" };
    const after = (changed: string[]) =>
      updatedOutputs(token, olds, { imageId: "ami-2" }, changed, CONFIGURATION);
    assert.equal(after(["imageId"])["latestVersion"], UNKNOWN);
    assert.equal(after(["imageId"])["arn"], "arn");
    assert.equal(after(["tagsAll"])["latestVersion"], 3);
  });

  it("have an id for every type, the same again and another one for a replacement", () => {
    for (const token of Object.keys(RESOURCES)) {
      const urn = `urn:pulumi:s::p::${token}::n`;
      const inputs = {
        name: "n",
        bucket: "b",
        key: "k",
        keyId: "x",
        role: "r",
        policyArn: "a",
        arn: "a",
        topic: "t",
      };
      const id = idOf({ token, urn, generation: 0 }, inputs, CONFIGURATION);
      assert.ok(id.length > 0, token);
      assert.equal(idOf({ token, urn, generation: 0 }, inputs, CONFIGURATION), id, token);
      assert.ok(!/[{}]|undefined/.test(id), `${token} ${id}`);
    }
    assert.equal(zoneId("eu-central-1b"), "euc1-az2");
  });

  it("get names that fit, or a refusal that says how long they may be", () => {
    const name = (token: string, resource: string): string | undefined =>
      autonameFor({ token, urn: `urn:pulumi:s::p::${token}::${resource}`, generation: 0 })?.name;
    assert.match(name("aws:s3/bucket:Bucket", "Artifacts") ?? "", /^artifacts-[0-9a-f]{7}$/);
    assert.match(name("aws:kms/alias:Alias", "key") ?? "", /^alias\/key-[0-9a-f]{7}$/);
    assert.throws(() => name("aws:lb/targetGroup:TargetGroup", "x".repeat(25)), /maximum length 32/);
    assert.equal(name("aws:ec2/vpc:Vpc", "vpc"), undefined);
  });
});

describe("policy documents", () => {
  it("have the form that the provider gives them; a later statement of the same Sid wins", () => {
    const { json } = policyDocument({
      sourcePolicyDocuments: ['{"Statement":[{"Sid":"a","Effect":"Deny"},{"Sid":"b","Effect":"Deny"}]}'],
      statements: [
        {
          sid: "a",
          actions: ["s3:Get*", "s3:Put*"],
          resources: ["*"],
          principals: [{ type: "AWS", identifiers: ["x"] }],
          conditions: [{ test: "Bool", variable: "aws:SecureTransport", values: ["true"] }],
        },
      ],
    });
    assert.deepEqual(JSON.parse(String(json)), {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "a",
          Effect: "Allow",
          Action: ["s3:Put*", "s3:Get*"],
          Resource: "*",
          Principal: { AWS: "x" },
          Condition: { Bool: { "aws:SecureTransport": "true" } },
        },
        { Sid: "b", Effect: "Deny" },
      ],
    });
  });
});
