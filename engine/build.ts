/** Compiles the language host and the plugins into one file each, when their sources have changed. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

/** One program of the engine: its source and, for a plugin, the package that it stands for. */
export interface EngineProgram {
  /** Name of the compiled file, without its ending. */
  name: string;
  /** Source, relative to the repository. */
  source: string;
  /** The version of the package that a plugin serves; the language host has none. */
  version?: string;
}

/** The programs of the engine. A plugin belongs to it as soon as its source is there. */
export const PROGRAMS: readonly EngineProgram[] = [
  { name: "language-host", source: "engine/language-host/main.ts" },
  { name: "command", source: "engine/plugins/command/main.ts", version: "1.2.1" },
  { name: "aws", source: "engine/plugins/aws/main.ts", version: "7.48.0" },
  { name: "random", source: "engine/plugins/random/main.ts", version: "4.21.2" },
  { name: "nspawn", source: "components/sites/local/provider/main.ts", version: "0.1.0" },
];

/** Takes lines for the person who waits. */
export type Log = (message: string) => void;

/** Where the compiled programs lie. */
export function buildFolder(repository: string): string {
  return join(repository, "build", "engine");
}

/** The programs whose sources this repository has. */
export function presentPrograms(repository: string): EngineProgram[] {
  return PROGRAMS.filter(({ source }) => existsSync(join(repository, source)));
}

interface Recorded {
  key: string;
  /** Own sources that went into the program, relative to the repository. */
  sources: string[];
}

/** Hash of a program's own sources and of what fixes everything else: the lockfile and this recipe. */
function keyOf(repository: string, program: EngineProgram, sources: readonly string[]): string {
  const hash = createHash("sha256").update(JSON.stringify([program, OPTIONS]));
  for (const path of ["package-lock.json", ...sources]) {
    const file = join(repository, path);
    hash.update(`${path}\0`).update(existsSync(file) ? readFileSync(file) : "missing");
  }
  return hash.digest("hex");
}

const OPTIONS = {
  bundle: true,
  platform: "node",
  target: "node24",
  format: "cjs",
  minifySyntax: true,
  legalComments: "none",
  // ssh2 can do without its compiled parts, and tries them only if they are there.
  external: ["*.node", "cpu-features"],
} as const;

function upToDate(repository: string, program: EngineProgram): boolean {
  const output = join(buildFolder(repository), `${program.name}.js`);
  const record = `${output}on`;
  if (!existsSync(output) || !existsSync(record)) return false;
  const { key, sources } = JSON.parse(readFileSync(record, "utf8")) as Recorded;
  return key === keyOf(repository, program, sources);
}

async function compile(repository: string, program: EngineProgram): Promise<void> {
  // Loaded here because most runs have nothing to compile.
  const { build } = await import("esbuild");
  const output = join(buildFolder(repository), `${program.name}.js`);
  const result = await build({
    ...OPTIONS,
    external: [...OPTIONS.external],
    absWorkingDir: repository,
    entryPoints: [program.source],
    outfile: output,
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  const sources = Object.keys(result.metafile.inputs)
    .map((path) => relative(repository, join(repository, path)))
    .filter((path) => !path.startsWith("node_modules/"))
    .sort();
  // Written beside and moved, so that a plugin that starts meanwhile never reads half a file.
  const temporary = `${output}.${process.pid}`;
  writeFileSync(temporary, result.outputFiles[0]?.contents ?? "");
  renameSync(temporary, output);
  const recorded: Recorded = { key: keyOf(repository, program, sources), sources };
  writeFileSync(temporary, JSON.stringify(recorded));
  renameSync(temporary, `${output}on`);
}

/** Compiles what has changed; tells the names of the programs compiled. */
export async function buildEngine({ repository, log }: { repository: string; log: Log }): Promise<string[]> {
  const stale = presentPrograms(repository).filter((program) => !upToDate(repository, program));
  if (stale.length === 0) return [];
  const names = stale.map(({ name }) => name);
  log(`compiling ${names.join(", ")}`);
  mkdirSync(buildFolder(repository), { recursive: true });
  for (const program of stale) {
    await compile(repository, program).catch((error: unknown) => {
      throw new Error(
        `cannot compile ${program.source}: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      );
    });
  }
  return names;
}
