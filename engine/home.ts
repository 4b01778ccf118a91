/** The PULUMI_HOME of this repository: the CLI, the language host, the plugins, the passphrase and the local state. */
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { installPublished, pluginFolder, pulumiComAnswers } from "./acquire";
import { buildEngine, buildFolder, type EngineProgram, type Log, presentPrograms } from "./build";
import { ensureCli, hasLanguageHost } from "./cli";
import { cacheFolder } from "./cli/go-build";

/** Where things are, if not at their usual places. */
export interface EngineOptions {
  /** The PULUMI_HOME. Default: the user's own PULUMI_HOME if set, else `<repository>/.pulumi-home`. */
  home?: string;
  /** Folder of the state. Default: `<home>/state`. */
  state?: string;
  /** Default: the process's environment. */
  env?: NodeJS.ProcessEnv;
}

/** Environment variables by name. */
export type Environment = Record<string, string>;

/** A folder with this file in it was laid out here, and may be laid out again. */
const MARKER = ".stand-in";

function homeOf(repository: string, { home, env = process.env }: EngineOptions): string {
  return resolve(home ?? (env["PULUMI_HOME"] || join(repository, ".pulumi-home")));
}

/**
 * The variables with which the Pulumi CLI uses this repository's engine. What the user has set himself wins: the
 * backend, the passphrase, the home. Changes nothing on disk.
 */
export function engineEnvironment(repository: string, options: EngineOptions = {}): Environment {
  const env = options.env ?? process.env;
  const home = homeOf(repository, options);
  const state = options.state ? resolve(options.state) : join(home, "state");
  const own = [join(home, "bin"), dirname(process.execPath)];
  const others = (env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "" && !own.includes(folder));
  const passphrase = env["PULUMI_CONFIG_PASSPHRASE"] !== undefined || env["PULUMI_CONFIG_PASSPHRASE_FILE"];
  const usual: Environment = {
    PULUMI_BACKEND_URL: `file://${state}`,
    ...(!passphrase && { PULUMI_CONFIG_PASSPHRASE_FILE: join(home, "passphrase") }),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
  };
  const variables: Environment = { PULUMI_HOME: home, PATH: [...own, ...others].join(delimiter) };
  for (const [name, value] of Object.entries(usual)) variables[name] = env[name] || value;
  // A state folder that the caller names is a wish of its own, stronger than the environment.
  if (options.state) variables["PULUMI_BACKEND_URL"] = `file://${state}`;
  return variables;
}

/** Writes a file unless it says the same already. */
function writeIfChanged(path: string, content: string, mode: number): void {
  if (existsSync(path) && readFileSync(path, "utf8") === content) return;
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, content, { mode });
  chmodSync(temporary, mode);
  renameSync(temporary, path);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A program that runs a compiled one with the node that compiled it, whatever `node` is on PATH. */
function launcher(repository: string, name: string): string {
  const script = join(buildFolder(repository), `${name}.js`);
  return `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(script)} "$@"\n`;
}

type Plugin = EngineProgram & { version: string };

function pluginsOf(repository: string): Plugin[] {
  return presentPrograms(repository).filter((program): program is Plugin => program.version !== undefined);
}

/** True for a plugin folder that holds the published plugin, or another that did not come from here. */
function isForeign(folder: string): boolean {
  return existsSync(folder) && !existsSync(join(folder, MARKER));
}

function layStandIn(repository: string, home: string, plugin: Plugin): void {
  const folder = pluginFolder(home, plugin);
  if (isForeign(folder)) return;
  writeIfChanged(join(folder, MARKER), `stand-in for ${plugin.name} ${plugin.version}\n`, 0o644);
  writeIfChanged(join(folder, `pulumi-resource-${plugin.name}`), launcher(repository, plugin.name), 0o755);
}

/** Plugins that exist only here cannot be fetched from anywhere. */
const UNPUBLISHED = ["nspawn"];

async function layPlugins(
  repository: string,
  home: string,
  cli: string,
  env: NodeJS.ProcessEnv,
  log: Log,
): Promise<void> {
  const cache = cacheFolder(env);
  for (const plugin of pluginsOf(repository)) {
    const folder = pluginFolder(home, plugin);
    if (isForeign(folder)) continue;
    if (!UNPUBLISHED.includes(plugin.name) && (await pulumiComAnswers(cache, env))) {
      // The CLI takes a folder that is there for the plugin itself.
      rmSync(folder, { recursive: true, force: true });
      if (await installPublished(cli, home, plugin, cache, log)) continue;
    }
    layStandIn(repository, home, plugin);
  }
}

function makePassphrase(home: string): void {
  const file = join(home, "passphrase");
  if (existsSync(file)) return;
  writeFileSync(file, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
}

/**
 * Makes this repository's engine ready and returns the variables to use it with. What is there already is left as it
 * is; with everything there this takes some milliseconds.
 */
export async function prepareEngine(
  options: EngineOptions & { repository: string; log: Log },
): Promise<Environment> {
  const { repository, log, env = process.env } = options;
  const home = homeOf(repository, options);
  const variables = engineEnvironment(repository, options);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  await buildEngine({ repository, log });
  const cli = await ensureCli({ home, log, env });
  await layPlugins(repository, home, cli, env, log);
  makePassphrase(home);
  const host = join(home, "bin", "pulumi-language-nodejs");
  if (hasLanguageHost(cli)) rmSync(host, { force: true });
  else writeIfChanged(host, launcher(repository, "language-host"), 0o755);
  const backend = variables["PULUMI_BACKEND_URL"] ?? "";
  if (backend.startsWith("file://")) mkdirSync(backend.slice("file://".length), { recursive: true });
  if (dirname(cli) !== join(home, "bin")) variables["PATH"] = withCli(variables["PATH"] ?? "", home, cli);
  return variables;
}

/** PATH with the chosen CLI's folder right after the home's own, so that no older `pulumi` comes before it. */
function withCli(path: string, home: string, cli: string): string {
  const own = join(home, "bin");
  const rest = path.split(delimiter).filter((folder) => folder !== own && folder !== dirname(cli));
  return [own, dirname(cli), ...rest].join(delimiter);
}
