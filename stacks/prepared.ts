import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { z } from "zod";

const prepared = z.object({
  formatVersion: z.literal(1),
  /** The read-only tree that local hosts boot from. */
  baseImage: z.string(),
  software: z.object({
    /** Folder on this machine that holds each component's folder. */
    directory: z.string(),
    components: z.record(
      z.string(),
      z.object({ version: z.string(), hash: z.string(), directory: z.string(), sizeBytes: z.number() }),
    ),
  }),
});

/** What bootstrap made on this machine and a local environment is built from. */
export type Prepared = z.infer<typeof prepared>;

/** Where bootstrap records what it made, so that plain `pulumi up` finds it too. */
export function preparedFile(repository: string): string {
  return join(repository, "build", "bootstrap", "prepared.json");
}

/** Records what bootstrap made; the file is replaced as a whole, and left alone when nothing changed. */
export function writePrepared(repository: string, value: Prepared): void {
  const file = preparedFile(repository);
  const text = `${JSON.stringify(value, null, 2)}\n`;
  try {
    if (readFileSync(file, "utf8") === text) {
      return;
    }
  } catch {
    // There is none yet.
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
}

/** What bootstrap made; throws, naming the command that makes it, when it has not run. */
export function readPrepared(repository: string): Prepared {
  const file = preparedFile(repository);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new Error(
      "The hosts' base image and the software bundle have not been made on this machine; run `npm run bootstrap` first.",
    );
  }
  const result = prepared.safeParse(JSON.parse(text));
  if (!result.success) {
    throw new Error(
      `${file} was written by another version of this repository; run \`npm run bootstrap\` again.`,
    );
  }
  return result.data;
}
