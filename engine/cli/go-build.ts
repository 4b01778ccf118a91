/** The Pulumi CLI from its Go module, kept compressed in the user's cache folder: the build takes minutes. */
import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import * as zlib from "node:zlib";
import type { Log } from "../build";
import { CLI_VERSION } from "./versions";

const PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
// Without the version the Automation API refuses the CLI.
const FLAGS = [
  "-trimpath",
  "-mod=readonly",
  "-ldflags",
  `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${CLI_VERSION}`,
];
/** Time between progress lines of a build, in milliseconds. */
const PROGRESS = 15_000;
/** zstd's window (2^27 bytes holds the whole program) and a level that compresses within seconds. */
const WINDOW_LOG = 27;
const LEVEL = 12;

const run = promisify(execFile);

/** Where the build's recipe lies and where its result is kept. */
export interface BuildPlaces {
  /** Folder with go.mod and go.sum. */
  module: string;
  /** `<user's cache>/opentsdb-platform`. */
  cache: string;
}

/** The first part of a cached build's key: what is built, whatever Go builds it. */
export function recipeKey(goMod: Buffer | string, goSum: Buffer | string, platform: string): string {
  return createHash("sha256")
    .update(JSON.stringify([PACKAGE, FLAGS, platform]))
    .update(goMod)
    .update("\0")
    .update(goSum)
    .digest("hex")
    .slice(0, 16);
}

function places({ module, cache }: BuildPlaces): { recipe: string; folder: string } {
  const read = (name: string): Buffer => readFileSync(join(module, name));
  const recipe = recipeKey(read("go.mod"), read("go.sum"), `${process.platform}-${process.arch}`);
  return { recipe, folder: join(cache, "pulumi") };
}

async function goVersion(): Promise<string | undefined> {
  const { stdout } = await run("go", ["env", "GOVERSION"]).catch(() => ({ stdout: "" }));
  return stdout.trim() || undefined;
}

/** A cached build: by this machine's Go, or, where Go is missing, by any. */
async function findCached(from: BuildPlaces): Promise<string | undefined> {
  const { recipe, folder } = places(from);
  if (!existsSync(folder)) return undefined;
  const go = await goVersion();
  const prefix = go ? `${recipe}-${go}` : `${recipe}-`;
  for (const entry of readdirSync(folder).sort().reverse()) {
    if (go ? entry !== prefix : !entry.startsWith(prefix)) continue;
    for (const name of ["pulumi.zst", "pulumi.gz"]) {
      const file = join(folder, entry, name);
      if (existsSync(file)) return file;
    }
  }
  return undefined;
}

/** Writes an executable beside its target and moves it there, so that nobody runs half of it. */
async function writeExecutable(target: string, write: (temporary: string) => Promise<void>): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  const temporary = `${target}.${process.pid}`;
  try {
    await write(temporary);
    chmodSync(temporary, 0o755);
    renameSync(temporary, target);
  } finally {
    rmSync(temporary, { force: true });
  }
}

async function unpack(packed: string, target: string): Promise<void> {
  const decompressor = packed.endsWith(".zst")
    ? zlib.createZstdDecompress({ params: { [zlib.constants.ZSTD_d_windowLogMax]: WINDOW_LOG } })
    : zlib.createGunzip();
  await writeExecutable(target, (temporary) =>
    pipeline(createReadStream(packed), decompressor, createWriteStream(temporary)),
  );
}

/** Compresses a built CLI into the cache. */
export async function pack(binary: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  // Runtimes before 22.15 have no zstd.
  const zstd = typeof zlib.createZstdCompress === "function";
  const target = join(folder, zstd ? "pulumi.zst" : "pulumi.gz");
  const compressor = zstd
    ? zlib.createZstdCompress({
        params: {
          [zlib.constants.ZSTD_c_compressionLevel]: LEVEL,
          [zlib.constants.ZSTD_c_windowLog]: WINDOW_LOG,
        },
      })
    : zlib.createGzip();
  const temporary = `${target}.${process.pid}`;
  await pipeline(createReadStream(binary), compressor, createWriteStream(temporary));
  renameSync(temporary, target);
}

function build(from: BuildPlaces, output: string, log: Log): Promise<void> {
  const started = Date.now();
  const child = spawn("go", ["build", ...FLAGS, "-o", output, PACKAGE], {
    cwd: from.module,
    env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4_000)));
  const what = `building the Pulumi CLI ${CLI_VERSION} from its Go module (4 to 5 minutes the first time)`;
  log(what);
  const ticker = setInterval(() => log(`${what}: ${Math.round((Date.now() - started) / 1000)} s`), PROGRESS);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(ticker);
      if (code === 0) return resolve();
      const last = errors.trim().split("\n").slice(-10).join("\n");
      reject(
        new Error(`building the Pulumi CLI ${CLI_VERSION} failed (go build ended with ${code}):\n${last}`),
      );
    });
  });
}

/** Puts a cached build at `target`; false when there is none. */
export async function fromCache(from: BuildPlaces, target: string): Promise<boolean> {
  const packed = await findCached(from);
  if (!packed) return false;
  await unpack(packed, target);
  return true;
}

/** Builds the CLI, puts it at `target` and into the cache. */
export async function fromGo(from: BuildPlaces, target: string, log: Log): Promise<void> {
  const go = await goVersion();
  if (!go)
    throw new Error(
      `there is no Pulumi CLI ${CLI_VERSION} or newer on PATH, pulumi.com does not answer, and Go, which would build it, ` +
        `is not installed. Install one of them: Pulumi (https://www.pulumi.com/docs/install) or Go 1.26 or newer ` +
        `(https://go.dev/doc/install)`,
    );
  const { recipe, folder } = places(from);
  mkdirSync(from.cache, { recursive: true });
  const scratch = mkdtempSync(join(from.cache, "pulumi-build-"));
  try {
    const built = join(scratch, "pulumi");
    await build(from, built, log);
    await pack(built, join(folder, `${recipe}-${go}`));
    await unpack(
      join(
        folder,
        `${recipe}-${go}`,
        typeof zlib.createZstdCompress === "function" ? "pulumi.zst" : "pulumi.gz",
      ),
      target,
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The cache folder for what this machine keeps of the platform, shared by all checkouts. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const home = env["XDG_CACHE_HOME"] || join(env["HOME"] || "/", ".cache");
  return join(home, "opentsdb-platform");
}
