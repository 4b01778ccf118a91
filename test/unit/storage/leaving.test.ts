import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { awaitText, excludeText } from "../../../components/storage/leaving";

const SCRIPT = join(__dirname, "../../../scripts/roles/namenode/leaving.sh");

/** What the name node says about the data node of one host. */
interface DataNode {
  live?: { adminState: string };
  dead?: { decommissioned: boolean };
  busy?: { underReplicatedBlocks: number };
}

describe("leaving for good", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "leaving-"));
    mkdirSync(join(folder, "role/active"), { recursive: true });
    writeFileSync(
      join(folder, "role/active/settings"),
      `ROLE_NAME=namenode
ROLE_UNITS=
MEMBER=master-1
NAME_NODES=master-1
MASTERS=master-1
NAME_NODE_COMMAND='java -cp jars NameNode'
`,
    );
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Puts a command of the host's in front of the real one. */
  function stub(name: string, body: string): void {
    writeFileSync(join(folder, name), `#!/usr/bin/env bash\n${body}\n`);
    chmodSync(join(folder, name), 0o755);
  }

  function run(...words: string[]): { status: number | null; output: string; error: string } {
    const result = spawnSync("bash", [SCRIPT, ...words], {
      encoding: "utf8",
      env: {
        ...process.env,
        PATH: `${folder}:${process.env["PATH"] ?? ""}`,
        ROLE_DIR: join(folder, "role"),
        EXCLUDED_HOSTS: join(folder, "hosts.exclude"),
      },
    });
    return { status: result.status, output: result.stdout, error: result.stderr };
  }

  function answers(regionServers: string, node: DataNode, under = 0): void {
    const map = (value?: object) => JSON.stringify(value === undefined ? {} : { "data-4:9866": value });
    const beans = {
      master: {
        "tag.isActiveMaster": "true",
        masterFinishedInitializationTime: 1,
        "tag.liveRegionServers": regionServers,
      },
      system: {
        "tag.HAState": "active",
        FSState: "Operational",
        NumLiveDataNodes: 4,
        UnderReplicatedBlocks: under,
        MissingBlocks: 0,
      },
      nodes: { LiveNodes: map(node.live), DeadNodes: map(node.dead), DecomNodes: map(node.busy) },
    };
    for (const [name, bean] of Object.entries(beans)) {
      writeFileSync(join(folder, `${name}.json`), JSON.stringify({ beans: [bean] }));
    }
    stub(
      "curl",
      `case "$*" in
  *:16010/*) cat "${folder}/master.json" ;;
  *FSNamesystem*) cat "${folder}/system.json" ;;
  *NameNodeInfo*) cat "${folder}/nodes.json" ;;
esac`,
    );
  }

  const others = "data-1,16020,1;data-2,16020,1";

  it("has come to its end when the host has no region and its data node is decommissioned", () => {
    answers(others, { live: { adminState: "Decommissioned" } });
    const { status, output, error } = run("await", "data-4", "0");
    assert.equal(status, 0, error);
    assert.match(output, /data-4 has left/);
  });

  it("is not at its end while the region server is live", () => {
    answers(`${others};data-4,16020,9`, { live: { adminState: "Decommissioned" } });
    const { status, error } = run("await", "data-4", "0");
    assert.equal(status, 1);
    assert.match(error, /data host data-4 has not left within 0 s: .* still lists its region server/);
    assert.match(error, /taking it out of opentsdb:leaving takes it back/);
  });

  it("says how many blocks keep a host, as it waits", () => {
    answers(others, {
      live: { adminState: "Decommission In Progress" },
      busy: { underReplicatedBlocks: 7 },
    });
    const { status, output } = run("await", "data-4", "0");
    assert.equal(status, 1);
    assert.match(output, /data-4: 7 of its blocks lack copies elsewhere/);
  });

  it("does not take another host's region server for that of the one that leaves", () => {
    answers("data-40,16020,1", { live: { adminState: "Decommissioned" } });
    assert.equal(run("await", "data-4", "0").status, 0);
  });

  it("lets a dead host go only when no block misses it", () => {
    answers(others, {}, 3);
    const waiting = run("await", "data-4", "0");
    assert.equal(waiting.status, 1);
    assert.match(waiting.error, /its data node is not live, and 3 blocks lack copies/);
    answers(others, {}, 0);
    assert.equal(run("await", "data-4", "0").status, 0);
  });

  describe("the list of hosts that take no more copies", () => {
    const list = () => readFileSync(join(folder, "hosts.exclude"), "utf8");
    beforeEach(() => {
      // The name node answers; what the administrator's command is called with is noted.
      stub("timeout", "true");
      stub("setpriv", `echo "$@" >>"${folder}/refreshed"`);
    });

    it("costs nothing while nobody leaves", () => {
      assert.equal(run("exclude", "data-1 data-2", "").status, 0);
      assert.equal(list(), "");
      assert.ok(!existsSync(join(folder, "refreshed")));
    });

    it("takes hosts that leave, and is read again by this very name node, once", () => {
      const first = run("exclude", "data-1 data-2 data-3", "data-3");
      assert.equal(first.status, 0, first.error);
      assert.equal(list(), "data-3\n");
      assert.equal(run("exclude", "data-1 data-2 data-3", "data-3").status, 0);
      assert.match(
        readFileSync(join(folder, "refreshed"), "utf8"),
        /^.*java -cp jars \S+DFSAdmin -fs hdfs:\/\/master-1:8020 -refreshNodes\n$/,
      );
    });

    it("keeps a host that was dropped, and takes back one that is to stay", () => {
      run("exclude", "data-1 data-2 data-3 data-4", "data-3 data-4");
      run("exclude", "data-1 data-2 data-3", "data-3");
      assert.equal(list(), "data-3\ndata-4\n");
      run("exclude", "data-1 data-2 data-3", "");
      assert.equal(list(), "data-4\n");
      run("exclude", "data-1 data-2 data-3 data-4", "");
      assert.equal(list(), "");
    });

    it("is read again by the next update when a name node did not read it", () => {
      stub("setpriv", "exit 1");
      const failed = run("exclude", "data-1", "data-1");
      assert.equal(failed.status, 1);
      assert.match(failed.error, /did not read \S+hosts\.exclude again/);
      stub("setpriv", `echo "$@" >>"${folder}/refreshed"`);
      assert.equal(run("exclude", "data-1", "data-1").status, 0);
      assert.ok(existsSync(join(folder, "refreshed")));
    });
  });

  it("has the same commands for the same hosts, in whatever order they are named", () => {
    assert.equal(
      excludeText(["data-1", "data-2"], ["data-2", "data-1"]),
      excludeText(["data-1", "data-2"], ["data-1", "data-2"]),
    );
    assert.match(awaitText("data-2"), /leaving\.sh await 'data-2' \d+$/);
  });
});
