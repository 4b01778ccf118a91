/** What is known of the provider's resource types: the data of resources.json and enumerations.json, typed. */
import enumerationData from "./enumerations.json";
import resourceData from "./resources.json";

/** What is known of one input, or of one property of an object. */
export interface InputFact {
  /** `string`, `number[]`, `map<string>`, the name of an object type, or alternatives with `|` between them. */
  type: string;
  required?: boolean;
  /** A change replaces the resource. */
  replaces?: boolean;
  /** Left out, the provider's own value stays. */
  computed?: boolean;
  /** What the provider takes when the input is left out. */
  default?: unknown;
  oneOf?: readonly string[];
  enumType?: string;
  format?: string;
  /** The properties of an object, or of a list's objects. */
  properties?: Readonly<Record<string, InputFact>>;
  conflictsWith?: readonly string[];
  requires?: readonly string[];
  exactlyOneOf?: readonly string[];
  atLeastOneOf?: readonly string[];
  /** Smallest and largest number. */
  between?: readonly number[];
  atLeast?: number;
  /** Least and most characters. */
  length?: readonly number[];
  minItems?: number | string;
  maxItems?: number | string;
  secret?: boolean;
  /** Sent to AWS and never read back. */
  writeOnly?: boolean;
}

/** What is known of one resource type. */
export interface ResourceFact {
  inputs: Readonly<Record<string, InputFact>>;
  /** Types of the outputs that are not inputs. */
  outputs: Readonly<Record<string, string>>;
  /** Form of the ARN, with names in braces. */
  arn?: string;
}

/** Names that Pulumi makes when an input is left out. */
export interface Autoname {
  property: string;
  /** Most characters. Default: no limit. */
  limit?: number;
  lower?: boolean;
  prefix?: string;
  /** Separates the resource's name from the random digits. Default: `-`. */
  separator?: string;
}

/** Where one value of the recorded facts says less than the provider allows (several rules on one value). */
const CORRECTIONS: Readonly<Record<string, Partial<InputFact>>> = {
  // 0, or 30 to 900 seconds.
  "aws:lb/targetGroup:TargetGroup.slowStart": { between: [0, 900] },
};

function corrected(): Readonly<Record<string, ResourceFact>> {
  const facts = resourceData.resources as unknown as Record<string, ResourceFact>;
  return Object.fromEntries(
    Object.entries(facts).map(([token, fact]) => [
      token,
      {
        ...fact,
        inputs: Object.fromEntries(
          Object.entries(fact.inputs).map(([name, input]) => [
            name,
            // The published plugin says its own name where the provider below it says another's.
            {
              ...input,
              ...(input.default === "Managed by Terraform" && { default: "Managed by Pulumi" }),
              ...CORRECTIONS[`${token}.${name}`],
            },
          ]),
        ),
      },
    ]),
  );
}

/** The resource types by token. */
export const RESOURCES = corrected();

/** Arguments and results of the functions by token; a `?` ends the name of what may be left out. */
export const FUNCTIONS = resourceData.functions as unknown as Readonly<
  Record<string, { args: Record<string, string>; result: Record<string, string> }>
>;

/** The module of a token: `ec2` of `aws:ec2/vpc:Vpc`. */
export function moduleOf(token: string): string {
  return /^aws:([^/]+)\//.exec(token)?.[1] ?? "";
}

/** A token without its package and its doubled name: `ec2.Vpc`. The short form in which this plugin names types. */
export function shortName(token: string): string {
  return `${moduleOf(token)}.${token.split(":")[2] ?? ""}`;
}

/** Values of an enumeration in a module, or `undefined` when they are not recorded. */
export function enumeration(module: string, name: string): readonly string[] | undefined {
  const modules = enumerationData.modules as Readonly<Record<string, Record<string, readonly string[]>>>;
  return modules[module]?.[name];
}

const plain = (property: string, limit?: number): Autoname => ({ property, ...(limit && { limit }) });
const lower = (property: string, limit?: number): Autoname => ({ ...plain(property, limit), lower: true });

const AUTONAMES: Readonly<Record<string, Autoname>> = {
  "autoscaling.Group": plain("name", 255),
  "autoscaling.LifecycleHook": plain("name", 255),
  "autoscaling.Policy": plain("name", 255),
  "backup.Plan": plain("name"),
  "backup.Selection": plain("name", 50),
  "backup.Vault": plain("name", 50),
  "cloudwatch.EventRule": plain("name", 64),
  "cloudwatch.LogGroup": plain("name", 512),
  "cloudwatch.LogMetricFilter": plain("name", 512),
  "cloudwatch.MetricAlarm": plain("name", 255),
  "ec2.KeyPair": plain("keyName", 255),
  "ec2.LaunchTemplate": plain("name", 128),
  "ec2.PlacementGroup": plain("name", 255),
  "ec2.SecurityGroup": plain("name", 255),
  "elasticache.Cluster": lower("clusterId", 50),
  "elasticache.ParameterGroup": lower("name", 255),
  "elasticache.SubnetGroup": lower("name", 255),
  "iam.InstanceProfile": plain("name", 128),
  "iam.Policy": plain("name", 128),
  "iam.Role": plain("name", 64),
  "iam.RolePolicy": plain("name", 128),
  "kms.Alias": { ...plain("name", 256), prefix: "alias/" },
  "kms.Grant": plain("name", 256),
  "lb.LoadBalancer": plain("name", 32),
  "lb.TargetGroup": plain("name", 32),
  "route53.Zone": plain("name", 1024),
  "s3.Bucket": lower("bucket", 63),
  "s3.BucketObject": plain("key"),
  "s3.BucketObjectv2": plain("key"),
  "secretsmanager.Secret": plain("name", 512),
  "sns.Topic": plain("name", 256),
  "sqs.Queue": plain("name", 80),
  "ssm.Association": plain("name"),
  "ssm.Document": plain("name", 128),
  "ssm.Parameter": plain("name", 2048),
};

/** How Pulumi names resources of a type (in its short form), if it does. */
export function autonameOf(short: string): Autoname | undefined {
  return AUTONAMES[short];
}
