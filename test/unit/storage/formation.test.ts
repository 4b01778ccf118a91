import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const SCRIPT = join(__dirname, "../../../scripts/roles/lib/formation.sh");

describe("the permit to form a role's data", () => {
  let volume = "";

  beforeEach(() => {
    volume = mkdtempSync(join(tmpdir(), "formation-"));
  });
  afterEach(() => rmSync(volume, { recursive: true, force: true }));

  /** Runs functions of the script with the volume in a scratch folder. */
  function run(commands: string, mounted = true): { status: number | null; output: string; error: string } {
    const setting = `source "$1"; volume_of() { printf '%s\\n' "$2"; }; data_folder() { printf '%s/data\\n' "$2"; }`;
    const places = setting.replaceAll('"$2"', '"$VOLUME"');
    const mountpoint = `mountpoint() { ${mounted ? "true" : "false"}; }`;
    const result = spawnSync(
      "bash",
      ["-c", `set -euo pipefail; ${places}; ${mountpoint}; ${commands}`, "test", SCRIPT],
      {
        encoding: "utf8",
        env: { ...process.env, VOLUME: volume },
      },
    );
    return { status: result.status, output: result.stdout.trim(), error: result.stderr.trim() };
  }

  function write(path: string): void {
    mkdirSync(dirname(join(volume, path)), { recursive: true });
    writeFileSync(join(volume, path), "");
  }

  it("is held by exactly the environment that it was written for, until it is used up", () => {
    assert.equal(run("permit_write blue namenode").status, 0);
    assert.equal(run("permit_held namenode blue").status, 0);
    assert.notEqual(run("permit_held namenode green").status, 0);
    assert.notEqual(run("permit_held zookeeper blue").status, 0);
    assert.equal(run("permit_used namenode").status, 0);
    assert.notEqual(run("permit_held namenode blue").status, 0);
  });

  it("is not written where there is data", () => {
    write("data/current/VERSION");
    const result = run("permit_write blue namenode");
    assert.notEqual(result.status, 0);
    assert.match(result.error, /no permit for namenode on host .* holds data/);
  });

  it("is not written where the volume is not mounted", () => {
    const result = run("permit_write blue namenode", false);
    assert.notEqual(result.status, 0);
    assert.match(result.error, /is not mounted/);
    assert.ok(!existsSync(join(volume, ".initialise-namenode")));
  });

  const written: Record<string, string> = {
    namenode: "data/current/VERSION",
    datanode: "data/current/VERSION",
    journalnode: "data/tsdb/current/VERSION",
    zookeeper: "data/version-2/log.1",
  };
  for (const [role, path] of Object.entries(written)) {
    it(`${role}: a fresh file system counts as empty, and what the service wrote as data`, () => {
      mkdirSync(join(volume, "lost+found"));
      write("data/myid");
      assert.equal(run(`data_state ${role}`).output, "empty");
      write(path);
      assert.equal(run(`data_state ${role}`).output, "data");
    });
  }

  it("is refused for a role that has no data, naming those that have", () => {
    const result = spawnSync("bash", [SCRIPT, "permit", "blue", "memcached"], { encoding: "utf8" });
    assert.notEqual(result.status, 0);
    assert.match(result.stderr, /role "memcached" has no data; zookeeper/);
  });
});
