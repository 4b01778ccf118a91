/** S3 buckets and what stands beside them. */
import { deniesPlaintext, openStatements } from "../documents";
import { filled, given, isTrue, nested } from "../props";
import { Fault, PlacedResource, ResourceRule, Rule, StackRule } from "../rule";

const BUCKET = "aws:s3/bucket:Bucket";
const POLICY = "aws:s3/bucketPolicy:BucketPolicy";

const BLOCKS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

/** Buckets that no resource of a type names in one of the given inputs. */
function bare(
  resources: readonly PlacedResource[],
  type: string,
  what: string,
  inputs = ["bucket"],
): readonly Fault[] {
  const covered = new Set(
    resources
      .filter((resource) => resource.type === type)
      .flatMap(({ references }) => inputs.flatMap((input) => references[input] ?? [])),
  );
  return resources
    .filter((resource) => resource.type === BUCKET && !covered.has(resource.urn))
    .map(({ urn, name }) => ({ urn, fault: `Bucket ${name} has no ${what}` }));
}

function access(kind: "read" | "write", control: string): ResourceRule {
  const acl =
    kind === "read" ? /^(public-read|authenticated-read|public-read-write)$/ : /^public-read-write$/;
  const action = kind === "read" ? /^(s3:)?(\*|Get|List)/ : /^(s3:)?(\*|Put|Delete)/;
  return {
    name: `bucket-no-public-${kind}`,
    control,
    enforcement: "mandatory",
    reason: `Anybody could ${kind} what the machines run or what they log.`,
    remedy: "Name principals or conditions in the policy and set no ACL.",
    types: [BUCKET, POLICY],
    check: ({ type, props }) => {
      if (type === BUCKET) {
        return acl.test(String(props["acl"])) ? [`has the ACL ${String(props["acl"])}`] : [];
      }
      return openStatements(props["policy"]).some(({ actions }) => actions.some((each) => action.test(each)))
        ? [`lets everybody ${kind}`]
        : [];
    },
  };
}

const ACCOMPANIED: readonly StackRule[] = [
  {
    name: "bucket-has-public-access-block",
    control: "S3.8",
    enforcement: "mandatory",
    reason: "A block holds even when a policy is wrong.",
    remedy: "Declare aws.s3.BucketPublicAccessBlock for the bucket.",
    checkAll: (resources) =>
      bare(resources, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "public access block"),
  },
  {
    name: "bucket-has-policy",
    control: "S3.5",
    enforcement: "mandatory",
    reason: "Without a policy of its own a bucket takes requests without TLS.",
    remedy: "Declare aws.s3.BucketPolicy that denies requests without TLS.",
    checkAll: (resources) => bare(resources, POLICY, "policy"),
  },
  {
    name: "bucket-access-logged",
    control: "S3.9",
    enforcement: "advisory",
    reason: "Who read the bundle or a host's keys is seen only in access logs.",
    remedy: "Declare aws.s3.BucketLogging into a log bucket.",
    checkAll: (resources) =>
      bare(resources, "aws:s3/bucketLogging:BucketLogging", "access log", ["bucket", "targetBucket"]),
  },
  {
    name: "bucket-has-lifecycle",
    control: "S3.13",
    enforcement: "mandatory",
    reason: "Old versions and broken uploads are paid for ever.",
    remedy: "Declare aws.s3.BucketLifecycleConfiguration.",
    checkAll: (resources) =>
      bare(
        resources,
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "lifecycle configuration",
      ),
  },
  {
    name: "bucket-versioned",
    control: "platform",
    enforcement: "mandatory",
    reason: "A role document that was overwritten by mistake must come back.",
    remedy: "Declare aws.s3.BucketVersioning with status Enabled.",
    checkAll: (resources) => {
      const enabled = resources.filter(
        ({ type, props }) =>
          type !== "aws:s3/bucketVersioning:BucketVersioning" ||
          nested(props, "versioningConfiguration")["status"] === "Enabled",
      );
      return bare(enabled, "aws:s3/bucketVersioning:BucketVersioning", "versioning");
    },
  },
];

/** The rules about buckets. */
export const BUCKET_RULES: readonly Rule[] = [
  {
    name: "public-access-block-complete",
    control: "S3.1, S3.8, CIS 2.1.4",
    enforcement: "mandatory",
    reason: "Each of the four closes another way.",
    remedy: `Set ${BLOCKS.join(", ")} to true.`,
    types: [
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
      "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
    ],
    check: ({ props }) => {
      const open = BLOCKS.filter((block) => !isTrue(props[block]));
      return open.length > 0 ? [`leaves ${open.join(", ")} off`] : [];
    },
  },
  access("read", "S3.2"),
  access("write", "S3.3"),
  {
    name: "bucket-tls-only",
    control: "S3.5, CIS 2.1.1",
    enforcement: "mandatory",
    reason: "A bundle that was fetched in the clear could be another.",
    remedy: "Deny s3:* to everybody where aws:SecureTransport is false.",
    types: [POLICY],
    check: ({ props }) => (deniesPlaintext(props["policy"]) ? [] : ["takes requests without TLS"]),
  },
  {
    name: "bucket-without-acls",
    control: "S3.12",
    enforcement: "mandatory",
    reason: "ACLs are a second, forgotten list of who may read.",
    remedy: "Set objectOwnership to BucketOwnerEnforced and no ACL.",
    types: [BUCKET, "aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketOwnershipControls:BucketOwnershipControls"],
    check: ({ type, props }) => {
      if (type.endsWith("BucketOwnershipControls")) {
        const ownership = nested(props, "rule")["objectOwnership"];
        return ownership === "BucketOwnerEnforced" ? [] : [`allows ACLs with ${String(ownership)}`];
      }
      const acl = type.endsWith("BucketAcl") || filled(props, "acl") || given(props, "grants");
      return acl ? ["has an ACL"] : [];
    },
  },
  ...ACCOMPANIED,
];
