import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Stack } from "@pulumi/pulumi/automation";
import { parse, parseDocument } from "yaml";

import { engineEnvironment } from "../../../engine/home";
import { parseSettings, Settings, settingsOf } from "../../../stacks/settings";
import { describeHeld, isHeld, processStart, readLocks } from "./lock";

/** Root of the repository. */
export const REPOSITORY = join(__dirname, "..", "..", "..");

/** Name of the Pulumi project. */
export const PROJECT = "opentsdb";

/** Which environment, and where its settings and its state lie. */
export interface EnvironmentArgs {
  /** Name of the environment and of its stack. */
  environment: string;
  /** Settings by name without namespace, in place of what the environment's file says; needs `configDirectory`. */
  settings?: Readonly<Record<string, unknown>>;
  /** Folder of the state. Default: the repository's own, shared with plain `pulumi`. */
  stateDirectory?: string;
  /** Folder of `Pulumi.<environment>.yaml`. Default: the repository. */
  configDirectory?: string;
  /** Variables for the engine, as `prepare` gives them. Default: the usual ones. */
  variables?: Readonly<Record<string, string>>;
}

/** An environment: where it lies, and how the engine is called for it. */
export interface Location {
  name: string;
  /** Folder in which the engine runs. */
  workDirectory: string;
  variables: Record<string, string>;
}

/** An environment whose settings have been checked. */
export interface Environment extends Location {
  settings: Settings;
}

/** Refuses a name that is no environment's, so that a slip of the pen does not bring up a second cluster. */
export function checkEnvironmentName(name: string, directory: string): void {
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(name)) {
    throw new Error(
      `environment "${name}": a name is made of small letters, digits and hyphens, begins with a letter and has at most 20 characters`,
    );
  }
  if (name !== "local" && !existsSync(join(directory, `Pulumi.${name}.yaml`))) {
    const known = readdirSync(directory)
      .map((file) => /^Pulumi\.([a-z0-9-]+)\.yaml$/.exec(file)?.[1])
      .filter((found) => found !== undefined && found !== "local");
    throw new Error(
      `environment "${name}" has no file Pulumi.${name}.yaml; there are: ${["local", ...known].join(", ")}`,
    );
  }
}

/** Makes a folder in which the engine finds a project and settings of its own, apart from the repository. */
function writeOwnSettings(
  directory: string,
  environment: string,
  settings: Readonly<Record<string, unknown>>,
): void {
  mkdirSync(directory, { recursive: true });
  const project = parseDocument(readFileSync(join(REPOSITORY, "Pulumi.yaml"), "utf8"));
  // The program runs in this process; its folder means nothing here.
  project.delete("main");
  writeFileSync(join(directory, "Pulumi.yaml"), project.toString({ lineWidth: 0 }));
  const file = join(directory, `Pulumi.${environment}.yaml`);
  const stack = parseDocument(existsSync(file) ? readFileSync(file, "utf8") : "config: {}\n");
  const config = Object.entries(settings).map(([name, value]) => [`${PROJECT}:${name}`, value] as const);
  // The rest of the file, the salt of its secrets above all, stays.
  stack.set("config", stack.createNode(Object.fromEntries(config)));
  writeFileSync(file, stack.toString({ lineWidth: 0 }));
}

function readSettingsFile(directory: string, environment: string): Record<string, unknown> {
  const file = join(directory, `Pulumi.${environment}.yaml`);
  if (!existsSync(file)) {
    return {};
  }
  let parsed: unknown;
  try {
    parsed = parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`Pulumi.${environment}.yaml is not YAML: ${(error as Error).message}`, { cause: error });
  }
  const config = (parsed as { config?: unknown } | null)?.config;
  return typeof config === "object" && config !== null ? settingsOf(config as Record<string, unknown>) : {};
}

/** Finds an environment without a look at its settings; starts nothing and needs no engine. */
export function locateEnvironment(args: EnvironmentArgs): Location {
  const { environment: name, settings, stateDirectory, configDirectory } = args;
  const workDirectory = configDirectory ?? REPOSITORY;
  if (settings !== undefined) {
    if (configDirectory === undefined) {
      throw new Error(
        "settings of its own need a configDirectory of its own: the repository's files are left alone",
      );
    }
    writeOwnSettings(configDirectory, name, settings);
  }
  checkEnvironmentName(name, workDirectory);
  const variables = engineEnvironment(
    REPOSITORY,
    stateDirectory === undefined ? {} : { state: stateDirectory },
  );
  return {
    name,
    workDirectory,
    variables: {
      ...args.variables,
      ...variables,
      // The variables that `prepare` gave know which CLI was chosen.
      ...(args.variables?.["PATH"] === undefined ? {} : { PATH: args.variables["PATH"] }),
    },
  };
}

/**
 * Finds an environment and checks its settings.
 *
 * @throws {SettingsError} naming all settings that are wrong.
 */
export function findEnvironment(args: EnvironmentArgs): Environment {
  const location = locateEnvironment(args);
  return {
    ...location,
    settings: parseSettings(readSettingsFile(location.workDirectory, location.name), location.name),
  };
}

/** The site that an environment's file names, whatever else may be wrong in it. */
export function siteOf({ name, workDirectory }: Location): "local" | "aws" {
  return readSettingsFile(workDirectory, name)["site"] === "aws" ? "aws" : "local";
}

/** File of an environment's state in a file backend; `undefined` in any other backend. */
function stateFile({ name, variables }: Location): string | undefined {
  const url = variables["PULUMI_BACKEND_URL"] ?? "";
  return url.startsWith("file://")
    ? join(url.slice("file://".length), ".pulumi", "stacks", PROJECT, `${name}.json`)
    : undefined;
}

/** Whether there is a state, as far as can be told without the engine. */
export function hasState(environment: Location): boolean {
  const file = stateFile(environment);
  return file === undefined || existsSync(file);
}

/**
 * Opens an environment's stack with the Automation API; the program runs in this process. State and settings are
 * those of plain `pulumi up --stack <environment>`. The stack is made when there is none.
 */
export async function openStack(environment: Location): Promise<Stack> {
  const { name, workDirectory, variables } = environment;
  const backend = variables["PULUMI_BACKEND_URL"] ?? "";
  if (backend.startsWith("file://")) {
    // The engine asks for a folder that is there.
    mkdirSync(backend.slice("file://".length), { recursive: true });
  }
  // Where the Automation API looks for the CLI.
  process.env["PATH"] = variables["PATH"] ?? process.env["PATH"];
  // Loaded late: it takes most of a second, and not every command needs it.
  const { LocalWorkspace } = await import("@pulumi/pulumi/automation");
  return LocalWorkspace.createOrSelectStack(
    {
      stackName: name,
      projectName: PROJECT,
      program: async () => (await import("../../../stacks/program")).program(),
    },
    { workDir: workDirectory, envVars: variables },
  );
}

/**
 * Sees that nobody else changes the environment. A lock whose holder is gone, of a run that was killed, is taken
 * away; `log` hears of it.
 *
 * @throws naming the process that holds the environment.
 */
export async function claim(stack: Stack, environment: Location, log: (line: string) => void): Promise<void> {
  const locks = readLocks(environment.variables["PULUMI_BACKEND_URL"] ?? "", PROJECT, environment.name);
  const held = locks.find((lock) => isHeld(lock, processStart));
  if (held !== undefined) {
    throw new Error(describeHeld(held, environment.name));
  }
  if (locks.length > 0) {
    log(
      `process ${locks.map(({ pid }) => pid).join(", ")} ended without giving its lock back; taking it away`,
    );
    await stack.cancel();
  }
}
