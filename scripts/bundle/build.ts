import { Command, Option } from "commander";
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join, relative } from "node:path";
import { recipes } from "./components";
import { looksComplete, sealFolder, sha256, walk } from "./content";
import {
  type Architecture,
  type BundleManifest,
  type Component,
  type ComponentName,
  machineArchitecture,
} from "./manifest";

/** How the bundle is built. */
export interface BuildOptions {
  /** The platform's cache folder, above `software`. @default `$XDG_CACHE_HOME/opentsdb-platform` or `~/.cache/…` */
  cacheDirectory?: string;
  /** What the binaries are to run on. @default this machine's */
  architecture?: Architecture;
  /** Rewrites the recorded checksums of the jars instead of comparing. @default false */
  record?: boolean;
  /** Receives a line of progress at a time. */
  log: (line: string) => void;
}

/** Inputs that every component has in common: the code that makes it. */
const sharedInputs = ["components.ts", "content.ts", "jars.ts"];

/** The platform's cache folder of this user. */
export function userCacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment.XDG_CACHE_HOME;
  // The XDG specification has relative paths ignored.
  return join(base && isAbsolute(base) ? base : join(homedir(), ".cache"), "opentsdb-platform");
}

/** The folder in which the components of the bundle lie, each as `<component>-<hash>`. */
export function softwareDirectory(cacheDirectory: string = userCacheDirectory()): string {
  return join(cacheDirectory, "software");
}

/**
 * Makes the software bundle, or finds it in the cache: then it runs no tool and hashes nothing but
 * its own inputs. Several builds at once do not disturb one another. Errors name the tool, the
 * download or the jar that is at fault.
 */
export async function buildBundle(options: BuildOptions): Promise<BundleManifest> {
  const software = softwareDirectory(options.cacheDirectory);
  const architecture = options.architecture ?? machineArchitecture();
  const build = new Build(software, architecture, options);
  await mkdir(join(software, "records"), { recursive: true });
  const [jars, telegraf] = await settled([
    async () => {
      // One Maven at a time: two would race for the same files of its repository.
      const hbase = await build.component("hbase");
      const tsd = await build.component("tsd");
      const tools = await build.component("tools", join(software, hbase.directory));
      return { hbase, tsd, tools };
    },
    async () => ({ telegraf: await build.component("telegraf") }),
  ]);
  return { formatVersion: 1, architecture, components: { ...jars, ...telegraf } };
}

/** Waits for all, then fails with the first error: a build that is left running would outlive its caller. */
async function settled<A, B>(tasks: [() => Promise<A>, () => Promise<B>]): Promise<[A, B]> {
  const [one, other] = await Promise.allSettled([tasks[0](), tasks[1]()]);
  if (one.status === "rejected") {
    throw one.reason;
  }
  if (other.status === "rejected") {
    throw other.reason;
  }
  return [one.value, other.value];
}

class Build {
  constructor(
    private readonly software: string,
    private readonly architecture: Architecture,
    private readonly options: BuildOptions,
  ) {}

  async component(name: ComponentName, hbase?: string): Promise<Component> {
    const record = join(this.software, "records", `${name}-${await this.key(name)}.json`);
    const known = this.options.record ? undefined : await readComponent(record);
    if (known && (await looksComplete(join(this.software, known.directory), known))) {
      return known;
    }
    return this.make(name, record, hbase);
  }

  /** Hash of all that decides what the component holds. */
  private async key(name: ComponentName): Promise<string> {
    const recipe = recipes[name];
    const { files } = await walk(join(__dirname, name));
    const parts = [recipe.perArchitecture ? this.architecture : "any"];
    if (recipe.after) {
      parts.push(await this.key(recipe.after));
    }
    for (const file of [...sharedInputs.map((input) => join(__dirname, input)), ...files]) {
      parts.push(relative(__dirname, file), sha256(await readFile(file)));
    }
    return sha256(parts.join("\n")).slice(0, 12);
  }

  private async make(name: ComponentName, record: string, hbase?: string): Promise<Component> {
    const log = (line: string): void => this.options.log(`bundle: ${name}: ${line}`);
    const started = Date.now();
    const seconds = (): string => `${Math.round((Date.now() - started) / 1000)} s`;
    const workshop = join(this.software, `.building-${process.pid}-${randomBytes(4).toString("hex")}`);
    const [target, scratch] = [join(workshop, name), join(workshop, "scratch")];
    const source = join(__dirname, name);
    log("building");
    const ticker = setInterval(() => log(`building, ${seconds()}`), 15_000);
    try {
      await removeAbandoned(this.software);
      await mkdir(target, { recursive: true });
      await mkdir(scratch);
      const { architecture } = this;
      const version = await recipes[name].version(source);
      const rewrite = this.options.record ?? false;
      await recipes[name].build({ source, target, scratch, architecture, record: rewrite, hbase, log });
      const content = await sealFolder(target);
      const component: Component = { version, ...content, directory: `${name}-${content.hash}` };
      await this.install(target, component);
      if (!rewrite) {
        await writeAtomically(record, JSON.stringify(component));
      }
      log(`${component.directory}, ${component.files} files, ${megabytes(component)} MB, ${seconds()}`);
      return component;
    } finally {
      clearInterval(ticker);
      await rm(workshop, { recursive: true, force: true });
    }
  }

  /** Puts the finished folder in its place, unless another build was faster with the same. */
  private async install(built: string, component: Component): Promise<void> {
    const place = join(this.software, component.directory);
    if (await looksComplete(place, component)) {
      return;
    }
    // What is there under this name is damaged, or nothing is.
    await rename(place, join(built, "..", "damaged")).catch(ignoring("ENOENT"));
    await rename(built, place).catch(async (error: unknown) => {
      if (!(await looksComplete(place, component))) {
        throw error;
      }
    });
  }
}

async function readComponent(path: string): Promise<Component | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Component;
  } catch {
    // Absent, or cut short by a full disk: either way the component is built again.
    return undefined;
  }
}

async function writeAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, text);
  await rename(temporary, path);
}

/** Removes what builds left that were killed: those whose process is gone. */
async function removeAbandoned(software: string): Promise<void> {
  for (const entry of await readdir(software)) {
    const pid = /^\.building-(\d+)-/.exec(entry)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) {
      await rm(join(software, entry), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function ignoring(code: string): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (error.code !== code) {
      throw error;
    }
  };
}

function megabytes(component: Component): string {
  return (component.sizeBytes / 1e6).toFixed(1);
}

async function main(): Promise<void> {
  const command = new Command("build")
    .description("Builds the software bundle, or finds it in the cache.")
    .option("--json", "print the manifest as JSON")
    .option("--record", "rewrite the recorded checksums of the jars, after a change of a pom")
    .option("--cache-directory <folder>", "the platform's cache folder", userCacheDirectory())
    .addOption(
      new Option("--architecture <name>", "what the binaries run on (default: this machine's)").choices([
        "amd64",
        "arm64",
      ]),
    )
    .parse();
  const { json, ...options } = command.opts<Omit<BuildOptions, "log"> & { json?: boolean }>();
  const manifest = await buildBundle({ ...options, log: (line) => process.stderr.write(`${line}\n`) });
  if (json) {
    process.stdout.write(`${JSON.stringify(manifest, null, 2)}\n`);
    return;
  }
  for (const { directory, version, files, ...component } of Object.values(manifest.components)) {
    const size = megabytes({ directory, version, files, ...component });
    process.stdout.write(`${directory}  version ${version}, ${files} files, ${size} MB\n`);
  }
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
