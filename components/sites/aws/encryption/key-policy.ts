/** The policy of an environment's own KMS key, computed from who uses the key. Pure. */

/** One statement of a resource's policy. */
export interface PolicyStatement {
  Sid: string;
  Effect: "Allow" | "Deny";
  Principal: { AWS: string | readonly string[] } | { Service: string };
  Action: readonly string[];
  Resource: string;
  Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A resource's policy, ready for `JSON.stringify`. */
export interface PolicyDocument {
  Version: "2012-10-17";
  Statement: readonly PolicyStatement[];
}

/** Someone who uses the key. */
export type KeyUser =
  /**
   * Auto Scaling launches instances with encrypted volumes through its service-linked role, which must exist before
   * the policy is written, or KMS refuses it.
   */
  | { kind: "autoscaling" }
  /** CloudWatch alarms publish to an encrypted topic. */
  | { kind: "alarms" }
  /** CloudWatch Logs encrypts the groups whose name begins with a prefix, e.g. `/opentsdb/prod/`. */
  | { kind: "logs"; groupPrefix: string }
  /** Data Lifecycle Manager snapshots the data volumes with its execution role. */
  | { kind: "snapshots"; roleArn: string }
  /** Machines read and write encrypted objects through S3 with the roles of their instance profiles. */
  | { kind: "objects"; roleArns: readonly string[] }
  /** Auto Scaling and other services publish events to an encrypted topic through EventBridge. */
  | { kind: "events" };

/** Where the key stands. */
export interface KeyPlace {
  /** `aws` or `aws-us-gov`. */
  partition: string;
  region: string;
  /** Twelve digits. */
  accountId: string;
}

/** In a key's policy `*` is that key: it cannot name itself before it exists. */
const THIS_KEY = "*";

/** What owners of the account do with a key; spelled out, so that using it is not among them. */
const ADMINISTRATION = [
  "kms:CancelKeyDeletion",
  "kms:CreateAlias",
  "kms:DeleteAlias",
  "kms:DescribeKey",
  "kms:DisableKey",
  "kms:DisableKeyRotation",
  "kms:EnableKey",
  "kms:EnableKeyRotation",
  "kms:GetKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:ListGrants",
  "kms:ListKeyPolicies",
  "kms:ListKeyRotations",
  "kms:ListResourceTags",
  "kms:PutKeyPolicy",
  "kms:RevokeGrant",
  "kms:RotateKeyOnDemand",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateAlias",
  "kms:UpdateKeyDescription",
] as const;

const CRYPTOGRAPHY = [
  "kms:Decrypt",
  "kms:DescribeKey",
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
] as const;

const PUBLISHING = ["kms:Decrypt", "kms:GenerateDataKey"] as const;

const FOR_AWS_RESOURCES = { Bool: { "kms:GrantIsForAWSResource": "true" } } as const;

function account(place: KeyPlace): { AWS: string } {
  return { AWS: `arn:${place.partition}:iam::${place.accountId}:root` };
}

function ownAccount(place: KeyPlace): PolicyStatement[] {
  const services = ["ec2", "s3"].map((service) => `${service}.${place.region}.amazonaws.com`);
  const through = { StringEquals: { "kms:ViaService": services } };
  return [
    {
      Sid: "Administration",
      Effect: "Allow",
      Principal: account(place),
      Action: ADMINISTRATION,
      Resource: THIS_KEY,
    },
    // Who may create volumes and objects in this account is for the account's IAM policies to say.
    {
      Sid: "OwnAccountThroughServices",
      Effect: "Allow",
      Principal: account(place),
      Action: CRYPTOGRAPHY,
      Resource: THIS_KEY,
      Condition: through,
    },
    {
      Sid: "OwnAccountVolumes",
      Effect: "Allow",
      Principal: account(place),
      Action: ["kms:CreateGrant"],
      Resource: THIS_KEY,
      Condition: {
        StringEquals: { "kms:ViaService": [`ec2.${place.region}.amazonaws.com`] },
        ...FOR_AWS_RESOURCES,
      },
    },
  ];
}

function usesVolumes(name: string, roleArn: string): PolicyStatement[] {
  return [
    {
      Sid: name,
      Effect: "Allow",
      Principal: { AWS: roleArn },
      Action: CRYPTOGRAPHY,
      Resource: THIS_KEY,
    },
    {
      Sid: `${name}Grants`,
      Effect: "Allow",
      Principal: { AWS: roleArn },
      Action: ["kms:CreateGrant"],
      Resource: THIS_KEY,
      Condition: FOR_AWS_RESOURCES,
    },
  ];
}

function publishes(
  place: KeyPlace,
  publisher: { sid: string; service: string; source: string },
): PolicyStatement {
  const { partition, region, accountId } = place;
  return {
    Sid: publisher.sid,
    Effect: "Allow",
    Principal: { Service: `${publisher.service}.amazonaws.com` },
    Action: PUBLISHING,
    Resource: THIS_KEY,
    Condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnLike: {
        "aws:SourceArn": `arn:${partition}:${publisher.service}:${region}:${accountId}:${publisher.source}`,
      },
    },
  };
}

