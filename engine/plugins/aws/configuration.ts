/** The provider's settings, as Pulumi hands them to Configure: read, checked, and the account that they stand for. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { unknownName } from "../../provider/inputs";
import { isMap } from "../../provider/properties";
import { type CheckFailure, type Properties, UNKNOWN } from "../../provider/resource";

/** What the plugin needs to know of the provider's settings. */
export interface Configuration {
  region: string;
  /** Twelve digits. Default: 123456789012. */
  account: string;
  partition: string;
  /** Tags that every resource gets, unless it has one of the same name itself. */
  defaultTags: Record<string, unknown>;
  /** Everything as it came, by name, with nested values parsed. */
  settings: Properties;
}

type Kind = "text" | "list" | "map" | "flag" | "number";

const SETTINGS: Readonly<Record<string, Kind>> = {
  accessKey: "text",
  allowedAccountIds: "list",
  assumeRoles: "list",
  assumeRoleWithWebIdentity: "map",
  customCaBundle: "text",
  defaultTags: "map",
  ec2MetadataServiceEndpoint: "text",
  ec2MetadataServiceEndpointMode: "text",
  endpoints: "list",
  forbiddenAccountIds: "list",
  httpProxy: "text",
  httpsProxy: "text",
  ignoreTags: "map",
  insecure: "flag",
  maxRetries: "number",
  noProxy: "text",
  profile: "text",
  region: "text",
  retryMode: "text",
  s3UsEast1RegionalEndpoint: "text",
  s3UsePathStyle: "flag",
  secretKey: "text",
  sharedConfigFiles: "list",
  sharedCredentialsFiles: "list",
  skipCredentialsValidation: "flag",
  skipMetadataApiCheck: "flag",
  skipRegionValidation: "flag",
  skipRequestingAccountId: "flag",
  stsRegion: "text",
  tagPolicyCompliance: "text",
  token: "text",
  tokenBucketRateLimiterCapacity: "number",
  useDualstackEndpoint: "flag",
  useFipsEndpoint: "flag",
  userAgents: "list",
};

/** Settings that are credentials: never written anywhere. */
export const SECRET_SETTINGS: readonly string[] = ["accessKey", "secretKey", "token"];

const REGION = /^(us|eu|ap|sa|ca|me|af|il|mx|cn|us-gov)-[a-z]+-\d$/;

/** The SDK sends everything but texts as JSON. Texts, and what is no JSON, stay as they are. */
function parsed(name: string, value: unknown): unknown {
  if (typeof value !== "string" || SETTINGS[name] === "text") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** The settings with nested values parsed; without the names that are not settings (`version`, `pluginDownloadURL`). */
export function parseSettings(given: Properties): Properties {
  return Object.fromEntries(
    Object.entries(given)
      .filter(([name, value]) => name in SETTINGS && value !== undefined && value !== null && value !== "")
      .map(([name, value]) => [name, parsed(name, value)]),
  );
}

function fits(kind: Kind, value: unknown): boolean {
  if (kind === "text") return typeof value === "string";
  if (kind === "list") return Array.isArray(value);
  if (kind === "map") return isMap(value);
  return kind === "flag" ? typeof value === "boolean" : typeof value === "number";
}

const KINDS: Readonly<Record<Kind, string>> = {
  text: "a text",
  list: "a list",
  map: "an object",
  flag: "true or false",
  number: "a number",
};

/** What is wrong with the provider's settings; the region may also come from `env`. */
export function settingFailures(given: Properties, env: NodeJS.ProcessEnv): CheckFailure[] {
  const failures: CheckFailure[] = [];
  for (const name of Object.keys(given)) {
    if (name in SETTINGS || ["version", "pluginDownloadURL"].includes(name) || name.startsWith("__"))
      continue;
    failures.push({ property: name, reason: unknownName(name, Object.keys(SETTINGS)) });
  }
  const settings = parseSettings(given);
  for (const [name, value] of Object.entries(settings)) {
    const kind = SETTINGS[name];
    if (kind && value !== UNKNOWN && !fits(kind, value))
      failures.push({ property: name, reason: `takes ${KINDS[kind]}` });
  }
  const region = settings["region"] ?? regionOf(env);
  if (region === undefined)
    failures.push({
      property: "region",
      reason: "is missing; set it with `pulumi config set aws:region <region>` or AWS_REGION",
    });
  else if (typeof region === "string" && !REGION.test(region))
    failures.push({ property: "region", reason: `is ${region}; it takes a region such as eu-central-1` });
  return failures;
}

function regionOf(env: NodeJS.ProcessEnv): string | undefined {
  return env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || undefined;
}

/** The partition of a region. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/**
 * What Configure's settings stand for. The account is the first of `allowedAccountIds`, else OFFLINE_AWS_ACCOUNT.
 * @throws Error when the account is one of `forbiddenAccountIds`
 */
export function configurationOf(given: Properties, env: NodeJS.ProcessEnv): Configuration {
  const settings = parseSettings(given);
  const text = (value: unknown): string | undefined =>
    typeof value === "string" && value ? value : undefined;
  const list = (name: string): unknown[] => (Array.isArray(settings[name]) ? settings[name] : []);
  const region = text(settings["region"]) ?? regionOf(env) ?? "us-east-1";
  const account = text(list("allowedAccountIds")[0]) ?? env["OFFLINE_AWS_ACCOUNT"] ?? "123456789012";
  if (list("forbiddenAccountIds").includes(account))
    throw new Error(`the AWS account ${account} is one of the provider's forbiddenAccountIds; use another`);
  const tags = isMap(settings["defaultTags"]) ? settings["defaultTags"]["tags"] : undefined;
  return { region, account, partition: partitionOf(region), defaultTags: isMap(tags) ? tags : {}, settings };
}

const CREDENTIAL_VARIABLES = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_PROFILE",
  "AWS_ROLE_ARN",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
] as const;

/** Where AWS credentials are present, in words, or nothing. What they are is never read out. */
export function credentialsPresent(settings: Properties, env: NodeJS.ProcessEnv): string | undefined {
  const variable = CREDENTIAL_VARIABLES.find((name) => env[name]);
  if (variable) return `the environment variable ${variable}`;
  const setting = SECRET_SETTINGS.find((name) => settings[name] !== undefined);
  if (setting) return `the provider's setting ${setting}`;
  const folder = join(env["HOME"] ?? homedir(), ".aws");
  const holds = (file: string, pattern: RegExp): boolean =>
    existsSync(file) && pattern.test(readFileSync(file, "utf8"));
  const credentials = env["AWS_SHARED_CREDENTIALS_FILE"] || join(folder, "credentials");
  if (holds(credentials, /\S/)) return `the file ${credentials}`;
  const config = env["AWS_CONFIG_FILE"] || join(folder, "config");
  const sources = /^\s*(aws_access_key_id|role_arn|sso_\w+|credential_process|login_session)\s*=/m;
  return holds(config, sources) ? `the file ${config}` : undefined;
}
