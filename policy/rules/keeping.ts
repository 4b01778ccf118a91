/** What holds data: volumes, cache, keys, topics, logs. */
import { TAG } from "../../components/sites/aws/tags";
import { openStatements } from "../documents";
import { filled, inProduction, isTrue, nested, tagsIn } from "../props";
import { PlacedResource, Props, Rule } from "../rule";

const VOLUME = "aws:ebs/volume:Volume";
const CACHE = "aws:elasticache/cluster:Cluster";

/** Whether a snapshot policy takes in a volume: one of its target tags is the volume's. */
function takesIn(policy: PlacedResource, tags: Props): boolean {
  const targets = nested(nested(policy.props, "policyDetails"), "targetTags");
  return (
    policy.props["state"] !== "DISABLED" && Object.keys(targets).some((key) => tags[key] === targets[key])
  );
}

function kindOf(props: Props): string {
  const kind = tagsIn(props)[TAG.kind];
  return typeof kind === "string" ? kind : "unset";
}

const VOLUME_RULES: readonly Rule[] = [
  {
    name: "volume-encrypted",
    control: "EC2.3, CIS 5.1.1",
    enforcement: "mandatory",
    reason: "Data volumes hold every point that was ever acknowledged.",
    remedy: "Set encrypted; it cannot be set later without a copy.",
    types: [VOLUME],
    check: ({ props }) => (isTrue(props["encrypted"]) ? [] : ["is not encrypted"]),
  },
  {
    name: "encryption-by-default-on",
    control: "EC2.7, CIS 5.1.1",
    enforcement: "mandatory",
    reason: "A volume that somebody makes by hand must be encrypted too.",
    remedy: "Leave enabled true.",
    types: ["aws:ebs/encryptionByDefault:EncryptionByDefault"],
    check: ({ props }) => (props["enabled"] === false ? ["switches encryption by default off"] : []),
  },
  {
    name: "production-volume-own-key",
    control: "platform",
    enforcement: "mandatory",
    reason: "Only an own key can be withdrawn and says who may use it.",
    remedy: "Set kmsKeyId to the environment's key.",
    types: [VOLUME],
    check: (resource, settings) =>
      inProduction(resource, settings) && !filled(resource.props, "kmsKeyId")
        ? ["has no key of the environment"]
        : [],
  },
  {
    name: "production-volume-kept",
    control: "platform",
    enforcement: "mandatory",
    reason: "A data volume outlives its host and must not go with a wrong update.",
    remedy: "Set the resource option protect.",
    types: [VOLUME],
    check: (resource, settings) =>
      inProduction(resource, settings) && !resource.protect ? ["is not protected"] : [],
  },
  {
    name: "production-volume-snapshotted",
    control: "platform",
    enforcement: "mandatory",
    reason: "Copies in HDFS do not help against a wrong deletion.",
    remedy: "Declare an aws.dlm.LifecyclePolicy with a target tag that the volume has.",
    checkAll: (resources, settings) => {
      const policies = resources.filter(({ type }) => type === "aws:dlm/lifecyclePolicy:LifecyclePolicy");
      return resources
        .filter((resource) => resource.type === VOLUME && inProduction(resource, settings))
        .filter(({ props }) => !policies.some((policy) => takesIn(policy, tagsIn(props))))
        .map(({ urn, name, props }) => ({
          urn,
          fault: `No snapshot policy takes in volume ${name} (${TAG.kind} ${kindOf(props)})`,
        }));
    },
  },
];

/** The rules about what holds data. */
export const KEEPING_RULES: readonly Rule[] = [
  ...VOLUME_RULES,
  {
    name: "cache-own-subnets",
    control: "ElastiCache.7",
    enforcement: "mandatory",
    reason: "The default subnet group lies in the default VPC, outside the environment's rules.",
    remedy: "Set subnetGroupName to a group over the private subnets.",
    types: [CACHE],
    check: ({ props }) =>
      filled(props, "subnetGroupName") && props["subnetGroupName"] !== "default"
        ? []
        : ["lies in the default subnet group"],
  },
  {
    name: "cache-tls",
    control: "platform",
    enforcement: "mandatory",
    reason: "Answers to queries would cross zones in the clear.",
    remedy: "Set transitEncryptionEnabled; it cannot be set later.",
    types: [CACHE],
    check: ({ props }) => (isTrue(props["transitEncryptionEnabled"]) ? [] : ["speaks without TLS"]),
  },
  {
    name: "key-rotates",
    control: "KMS.4, CIS 3.6",
    enforcement: "mandatory",
    reason: "A key that never changes makes one loss a loss of everything.",
    remedy: "Set enableKeyRotation.",
    types: ["aws:kms/key:Key"],
    check: ({ props }) => (isTrue(props["enableKeyRotation"]) ? [] : ["does not rotate"]),
  },
  {
    name: "key-not-public",
    control: "KMS.5",
    enforcement: "mandatory",
    reason: "Everybody could decrypt the environment's data.",
    remedy: "Name principals in the policy, or tie it to the account by a condition.",
    types: ["aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy"],
    check: ({ props }) => (openStatements(props["policy"]).length > 0 ? ["lets everybody use the key"] : []),
  },
  {
    name: "topic-encrypted",
    control: "SNS.1",
    enforcement: "mandatory",
    reason: "Alarms name hosts and what is wrong with them.",
    remedy: "Set kmsMasterKeyId to the environment's key.",
    types: ["aws:sns/topic:Topic"],
    check: ({ props }) => (filled(props, "kmsMasterKeyId") ? [] : ["is not encrypted"]),
  },
  {
    name: "topic-not-public",
    control: "SNS.4",
    enforcement: "mandatory",
    reason: "Everybody could read alarms or send false ones.",
    remedy: "Name principals in the policy, or tie it to the account by a condition.",
    types: ["aws:sns/topic:Topic", "aws:sns/topicPolicy:TopicPolicy"],
    check: ({ props }) => (openStatements(props["policy"]).length > 0 ? ["is open to everybody"] : []),
  },
  {
    name: "log-group-expires",
    control: "platform",
    enforcement: "mandatory",
    reason: "Logs without an end are paid for ever.",
    remedy: "Set retentionInDays.",
    types: ["aws:cloudwatch/logGroup:LogGroup"],
    check: ({ props }) => (Number(props["retentionInDays"] ?? 0) > 0 ? [] : ["keeps its logs for ever"]),
  },
];
