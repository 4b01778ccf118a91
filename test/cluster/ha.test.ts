import * as assert from "node:assert/strict";

import { cut, powerOn } from "../../components/sites/local/provider/faults";
import { sweepSite } from "../../components/sites/local/provider/site/sweep";
import { obstacle } from "../hosts/test-site";
import { Ledger } from "./ledger";
import { TestCluster } from "./test-cluster";

const NAME = "test-ha";

/** One more data host than copies of a block, so that one can leave. */
const FOUR = { regionServers: 4 };

describe("a highly available cluster", function () {
  this.timeout(600_000);
  // Each test begins with what the one before it has left.
  this.bail(true);
  let cluster: TestCluster;
  let ledger: Ledger;

  before(async function () {
    const reason = obstacle();
    if (reason !== undefined) {
      console.log(`      skipped: this machine cannot run a cluster (${reason})`);
      this.skip();
    }
    await sweepSite(NAME);
    cluster = new TestCluster(NAME, { topology: "ha", tsds: 2 });
  });

  after(async () => {
    await cluster?.dispose();
  });

  afterEach(function () {
    if (this.currentTest?.state === "failed") {
      console.log(cluster.lines.slice(-40).join("\n"));
    }
  });

  /** The first master of whose bean the expression is true; asked on the host itself. */
  async function masterWith(port: number, bean: string, expression: string): Promise<string> {
    for (const host of ["master-1", "master-2"]) {
      const found = await cluster.on(
        host,
        `curl -sf --max-time 5 'http://${host}:${port}/jmx?qry=${bean}' | jq '.beans[0] | ${expression}' || echo gone`,
      );
      if (found.trim() === "true") {
        return host;
      }
    }
    return assert.fail(`no master's ${bean} says ${expression}`);
  }

  const activeNameNode = () =>
    masterWith(9870, "Hadoop:service=NameNode,name=FSNamesystem", '."tag.HAState" == "active"');
  const activeMaster = () =>
    masterWith(16010, "Hadoop:service=HBase,name=Master,sub=Server", '."tag.isActiveMaster" == "true"');

  async function killed(host: string, role: string): Promise<void> {
    await cluster.on(host, `systemctl kill --kill-whom=main --signal=KILL ${role}.service`);
  }

  /** Healthy, a write is acknowledged, and every acknowledged point is there. */
  async function serves(): Promise<void> {
    await cluster.healthy(1);
    const before = ledger.size;
    await ledger.write();
    assert.ok(ledger.size > before, `a write was refused: ${ledger.refused.at(-1) ?? ""}`);
    await ledger.check();
  }

  /** While a writer goes on, the fault; then the cluster serves all that it acknowledged, within a bound. */
  async function survives(fault: () => Promise<void>, withinSeconds: number): Promise<void> {
    ledger.start();
    await fault();
    const deadline = Date.now() + withinSeconds * 1000;
    await cluster.healthy(withinSeconds);
    await ledger.stop();
    for (;;) {
      try {
        return await serves();
      } catch (error) {
        if (Date.now() > deadline) {
          throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
  }

  it("comes up and serves what it is sent", async () => {
    await cluster.up(FOUR);
    await cluster.smoke();
    await cluster.healthy(10);
    ledger = new Ledger(cluster.endpoint, "test.ledger");
    await ledger.write();
    await ledger.check();
  });

  it("changes nothing when nothing has changed", async () => {
    const { result } = await cluster.up(FOUR);
    assert.deepEqual(result.changes.done, {});
  });

  it("fails over to the other name node when the active one is killed, and takes it back", async () => {
    const active = await activeNameNode();
    await survives(() => killed(active, "namenode"), 90);
    assert.notEqual(await activeNameNode(), active);
  });

  it("has an active HBase master again when the active one is killed", async () => {
    const active = await activeMaster();
    // Whoever is faster takes over: the other one, or the same host's next process.
    await survives(() => killed(active, "hbase-master"), 90);
    await activeMaster();
  });

  it("recovers the regions of a region server that is killed, and takes it back", async () => {
    await survives(() => killed("data-1", "regionserver"), 90);
  });

  it("goes on without the host of the active name node when its power is cut, and takes it back", async () => {
    const host = await activeNameNode();
    await survives(async () => {
      await cut(NAME, host);
      // The others go on alone for longer than any session's timeout.
      await new Promise((resolve) => setTimeout(resolve, 30_000));
      const before = ledger.size;
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      assert.ok(ledger.size > before, `without ${host} nothing is stored: ${ledger.refused.at(-1) ?? ""}`);
      await powerOn(NAME, host);
    }, 150);
    assert.notEqual(await activeNameNode(), host);
  });

  it("refuses to drop a data host that has not left, and names the way out", async () => {
    await assert.rejects(cluster.up({ regionServers: 3 }), (error: Error) => {
      assert.match(error.message, /^data-4 would be removed/);
      assert.match(error.message, /opentsdb:leaving/);
      return true;
    });
    await cluster.healthy(10);
  });

  it("has a data host leave, with its regions and blocks elsewhere, while writes go on", async () => {
    await survives(async () => {
      await cluster.up({ ...FOUR, leaving: ["data-4"] });
    }, 60);
    assert.deepEqual(cluster.running.outputs.left, ["data-4"]);
    const state = await cluster.on(
      "master-1",
      `curl -sf 'http://master-1:9870/jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo' | ` +
        `jq -r '.beans[0].LiveNodes | fromjson | to_entries[] | select(.key | startswith("data-4")) | .value.adminState'`,
    );
    assert.equal(state.trim(), "Decommissioned");
  });

  it("keeps a host out that left, when its region server is started again", async () => {
    await cluster.on("data-4", "systemctl start regionserver || true");
    const state = await cluster.on("data-4", "systemctl is-active regionserver || true");
    assert.equal(state.trim(), "inactive");
  });

  it("drops the host that left, with every point still served", async () => {
    await survives(async () => {
      await cluster.up({ regionServers: 3 });
    }, 60);
    assert.ok(!cluster.running.outputs.hosts.some(({ name }) => name === "data-4"));
    assert.deepEqual(cluster.running.outputs.left, []);
    await cluster.smoke();
  });

  it("leaves nothing behind", async () => {
    await cluster.down();
  });
});
