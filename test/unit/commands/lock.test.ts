import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  describeHeld,
  isHeld,
  Lock,
  processStart,
  readLocks,
} from "../../../scripts/commands/environment/lock";

const lock: Lock = {
  pid: 4711,
  username: "ann",
  hostname: "here",
  timestamp: "2026-11-23T06:19:18.208749022Z",
};
const taken = Date.parse(lock.timestamp);

describe("a lock on an environment", () => {
  it("is held while the process that took it lives", () => {
    assert.equal(
      isHeld(lock, () => taken - 60_000, "here"),
      true,
    );
  });

  it("is stale when its process is gone", () => {
    assert.equal(
      isHeld(lock, () => undefined, "here"),
      false,
    );
  });

  it("is stale when another process bears the number by now", () => {
    assert.equal(
      isHeld(lock, () => taken + 60_000, "here"),
      false,
    );
  });

  it("is taken to be held on another machine, where nobody can look", () => {
    assert.equal(
      isHeld(lock, () => undefined, "there"),
      true,
    );
  });

  it("is told with its process and the way out", () => {
    assert.match(describeHeld(lock, "local"), /process 4711 of ann on here .* kill -INT 4711/);
  });
});

describe("locks in a file backend", () => {
  const state = mkdtempSync(join(tmpdir(), "opentsdb-locks-"));
  const folder = join(state, ".pulumi", "locks", "organization", "opentsdb", "local");
  before(() => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "a.json"), JSON.stringify(lock));
    writeFileSync(join(folder, "a.json.attrs"), "{}");
    writeFileSync(join(folder, "b.json"), '{"pid":');
  });
  after(() => rmSync(state, { recursive: true }));

  it("are read, without those that were cut off in writing", () => {
    assert.deepEqual(readLocks(`file://${state}`, "opentsdb", "local"), [lock]);
  });

  it("are none where there is no environment, or another backend", () => {
    assert.deepEqual(readLocks(`file://${state}`, "opentsdb", "dev"), []);
    assert.deepEqual(readLocks("s3://bucket", "opentsdb", "local"), []);
  });
});

describe("the start of a process", () => {
  it("is before now for this one, and unknown for one that there is not", () => {
    const started = processStart(process.pid);
    assert.ok(started !== undefined && started <= Date.now() + 2000 && started > Date.now() - 3_600_000);
    assert.equal(processStart(2 ** 22 + 5), undefined);
  });
});
