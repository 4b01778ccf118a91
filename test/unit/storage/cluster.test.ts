import assert from "node:assert/strict";

import fc from "fast-check";

import { blockSizeMiB, checkCluster, replicationOf } from "../../../components/storage/cluster";
import { serviceUnit } from "../../../components/storage/unit";
import { configurationXml } from "../../../components/storage/xml";
import { zookeeperConfiguration, zookeeperId } from "../../../components/storage/zookeeper/role";
import { ha, hosts, single } from "./clusters";

describe("the shape of a storage cluster", () => {
  it("is accepted single and highly available", () => {
    checkCluster(single);
    checkCluster(ha);
  });

  const wrong: [string, Partial<typeof ha>, RegExp][] = [
    ["an even number of ZooKeepers", { zookeepers: hosts("m", 2, 10, 1) }, /zookeepers has 2 hosts.*odd/],
    ["three name nodes", { nameNodes: hosts("m", 3, 10, 1) }, /nameNodes has 3 hosts; allowed is one or two/],
    [
      "two name nodes without journal nodes",
      { journalNodes: [] },
      /journalNodes has 0 hosts.*at least three/,
    ],
    ["no data host", { dataHosts: [] }, /dataHosts has 0 hosts/],
    ["an environment that HDFS cannot name", { environment: "a b" }, /environment "a b"/],
    ["no copy at all", { replication: 0 }, /replication is 0/],
  ];
  for (const [what, change, message] of wrong) {
    it(`is refused with ${what}`, () => assert.throws(() => checkCluster({ ...ha, ...change }), message));
  }

  it("keeps three copies, or one on each data host where there are fewer", () => {
    assert.equal(replicationOf(single), 2);
    assert.equal(replicationOf(ha), 3);
    assert.equal(replicationOf({ ...ha, replication: 2 }), 2);
  });

  it("has blocks of which a volume holds many, none larger than HDFS' own", () => {
    fc.assert(
      fc.property(fc.integer({ min: 256, max: 10_000_000 }), (volume) => {
        const block = blockSizeMiB(volume);
        assert.ok(Number.isInteger(Math.log2(block)));
        assert.ok(block >= 8 && block <= 128);
        assert.ok(block === 8 || volume / block >= 128);
      }),
    );
    assert.equal(blockSizeMiB(undefined), 128);
  });
});

describe("ZooKeeper's configuration", () => {
  it("gives every member the same peers and its place as its id", () => {
    const peers = (host: string) =>
      zookeeperConfiguration(ha, host)
        .split("\n")
        .filter((line) => line.startsWith("server."));
    assert.deepEqual(peers("master-1"), peers("master-3"));
    assert.equal(peers("master-1")[2], "server.3=master-3:2888:3888");
    assert.equal(zookeeperId(ha, "master-3"), 3);
  });

  it("has no peers when it is alone", () => {
    assert.doesNotMatch(zookeeperConfiguration(single, "master-1"), /^server\./m);
  });
});

describe("a Hadoop configuration file", () => {
  it("carries any text unchanged through an XML reader", () => {
    const unescape = (text: string) =>
      text
        .replaceAll("&lt;", "<")
        .replaceAll("&gt;", ">")
        .replaceAll("&quot;", '"')
        .replaceAll("&apos;", "'")
        .replaceAll("&amp;", "&");
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...`ab<>&"'/ {}$%é`) }), (value) => {
        const [, read] = /<value>([^<>]*)<\/value>/.exec(configurationXml({ name: value })) ?? [];
        assert.equal(unescape(read ?? "none"), value);
      }),
    );
  });

  it("refuses a character that XML cannot carry", () => {
    assert.throws(() => configurationXml({ name: "a\u0000b" }), /cannot carry/);
  });

  it("is the same whatever the order of its properties", () => {
    assert.equal(configurationXml({ b: 1, a: true }), configurationXml({ a: true, b: 1 }));
  });
});

describe("a unit's command line", () => {
  it("keeps words that systemd would split or expand", () => {
    const unit = serviceUnit({
      role: "zookeeper",
      description: "x",
      user: "x",
      command: ["/usr/bin/java", "-Da=$HOME %n", "/lib/*"],
      mounts: [],
      stopsBefore: [],
      stopSeconds: 1,
    });
    assert.match(unit, /^ExecStart=\/usr\/bin\/java "-Da=\$\$HOME %%n" \/lib\/\*$/m);
  });
});