function statementsFor(user: KeyUser, place: KeyPlace): PolicyStatement[] {
  const { partition, region, accountId } = place;
  switch (user.kind) {
    case "autoscaling":
      return usesVolumes(
        "AutoScaling",
        `arn:${partition}:iam::${accountId}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
      );
    case "snapshots":
      return usesVolumes("Snapshots", roleArn(user.roleArn, place));
    case "alarms":
      return [publishes(place, { sid: "Alarms", service: "cloudwatch", source: "alarm:*" })];
    case "events":
      return [publishes(place, { sid: "Events", service: "events", source: "rule/*" })];
    case "logs":
      return [
        {
          Sid: "Logs",
          Effect: "Allow",
          Principal: { Service: `logs.${region}.amazonaws.com` },
          Action: CRYPTOGRAPHY,
          Resource: THIS_KEY,
          Condition: {
            ArnLike: {
              "kms:EncryptionContext:aws:logs:arn": `arn:${partition}:logs:${region}:${accountId}:log-group:${logPrefix(user.groupPrefix)}*`,
            },
          },
        },
      ];
    case "objects":
      return [
        {
          Sid: "Objects",
          Effect: "Allow",
          Principal: { AWS: user.roleArns.map((arn) => roleArn(arn, place)).sort() },
          Action: ["kms:Decrypt", "kms:GenerateDataKey"],
          Resource: THIS_KEY,
          Condition: { StringEquals: { "kms:ViaService": [`s3.${region}.amazonaws.com`] } },
        },
      ];
  }
}

function roleArn(arn: string, place: KeyPlace): string {
  if (!new RegExp(`^arn:${place.partition}:iam::${place.accountId}:role/[\\w+=,.@/-]+$`).test(arn)) {
    throw new Error(
      `key policy: "${arn}" is no role of account ${place.accountId}; keys are used by roles of their own account only`,
    );
  }
  return arn;
}

function logPrefix(prefix: string): string {
  if (!/^[\w./#-]+$/.test(prefix)) {
    throw new Error(
      `key policy: log group prefix "${prefix}" must be letters, digits and . _ / # -, e.g. /opentsdb/prod/`,
    );
  }
  return prefix;
}

function checkUsers(users: readonly KeyUser[]): void {
  const kinds = users.map(({ kind }) => kind);
  const twice = kinds.find((kind, index) => kinds.indexOf(kind) !== index);
  if (twice !== undefined) {
    throw new Error(`key policy: the user "${twice}" is named twice; a statement's name stands once`);
  }
  const objects = users.find((user) => user.kind === "objects");
  if (objects !== undefined && objects.roleArns.length === 0) {
    throw new Error(`key policy: the user "objects" names no role; leave it out or name the machines' roles`);
  }
}

/**
 * The key's policy: the account administers, its principals use the key through EC2 and S3 as their IAM policies
 * allow, and each user gets what it needs. The order of the users does not matter.
 *
 * @throws when a user is named twice, a role is of another account, or the place is none
 */
export function keyPolicy(place: KeyPlace, users: readonly KeyUser[]): PolicyDocument {
  if (!/^\d{12}$/.test(place.accountId)) {
    throw new Error(`key policy: account "${place.accountId}" must be twelve digits`);
  }
  if (!/^aws(-us-gov)?$/.test(place.partition)) {
    throw new Error(`key policy: partition "${place.partition}" must be aws or aws-us-gov`);
  }
  checkUsers(users);
  const order = [...users].sort((a, b) => (a.kind < b.kind ? -1 : 1));
  return {
    Version: "2012-10-17",
    Statement: [...ownAccount(place), ...order.flatMap((user) => statementsFor(user, place))],
  };
}
