import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { cacheFolder, inputsKey } from "../../../scripts/bootstrap/build-tools";
import { writeFirstSettings } from "../../../scripts/bootstrap/first-settings";
import { Prepared, preparedFile, readPrepared, writePrepared } from "../../../stacks/prepared";

const SCRIPTS = join(__dirname, "..", "..", "..", "scripts");

function bash(script: string, env: NodeJS.ProcessEnv = process.env) {
  return spawnSync("bash", ["-c", `set -euo pipefail\n${script}`], { encoding: "utf8", env });
}

describe("bootstrap", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "opentsdb-bootstrap-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("names the Debian packages of the tools that are missing, and no other", () => {
    const { stdout } = bash(
      `source "${SCRIPTS}/bootstrap/packages.sh"; command() { [[ $2 != mmdebstrap && $2 != nft ]]; }; missing_packages ip mmdebstrap nft ssh`,
    );
    assert.equal(stdout, "mmdebstrap\nnftables\n");
  });

  it("knows a package for every tool that a command may need", () => {
    const { status, stderr } = bash(
      `source "${SCRIPTS}/bootstrap/packages.sh"; for c in start test down status; do for t in $(tools_of $c) $(build_tools); do : "\${package_of[$t]}"; done; done`,
    );
    assert.equal(status, 0, stderr);
  });

  it("tells who is not root which command installs what is missing", () => {
    const { status, stderr } = bash(
      `source "${SCRIPTS}/bootstrap/packages.sh"; missing_packages() { echo haproxy; }; is_debian() { true; }; EUID_IS=1; ` +
        // EUID itself cannot be set: the test of it is what differs.
        `eval "$(declare -f provide | sed 's/EUID == 0/0/')"; provide haproxy`,
    );
    assert.equal(status, 1);
    assert.match(stderr, /Missing: haproxy\. Run: sudo apt-get install --no-install-recommends haproxy/);
  });

  it("installs npm packages once for a lockfile, and again when it changes", () => {
    const calls = join(folder, "calls");
    mkdirSync(join(folder, "bin"));
    writeFileSync(
      join(folder, "bin", "npm"),
      `#!/bin/sh\nmkdir -p node_modules\necho "$*" >> ${calls}\n[ ! -e fail ]\n`,
      { mode: 0o755 },
    );
    writeFileSync(join(folder, "package-lock.json"), "1");
    const run = () =>
      bash(`source "${SCRIPTS}/bootstrap/node.sh"; ensure_node_modules "${folder}"`, {
        ...process.env,
        PATH: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}`,
      });
    assert.equal(run().status, 0);
    assert.equal(run().status, 0);
    assert.equal(readFileSync(calls, "utf8").trim().split("\n").length, 1);
    writeFileSync(join(folder, "package-lock.json"), "2");
    writeFileSync(join(folder, "fail"), "");
    const failed = run();
    assert.equal(failed.status, 1);
    assert.match(failed.stderr, /npm ci failed/);
    rmSync(join(folder, "fail"));
    // What failed is not taken for done.
    assert.equal(run().status, 0);
    assert.equal(readFileSync(calls, "utf8").trim().split("\n").length, 3);
  });

  it("lists the commands when asked for one that there is not, as wrong usage", () => {
    const { status, stderr } = spawnSync("bash", [join(SCRIPTS, "run"), "strat"], { encoding: "utf8" });
    assert.equal(status, 2);
    assert.match(stderr, /"strat" is not a command; there are:.* start /);
  });

  it("keys what has been built by the content that it is built from", () => {
    mkdirSync(join(folder, "a"));
    writeFileSync(join(folder, "a", "x"), "1");
    const before = inputsKey(folder, ["a", "missing"]);
    assert.equal(inputsKey(folder, ["a", "missing"]), before);
    writeFileSync(join(folder, "a", "x"), "2");
    assert.notEqual(inputsKey(folder, ["a", "missing"]), before);
  });

  it("ignores a cache folder that is not absolute, as the XDG specification asks", () => {
    assert.equal(cacheFolder({ XDG_CACHE_HOME: "/c" }), "/c/opentsdb-platform");
    assert.match(cacheFolder({ XDG_CACHE_HOME: "c" }), /^\/.*\.cache\/opentsdb-platform$/);
  });

  it("writes the first settings once and never over a person's own", () => {
    writeFirstSettings(folder);
    const file = join(folder, "Pulumi.local.yaml");
    assert.match(readFileSync(file, "utf8"), /^# Settings of this machine's own cluster/);
    writeFileSync(file, "config: {opentsdb:tsds: 3}\n");
    writeFirstSettings(folder);
    assert.equal(readFileSync(file, "utf8"), "config: {opentsdb:tsds: 3}\n");
  });

  it("records what it made for plain pulumi, and leaves an unchanged record alone", () => {
    const made: Prepared = {
      formatVersion: 1,
      baseImage: "/base",
      software: {
        directory: "/s",
        components: { tsd: { version: "2", hash: "h", directory: "tsd-h", sizeBytes: 1 } },
      },
    };
    assert.throws(() => readPrepared(folder), /npm run bootstrap/);
    writePrepared(folder, made);
    assert.deepEqual(readPrepared(folder), made);
    const inode = statSync(preparedFile(folder)).ino;
    writePrepared(folder, made);
    assert.equal(statSync(preparedFile(folder)).ino, inode);
    writeFileSync(preparedFile(folder), '{"formatVersion":0}');
    assert.throws(() => readPrepared(folder), /another version/);
  });
});
