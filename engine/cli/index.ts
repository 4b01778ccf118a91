/** Finds the Pulumi CLI, or gets it: from PATH, from this machine's cache, from pulumi.com, from its Go module. */
import { execFile } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Log } from "../build";
import { pulumiComAnswers } from "../acquire";
import { cacheFolder, fromCache, fromGo } from "./go-build";
import { CLI_VERSION, isAcceptable } from "./versions";

export { CLI_VERSION } from "./versions";

/** Where the CLI may be put, and who is told of what takes long. */
export interface EnsureCliOptions {
  /** The PULUMI_HOME of the repository; a CLI that is not on PATH is unpacked into its bin/. */
  home: string;
  log: Log;
  /** Default: the process's environment. */
  env?: NodeJS.ProcessEnv;
  /** Default: the folder of this file, which holds go.mod and go.sum. */
  module?: string;
}

/** A program whose version has been asked for; size and time tell whether it is still the same. */
interface Known {
  path: string;
  size: number;
  modified: number;
  version: string;
}

const run = promisify(execFile);

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The programs named `pulumi` on PATH, without the one in `home`. */
export function onPath(home: string, env: NodeJS.ProcessEnv): string[] {
  return (env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "" && resolve(folder) !== resolve(home, "bin"))
    .map((folder) => join(folder, "pulumi"))
    .filter(executable);
}

/** Asks a CLI for its version, or takes the answer from last time if it has not changed since. */
async function versionOf(path: string, home: string): Promise<string> {
  const record = join(home, "cli.json");
  const { size, mtimeMs: modified } = statSync(path);
  if (existsSync(record)) {
    const known = JSON.parse(readFileSync(record, "utf8")) as Known;
    if (known.path === path && known.size === size && known.modified === modified) return known.version;
  }
  const env = { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { stdout } = await run(path, ["version"], { env }).catch(() => ({ stdout: "" }));
  const version = stdout.trim();
  mkdirSync(home, { recursive: true });
  const known: Known = { path, size, modified, version };
  writeFileSync(record, JSON.stringify(known));
  return version;
}

/** The path of a Pulumi CLI of at least {@link CLI_VERSION}; the first time this may take minutes, and says so. */
export async function ensureCli(options: EnsureCliOptions): Promise<string> {
  const { home, log, env = process.env, module = __dirname } = options;
  for (const path of onPath(home, env)) {
    const version = await versionOf(path, home);
    if (isAcceptable(version)) return path;
    log(
      `${path} is Pulumi ${version || "of an unknown version"}; ${CLI_VERSION} or newer is needed, so it is not used`,
    );
  }
  const own = join(home, "bin", "pulumi");
  const installed = join(home, "cli", "bin", "pulumi");
  for (const path of [own, installed])
    if (executable(path) && isAcceptable(await versionOf(path, home))) return path;
  const places = { module, cache: cacheFolder(env) };
  if (await fromCache(places, own)) return own;
  if (await pulumiComAnswers(places.cache, env)) {
    log("installing the Pulumi CLI from pulumi.com");
    // Loaded here because it is slow to load and hardly ever needed; it installs the version of the SDK.
    const { PulumiCommand } = await import("@pulumi/pulumi/automation/cmd");
    const root = join(home, "cli");
    const done = await PulumiCommand.install({ root }).catch((error: unknown) => {
      log(`that failed: ${error instanceof Error ? error.message : String(error)}`);
    });
    if (done && executable(installed)) return installed;
  }
  await fromGo(places, own, log);
  const version = await versionOf(own, home);
  if (!isAcceptable(version))
    throw new Error(
      `the Pulumi CLI that was built says that it is ${version || "nothing"} instead of v${CLI_VERSION}`,
    );
  return own;
}

/**
 * True when a CLI came with its own Node language host, which then is the better one for it. The published one is a
 * program; a script of that name is a launcher of this repository's own, beside a CLI that had none.
 */
export function hasLanguageHost(cli: string): boolean {
  const host = join(dirname(realpathSync(cli)), "pulumi-language-nodejs");
  return executable(host) && readFileSync(host).subarray(0, 2).toString("latin1") !== "#!";
}
