import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";

import { Steps } from "../commands/terminal/steps";

/** Programs without which neither the bundle nor the CLI can be built. */
const BUILD_TOOLS = ["javac", "mvn", "go"] as const;
/** Folders from whose content the software is built. */
const INPUTS = ["scripts/bundle", "engine/cli"] as const;

/** The platform's folder for what can be made again: `$XDG_CACHE_HOME/opentsdb-platform` or `~/.cache/…`. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment["XDG_CACHE_HOME"];
  return join(base !== undefined && isAbsolute(base) ? base : join(homedir(), ".cache"), "opentsdb-platform");
}

function isOnPath(tool: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A hash of all files below the folders that the software is built from. */
export function inputsKey(repository: string, folders: readonly string[] = INPUTS): string {
  const digest = createHash("sha256").update(process.arch);
  for (const folder of folders.map((name) => join(repository, name)).filter((path) => existsSync(path))) {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    for (const file of files) {
      digest
        .update(`${file.slice(repository.length)}\0`)
        .update(readFileSync(file))
        .update("\0");
    }
  }
  return digest.digest("hex").slice(0, 16);
}

/**
 * Sees that a JDK, Maven and Go are there, unless this machine's cache already holds what they would build.
 *
 * @returns a function to call when everything has been built; it records that the tools are not needed again.
 */
export async function ensureBuildTools(repository: string, steps: Steps): Promise<() => void> {
  const folder = join(cacheFolder(), "built");
  const stamp = join(folder, inputsKey(repository));
  const record = () => {
    if (!existsSync(stamp)) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(stamp, "");
    }
  };
  const missing = BUILD_TOOLS.filter((tool) => !isOnPath(tool));
  if (missing.length === 0 || existsSync(stamp)) {
    return record;
  }
  await steps.run(`build tools (${missing.join(", ")})`, () => {
    const script = join(repository, "scripts", "bootstrap", "build-tools.sh");
    const { status } = spawnSync("bash", [script], { stdio: ["ignore", process.stderr, process.stderr] });
    return status === 0
      ? Promise.resolve()
      : Promise.reject(new Error("could not be provided; the lines above say why"));
  });
  return record;
}
