/** The published plugins, where they are to be had. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Log } from "./build";

const ADDRESS = "https://get.pulumi.com/";
/** How long pulumi.com may take to answer, in milliseconds. */
const ANSWER_TIMEOUT = 3_000;
/** How long an answer, or its absence, is believed, in milliseconds. */
const BELIEVED = 24 * 60 * 60 * 1000;
/** How long the download of one plugin may take, in milliseconds. */
const INSTALL_TIMEOUT = 120_000;

interface Trial {
  at: number;
  answered: boolean;
}

/** True when the user has switched every attempt to reach pulumi.com off. */
export function isOffline(env: NodeJS.ProcessEnv): boolean {
  return ["1", "true"].includes(env["OPENTSDB_OFFLINE"] ?? "");
}

/** Whether a trial from then still says something now. */
export function isBelieved(trial: Trial, now: number): boolean {
  return trial.at <= now && now - trial.at < BELIEVED;
}

/** Whether pulumi.com answers within 3 s; the result is remembered for a day in the cache folder. */
export async function pulumiComAnswers(
  cache: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<boolean> {
  if (isOffline(env)) return false;
  const record = join(cache, "pulumi-com.json");
  if (existsSync(record)) {
    const trial = JSON.parse(readFileSync(record, "utf8")) as Trial;
    if (isBelieved(trial, Date.now())) return trial.answered;
  }
  const answered = await fetch(ADDRESS, { method: "HEAD", signal: AbortSignal.timeout(ANSWER_TIMEOUT) }).then(
    (response) => response.ok,
    () => false,
  );
  remember(record, answered);
  return answered;
}

function remember(record: string, answered: boolean): void {
  mkdirSync(dirname(record), { recursive: true });
  const trial: Trial = { at: Date.now(), answered };
  writeFileSync(record, JSON.stringify(trial));
}

/** A published plugin: its package and version. */
export interface PublishedPlugin {
  name: string;
  version: string;
}

/** Where a plugin lies in a PULUMI_HOME. */
export function pluginFolder(home: string, { name, version }: PublishedPlugin): string {
  return join(home, "plugins", `resource-${name}-v${version}`);
}

/**
 * Installs a published plugin into a PULUMI_HOME; false, with nothing left behind, when that fails. A failure is
 * remembered like an unreachable pulumi.com, so that the next start does not try again.
 */
export async function installPublished(
  cli: string,
  home: string,
  plugin: PublishedPlugin,
  cache: string,
  log: Log,
): Promise<boolean> {
  log(`fetching the published plugin ${plugin.name} ${plugin.version}`);
  const env = { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" };
  try {
    await promisify(execFile)(cli, ["plugin", "install", "resource", plugin.name, plugin.version], {
      env,
      timeout: INSTALL_TIMEOUT,
    });
    return true;
  } catch {
    log(
      `the published plugin ${plugin.name} cannot be fetched; the stand-in of this repository serves instead`,
    );
    rmSync(pluginFolder(home, plugin), { recursive: true, force: true });
    remember(join(cache, "pulumi-com.json"), false);
    return false;
  }
}
