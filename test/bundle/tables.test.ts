import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildBundle, softwareDirectory } from "../../scripts/bundle/build";
import { LoopbackCluster } from "./loopback-cluster";

const constants = ["--compression", "ZSTD", "--salt-buckets", "4", "--uid-width", "3", "--max-tags", "16"];

/** Nothing here runs long enough to repay the optimizing compiler, which takes half of the start. */
const quickStart = ["-XX:TieredStopAtLevel=1"];

interface RegionCounts {
  server?: string;
  liveServers: number;
  regions: number;
  regionsInTransition: number;
  regionsByServer: Record<string, number>;
}

describe("the software bundle", function () {
  this.timeout(180_000);
  let folder: string;
  let cluster: LoopbackCluster;

  const counts = (stdout: string): RegionCounts => JSON.parse(stdout) as RegionCounts;
  const regionsOf = (state: RegionCounts, server: string): number =>
    Object.entries(state.regionsByServer).find(([name]) => name.startsWith(`${server},`))?.[1] ?? -1;
  const succeed = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await cluster.tool(args);
    assert.equal(code, 0, stderr);
    assert.equal(stdout.trim().split("\n").length, 1, `more than one line on stdout: ${stdout}`);
    return stdout;
  };

  before(async () => {
    const manifest = await buildBundle({ log: (line) => console.log(`    ${line}`) });
    const place = (name: "hbase" | "tsd" | "tools"): string =>
      join(softwareDirectory(), manifest.components[name].directory);
    folder = mkdtempSync(join(tmpdir(), "opentsdb-bundle-"));
    cluster = new LoopbackCluster(folder, {
      hbase: place("hbase"),
      tsd: place("tsd"),
      tools: place("tools"),
    });
    await cluster.format();
    for (const daemon of ["zk", "nn", "dn", "hm", "rs1", "rs2"] as const) {
      cluster.start(daemon, quickStart);
    }
    await cluster.awaitLog("hm", "Master has completed initialization");
  });

  after(async () => {
    await cluster?.stopAll();
    rmSync(folder, { recursive: true, force: true });
  });

  it("says that the tables are missing, with exit code 4, when the cluster has none", async () => {
    const { code, stderr } = await cluster.tool(["check", ...constants, "--wait-seconds", "1"]);
    assert.equal(code, 4, stderr);
    assert.match(stderr, /no table tsdb-uid, tsdb, tsdb-tree, tsdb-meta/);
  });

  it("creates the four tables once two region servers are live, and nothing the second time", async () => {
    const first = await succeed("create", ...constants, "--wait-servers", "2");
    assert.deepEqual((JSON.parse(first) as { created: string[] }).created, [
      ...["tsdb-uid", "tsdb", "tsdb-tree", "tsdb-meta"],
    ]);
    const second = await succeed("create", ...constants);
    assert.deepEqual((JSON.parse(second) as { created: string[] }).created, []);
    await succeed("check", ...constants);
  });

  it("refuses other constants with exit code 3, naming the constant and both values", async () => {
    for (const command of ["check", "create"]) {
      const wrong = [...constants, "--salt-buckets", "8"];
      const { code, stderr } = await cluster.tool([command, ...wrong]);
      assert.equal(code, 3, stderr);
      assert.match(stderr, /salt-buckets=4.* 8 is wanted/);
    }
  });

  it("refuses an unknown option and an unknown command with exit code 2", async () => {
    assert.equal((await cluster.tool(["check", "--salt", "4"])).code, 2);
    assert.equal((await cluster.tool(["chekc"])).code, 2);
  });

  it("stores and serves a point through a TSD", async () => {
    cluster.start("tsd", quickStart);
    await cluster.awaitPort("tsd", 4242);
    const timestamp = Math.floor(Date.now() / 1000);
    const put = await fetch(`${cluster.tsdUrl}/api/put?sync=true&details=true`, {
      method: "POST",
      body: JSON.stringify({ metric: "bundle.test", timestamp, value: 42.5, tags: { host: "loopback" } }),
    });
    const putAnswer = await put.text();
    assert.equal((JSON.parse(putAnswer) as { success?: number }).success, 1, putAnswer);
    const query = await fetch(
      `${cluster.tsdUrl}/api/query?start=${timestamp - 60}&m=sum:bundle.test{host=loopback}`,
    );
    const series = (await query.json()) as { dps: Record<string, number> }[];
    assert.deepEqual(series[0]?.dps, { [String(timestamp)]: 42.5 });
  });

  it("moves all regions off a server, and a fair share back", async () => {
    const server = cluster.serverName("rs1");
    assert.equal(regionsOf(counts(await succeed("unload", "--server", server)), server), 0);
    const loaded = counts(await succeed("load", "--server", server));
    const share = Math.floor(loaded.regions / loaded.liveServers);
    assert.ok(regionsOf(loaded, server) >= share, JSON.stringify(loaded));
  });

  it("sees a server rejoin after a restart, with half a fair share of the regions at least", async () => {
    const server = cluster.serverName("rs2");
    await succeed("unload", "--server", server);
    await cluster.stop("rs2");
    const restarted = Date.now();
    cluster.start("rs2", quickStart);
    const state = counts(await succeed("rejoined", "--server", server, "--started-after", `${restarted}`));
    assert.equal(state.regionsInTransition, 0);
    assert.ok(regionsOf(state, server) * 2 >= Math.floor(state.regions / state.liveServers));
  });

  it("says in time that a server has not rejoined", async () => {
    const { code, stderr } = await cluster.tool(["rejoined", "--server", "nowhere", "--wait-seconds", "1"]);
    assert.equal(code, 5);
    assert.match(stderr, /nowhere has not rejoined.*not among the live servers/);
  });
});
