import { Cases, DEV, Details, PROD, resource } from "./resource";
import { PlacedResource, Props } from "../../../policy/rule";

const bucket = (props: Props = {}): PlacedResource =>
  resource("aws:s3/bucket:Bucket", props, { name: "bucket" });
const ofBucket: Details = { name: "beside", references: { bucket: ["bucket"] } };
const beside = (kind: string, props: Props = {}, details = ofBucket): PlacedResource =>
  resource(`aws:s3/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`, props, details);
const ofAnother: Details = { name: "beside", references: { bucket: ["another"] } };

const policy = (...Statement: Props[]): Props => ({
  policy: JSON.stringify({ Version: "2012-10-17", Statement }),
});
const open = (Action: string, more: Props = {}): Props => ({
  Effect: "Allow",
  Principal: "*",
  Action,
  Resource: "*",
  ...more,
});
const tlsOnly: Props = {
  Effect: "Deny",
  Principal: { AWS: "*" },
  Action: "s3:*",
  Resource: "*",
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};
const tied = { Condition: { StringEquals: { "aws:PrincipalAccount": "123456789012" } } };
const blocks = {
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
};

const volume = (props: Props, details: Details = {}): PlacedResource =>
  resource("aws:ebs/volume:Volume", props, details);
const snapshots = (targetTags: Props, state = "ENABLED"): PlacedResource =>
  resource("aws:dlm/lifecyclePolicy:LifecyclePolicy", { state, policyDetails: { targetTags } });
const cache = (props: Props): PlacedResource => resource("aws:elasticache/cluster:Cluster", props);
const key = (props: Props): PlacedResource => resource("aws:kms/key:Key", props);
const topic = (props: Props): PlacedResource => resource("aws:sns/topic:Topic", props);
const logs = (props: Props): PlacedResource => resource("aws:cloudwatch/logGroup:LogGroup", props);
const dataTags = { ...PROD, Kind: "data" };

