import { Cases, DEV, PROD, resource } from "./resource";
import { PlacedResource, Props } from "../../../policy/rule";

const document = (Action: string | string[], Resource = "*", Effect = "Allow"): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: { Effect, Action, Resource } });
const inline = (policy: string): PlacedResource => resource("aws:iam/rolePolicy:RolePolicy", { policy });
const role = (policy: string): PlacedResource =>
  resource("aws:iam/role:Role", { inlinePolicies: [{ name: "p", policy }] });

/** Hosts of a kind, one in each of the zones. */
const hosts = (kind: string, tags: Props, ...zones: string[]): PlacedResource[] =>
  zones.map((availabilityZone, index) =>
    resource(
      "aws:ec2/instance:Instance",
      { availabilityZone, tags: { ...tags, Kind: kind } },
      { name: `${kind}-${index + 1}` },
    ),
  );

const command = (props: Props): PlacedResource => resource("command:remote:Command", props);
const instance = (props: Props): PlacedResource => resource("aws:ec2/instance:Instance", props);
const encoded = (text: string): string => Buffer.from(text).toString("base64");
const PRIVATE_KEY = ["-----BEGIN OPENSSH", "PRIVATE KEY-----"].join(" ");

/** Cases of the rules about permissions and of the platform's own. */
export const PLATFORM_CASES: Cases = {
  "no-full-administration": {
    passes: [inline(document("s3:GetObject")), inline(document("*", "*", "Deny"))],
    fails: [
      [inline(document("*")), /everything on everything/],
      [role(document(["s3:GetObject", "*"])), /everything on everything/],
    ],
  },
  "no-whole-service": {
    passes: [inline(document(["s3:GetObject", "s3:List*"], "arn:aws:s3:::b/*"))],
    fails: [
      [inline(document("s3:*", "arn:aws:s3:::b/*")), /allows s3:\*/],
      [resource("aws:iam/policy:Policy", { policy: document("*") }), /allows \*/],
    ],
  },
  "required-tags": {
    passes: [
      resource("aws:ebs/volume:Volume", { tags: PROD }),
      resource("aws:autoscaling/group:Group", {
        tags: Object.entries(PROD).map(([key, value]) => ({ key, value, propagateAtLaunch: true })),
      }),
    ],
    fails: [
      [resource("aws:ebs/volume:Volume", {}), /lacks the tags Project, Environment, ManagedBy/],
      [resource("aws:sns/topic:Topic", { tags: { ...PROD, Environment: "" } }), /tags Environment$/],
    ],
  },
  "odd-quorum-over-zones": {
    passes: [
      hosts("master", PROD, "a", "b", "c"),
      hosts("master", DEV, "a"),
      hosts("data", PROD, "a", "b"),
      [...hosts("master", DEV, "a"), ...hosts("master", PROD, "a", "b", "c")],
    ],
    fails: [
      [hosts("master", DEV, "a", "b"), /quorum has 2 hosts/],
      [hosts("master", PROD, "a", "b", "a"), /majority of the 3 quorum hosts stands in a/],
    ],
  },
  "production-spans-zones": {
    passes: [hosts("data", PROD, "a", "b"), hosts("data", DEV, "a", "a"), [instance({})]],
    fails: [[hosts("data", PROD, "a", "a"), /All data hosts stand in a/]],
  },
  "no-plaintext-secret": {
    passes: [
      command({ create: "aws s3 cp s3://bundle/role . && PASSWORD=$(cat /run/secret) role apply" }),
      command({ create: "export TOKEN=${TOKEN_FROM_FILE}", update: "secret=<file>" }),
      instance({ userDataBase64: encoded("#!/bin/bash\necho hello") }),
    ],
    fails: [
      [command({ create: `cat <<END\n${PRIVATE_KEY}\nEND` }), /a private key in create/],
      [command({ update: "export AWS_ACCESS_KEY_ID=AKIAABCDEFGHIJKLMNOP" }), /an AWS access key in update/],
      [instance({ userData: "password=correct-horse" }), /a password or token in userData/],
      [instance({ userDataBase64: encoded("token='0123456789abcdef'") }), /token in userDataBase64/],
      [
        resource("aws:ec2/launchTemplate:LaunchTemplate", { userData: encoded("secret=0123456789") }),
        /in userData/,
      ],
    ],
  },
};
