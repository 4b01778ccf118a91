import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Compares a text byte by byte with what a file of the test's folder `snapshots` holds; `UPDATE_SNAPSHOTS=1` rewrites
 * the file instead.
 *
 * @param folder the test's own folder
 */
export function assertSnapshot(folder: string, name: string, text: string): void {
  const path = join(folder, "snapshots", `${name}.txt`);
  if (process.env["UPDATE_SNAPSHOTS"] === "1") {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  assert.ok(existsSync(path), `there is no snapshot ${name}; UPDATE_SNAPSHOTS=1 makes it`);
  assert.equal(text, readFileSync(path, "utf8"));
}