/** Cases of the rules about buckets, volumes, cache, keys, topics and logs. */
export const DATA_CASES: Cases = {
  "bucket-has-public-access-block": {
    passes: [[bucket(), beside("BucketPublicAccessBlock")]],
    fails: [
      [[bucket()], /Bucket bucket has no public access block/],
      [[bucket(), beside("BucketPublicAccessBlock", {}, ofAnother)], /no public access block/],
    ],
  },
  "bucket-has-policy": {
    passes: [[bucket(), beside("BucketPolicy")]],
    fails: [[[bucket()], /Bucket bucket has no policy/]],
  },
  "bucket-access-logged": {
    passes: [
      [bucket(), beside("BucketLogging")],
      [bucket(), beside("BucketLogging", {}, { references: { targetBucket: ["bucket"] } })],
    ],
    fails: [[[bucket()], /no access log/]],
  },
  "bucket-has-lifecycle": {
    passes: [[bucket(), beside("BucketLifecycleConfiguration")]],
    fails: [[[bucket()], /no lifecycle configuration/]],
  },
  "bucket-versioned": {
    passes: [[bucket(), beside("BucketVersioning", { versioningConfiguration: { status: "Enabled" } })]],
    fails: [
      [[bucket()], /no versioning/],
      [
        [bucket(), beside("BucketVersioning", { versioningConfiguration: { status: "Suspended" } })],
        /no versioning/,
      ],
    ],
  },
  "public-access-block-complete": {
    passes: [beside("BucketPublicAccessBlock", blocks)],
    fails: [
      [beside("BucketPublicAccessBlock", { ...blocks, ignorePublicAcls: false }), /ignorePublicAcls off/],
    ],
  },
  "bucket-no-public-read": {
    passes: [
      bucket(),
      bucket({ acl: "private" }),
      beside("BucketPolicy", policy(open("s3:GetObject", tied), tlsOnly)),
    ],
    fails: [
      [bucket({ acl: "public-read" }), /ACL public-read/],
      [beside("BucketPolicy", policy(open("s3:GetObject"))), /lets everybody read/],
      [beside("BucketPolicy", policy(open("s3:*", { Principal: { AWS: ["*"] } }))), /everybody read/],
    ],
  },
  "bucket-no-public-write": {
    passes: [bucket({ acl: "public-read" }), beside("BucketPolicy", policy(open("s3:GetObject")))],
    fails: [
      [bucket({ acl: "public-read-write" }), /ACL public-read-write/],
      [beside("BucketPolicy", policy(open("s3:PutObject"))), /lets everybody write/],
    ],
  },
  "bucket-tls-only": {
    passes: [beside("BucketPolicy", policy(tlsOnly))],
    fails: [
      [beside("BucketPolicy", policy({ ...tlsOnly, Effect: "Allow" })), /requests without TLS/],
      [beside("BucketPolicy", policy({ ...tlsOnly, Condition: {} })), /requests without TLS/],
    ],
  },
  "bucket-without-acls": {
    passes: [
      bucket(),
      beside("BucketOwnershipControls", { rule: { objectOwnership: "BucketOwnerEnforced" } }),
    ],
    fails: [
      [bucket({ acl: "private" }), /has an ACL/],
      [beside("BucketOwnershipControls", { rule: { objectOwnership: "ObjectWriter" } }), /ObjectWriter/],
    ],
  },
  "volume-encrypted": {
    passes: [volume({ encrypted: true })],
    fails: [[volume({}), /is not encrypted/]],
  },
  "encryption-by-default-on": {
    passes: [resource("aws:ebs/encryptionByDefault:EncryptionByDefault", {})],
    fails: [[resource("aws:ebs/encryptionByDefault:EncryptionByDefault", { enabled: false }), /off/]],
  },
  "production-volume-own-key": {
    passes: [volume({ tags: PROD, kmsKeyId: "arn" }), volume({ tags: DEV })],
    fails: [[volume({ tags: PROD }), /no key of the environment/]],
  },
  "production-volume-kept": {
    passes: [volume({ tags: PROD }, { protect: true }), volume({ tags: DEV })],
    fails: [[volume({ tags: PROD }), /is not protected/]],
  },
  "production-volume-snapshotted": {
    passes: [
      [volume({ tags: dataTags }), snapshots({ Kind: "data" })],
      [volume({ tags: { ...dataTags, ...DEV } })],
    ],
    fails: [
      [[volume({ tags: dataTags })], /No snapshot policy takes in volume it \(Kind data\)/],
      [[volume({ tags: dataTags }), snapshots({ Kind: "master" })], /No snapshot policy/],
      [[volume({ tags: dataTags }), snapshots({ Kind: "data" }, "DISABLED")], /No snapshot policy/],
    ],
  },
  "cache-own-subnets": {
    passes: [cache({ subnetGroupName: "cache" })],
    fails: [
      [cache({}), /default subnet group/],
      [cache({ subnetGroupName: "default" }), /default subnet group/],
    ],
  },
  "cache-tls": {
    passes: [cache({ transitEncryptionEnabled: true })],
    fails: [[cache({}), /speaks without TLS/]],
  },
  "key-rotates": {
    passes: [key({ enableKeyRotation: true })],
    fails: [[key({}), /does not rotate/]],
  },
  "key-not-public": {
    passes: [key({}), key(policy(open("kms:Decrypt", tied)))],
    fails: [[key(policy(open("kms:Decrypt"))), /lets everybody use the key/]],
  },
  "topic-encrypted": {
    passes: [topic({ kmsMasterKeyId: "arn" })],
    fails: [[topic({}), /is not encrypted/]],
  },
  "topic-not-public": {
    passes: [topic({}), topic(policy(open("sns:Publish", tied)))],
    fails: [[resource("aws:sns/topicPolicy:TopicPolicy", policy(open("sns:Publish"))), /open to everybody/]],
  },
  "log-group-expires": {
    passes: [logs({ retentionInDays: 30 })],
    fails: [
      [logs({}), /keeps its logs for ever/],
      [logs({ retentionInDays: 0 }), /for ever/],
    ],
  },
};
