import { createHash } from "node:crypto";
import { chmod, lstat, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** Name of the file in every component that lists its files with their SHA-256. */
export const sumsFile = "SHA256SUMS";

/** Every file and folder gets this time (2020-01-01 UTC): what is packed from them later is reproducible. */
const fixedTime = new Date(Date.UTC(2020, 0, 1));

/** What a sealed folder holds. */
export interface Content {
  /** First 12 hex digits of the SHA-256 of its SHA256SUMS. */
  hash: string;
  /** Bytes of all files but SHA256SUMS. */
  sizeBytes: number;
  /** Number of files but SHA256SUMS. */
  files: number;
}

/** SHA-256 of a text or of bytes, in hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** SHA-256 of a file, in hex. */
export async function sha256File(path: string): Promise<string> {
  return sha256(await readFile(path));
}

/** The lines of SHA256SUMS: sorted by path in plain byte order, as `sha256sum -c` reads them. */
export function renderSums(sums: ReadonlyMap<string, string>): string {
  return [...sums]
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([path, hash]) => `${hash}  ${path}\n`)
    .join("");
}

/** Reads what `renderSums` wrote; an error names a line that is none. */
export function parseSums(text: string): Map<string, string> {
  const sums = new Map<string, string>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) {
      continue;
    }
    const match = /^([0-9a-f]{64}) [ *](.+)$/.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) {
      throw new Error(`"${line}" is no line of checksums; expected "<64 hex digits>  <path>".`);
    }
    sums.set(match[2], match[1]);
  }
  return sums;
}

/** Writes SHA256SUMS, sets fixed modes and times, and says what the folder holds. */
export async function sealFolder(folder: string): Promise<Content> {
  const sums = new Map<string, string>();
  let sizeBytes = 0;
  const { files, folders } = await walk(folder);
  for (const file of files) {
    const path = relative(folder, file);
    if (path === sumsFile) {
      continue;
    }
    sums.set(path, await sha256File(file));
    sizeBytes += (await lstat(file)).size;
    await chmod(file, path.startsWith("bin/") ? 0o755 : 0o644);
    await utimes(file, fixedTime, fixedTime);
  }
  const text = renderSums(sums);
  const sumsPath = join(folder, sumsFile);
  await writeFile(sumsPath, text, { mode: 0o644 });
  await chmod(sumsPath, 0o644);
  await utimes(sumsPath, fixedTime, fixedTime);
  // Deepest first: to change what is in a folder changes the folder's time.
  for (const path of [...folders].reverse().concat(folder)) {
    await chmod(path, 0o755);
    await utimes(path, fixedTime, fixedTime);
  }
  return { hash: sha256(text).slice(0, 12), sizeBytes, files: sums.size };
}

/**
 * Whether a sealed folder still looks as it was built: its list of checksums, the number and the
 * total size of its files. No file is hashed; the host that uses it does that.
 */
export async function looksComplete(folder: string, expected: Content): Promise<boolean> {
  try {
    const text = await readFile(join(folder, sumsFile), "utf8");
    if (sha256(text).slice(0, 12) !== expected.hash) {
      return false;
    }
    const paths = [...parseSums(text).keys()];
    const sizes = await Promise.all(paths.map(async (path) => (await lstat(join(folder, path))).size));
    return (
      paths.length === expected.files && sizes.reduce((sum, size) => sum + size, 0) === expected.sizeBytes
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return false;
    }
    throw error;
  }
}

/** All files and folders below a folder, parents before children, in a fixed order. */
export async function walk(folder: string): Promise<{ files: string[]; folders: string[] }> {
  const files: string[] = [];
  const folders: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const below = await walk(path);
      folders.push(path, ...below.folders);
      files.push(...below.files);
    } else {
      files.push(path);
    }
  }
  return { files, folders };
}
