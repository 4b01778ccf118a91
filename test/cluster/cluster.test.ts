import * as assert from "node:assert/strict";

import { cut, powerOn } from "../../components/sites/local/provider/faults";
import { removeMachine } from "../../components/sites/local/provider/machine/machine";
import { siteRemains, sweepSite } from "../../components/sites/local/provider/site/sweep";
import { obstacle } from "../hosts/test-site";
import { Ledger } from "./ledger";
import { TestCluster } from "./test-cluster";

const NAME = "test";

describe("a cluster on one machine", function () {
  this.timeout(420_000);
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
    cluster = new TestCluster(NAME);
  });

  after(async () => {
    await cluster?.dispose();
  });

  afterEach(function () {
    if (this.currentTest?.state === "failed") {
      console.log(cluster.lines.slice(-40).join("\n"));
    }
  });

  it("comes up and serves what it is sent", async () => {
    await cluster.up();
    await cluster.smoke();
    await cluster.healthy(10);
    ledger = new Ledger(cluster.endpoint, "test.ledger");
    await ledger.write();
    await ledger.check();
  });

  it("changes nothing when nothing has changed", async () => {
    const { result } = await cluster.up();
    assert.deepEqual(result.changes.done, {});
  });

  it("keeps secrets out of its state", () => {
    const state = cluster.stateText();
    assert.ok(state.includes("data-1"), "this is not the cluster's state");
    assert.ok(!state.includes("PRIVATE KEY"), "a private key stands in the state in plain");
  });

  it("takes a changed setting into use server after server, while writes and reads go on", async () => {
    ledger.start();
    await cluster.up({ regionServerHandlers: 12 });
    await ledger.stop();
    const rolled = cluster.lines.filter((line) => / roll-\S+ /.test(` ${line} `));
    assert.ok(rolled.length > 0, cluster.lines.join("\n"));
    assert.ok(
      rolled.every((line) => /roll-(regionserver|hbase-master)-/.test(line)),
      rolled.join("\n"),
    );
    for (const host of ["data-1", "data-2"]) {
      assert.match(
        await cluster.on(host, "cat /etc/regionserver/hbase-site.xml"),
        /handler.count<\/name>\s*<value>12</,
      );
    }
    await cluster.healthy(60);
    await ledger.check();
  });

  it("replaces the TSDs one by one without a failed request", async () => {
    const before = cluster.running.outputs.hosts
      .filter(({ kind }) => kind === "fleet")
      .map(({ name }) => name);
    const failures: string[] = [];
    let requests = 0;
    let ended = false;
    const asking = (async () => {
      while (!ended) {
        requests += 1;
        await fetch(`${cluster.endpoint}/api/query?start=1h-ago&m=sum:test.ledger`, {
          headers: { connection: "close" },
          signal: AbortSignal.timeout(30_000),
        }).then(
          async (answer) => {
            const text = await answer.text();
            if (!answer.ok) failures.push(`${answer.status} ${text.slice(0, 200)}`);
          },
          (error: Error) => failures.push(`${error.message} ${String(error.cause)}`),
        );
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();
    await cluster.up({ regionServerHandlers: 12, flushInterval: "60ms" });
    ended = true;
    await asking;
    const after = cluster.running.outputs.hosts
      .filter(({ kind }) => kind === "fleet")
      .map(({ name }) => name);
    assert.equal(after.length, before.length);
    assert.ok(
      after.every((name) => !before.includes(name)),
      `${before.join(" ")} became ${after.join(" ")}`,
    );
    assert.ok(requests > 20, `${requests} requests are too few to tell`);
    assert.deepEqual(failures, []);
  });

  it("loses nothing that it acknowledged when a region server's host loses power, and takes it back", async () => {
    ledger.start();
    await cut(NAME, "data-1");
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    await powerOn(NAME, "data-1");
    await cluster.healthy(120);
    await ledger.write();
    await ledger.stop();
    await ledger.check();
  });

  it("makes a host anew with its data", async () => {
    await cut(NAME, "data-2");
    await removeMachine(NAME, "data-2");
    await cluster.up({ regionServerHandlers: 12, flushInterval: "60ms" }, { refresh: true });
    await cluster.healthy(120);
    await ledger.check();
    const blocks = await cluster.on("data-2", "find /data/datanode -name 'blk_*' | wc -l");
    assert.ok(Number(blocks) > 0, "the data node's volume came back empty");
  });

  it("never formats an emptied name node, and says what to do", async () => {
    await cluster.on(
      "master-1",
      "systemctl stop hbase-master namenode && mv /data/namenode/name /data/namenode/taken",
    );
    await cut(NAME, "master-1");
    await removeMachine(NAME, "master-1");
    await assert.rejects(
      cluster.up({ regionServerHandlers: 12, flushInterval: "60ms" }, { refresh: true }),
      (error: Error) => {
        assert.match(error.message, /namenode/);
        assert.match(error.message, /master-1/);
        assert.match(error.message, /empty/);
        assert.match(error.message, /restore the volume/);
        return true;
      },
    );
    assert.equal(
      (await cluster.on("master-1", "find /data/namenode -path '*/name/current/*' | wc -l")).trim(),
      "0",
    );
    await cluster.on("master-1", "rm -rf /data/namenode/name && mv /data/namenode/taken /data/namenode/name");
    await cluster.up({ regionServerHandlers: 12, flushInterval: "60ms" });
    await cluster.healthy(180);
    await ledger.check();
    await cluster.smoke();
  });

  it("leaves nothing behind", async () => {
    await cluster.down();
  });

  it("leaves nothing behind of an update that was cut off half-way", async () => {
    await cluster.cutOff("host data-1 created");
    assert.notDeepEqual(await siteRemains(NAME), [], "it was cut off before there was anything");
    await cluster.down();
  });
});
