import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { RoleDefinition } from "../../../components/hosts/role";
import { hbaseClientFiles } from "../../../components/storage/hbase/configuration";
import { hbaseMasterRole, regionserverRole } from "../../../components/storage/hbase/role";
import { datanodeRole, journalnodeRole, namenodeRole, zkfcRole } from "../../../components/storage/hdfs/role";
import { zookeeperRole } from "../../../components/storage/zookeeper/role";
import { ha, member, single } from "./clusters";

const SNAPSHOTS = join(__dirname, "snapshots");

const tools = {
  name: "tools",
  version: "1",
  hash: "ba9876543210",
  path: "/opt/opentsdb-platform/software/tools-ba9876543210",
};

const archives = {
  name: "cds",
  version: "1",
  hash: "00112233aabb",
  path: "/opt/opentsdb-platform/software/cds-00112233aabb",
};

function asText(role: Pick<RoleDefinition, "files"> & Partial<RoleDefinition>): string {
  const settings = Object.entries(role.settings ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}\n`);
  const files = role.files.map(
    (file) => `==> ${file.path} ${file.mode ?? "0644"} ${file.owner ?? "root:root"}\n${file.content}\n`,
  );
  const facts = { units: role.units, mounts: role.mounts, ports: role.ports, stateful: role.stateful };
  return `${JSON.stringify(facts)}\n${settings.join("")}\n${files.join("")}`;
}

/** Compares byte by byte; `UPDATE_SNAPSHOTS=1` rewrites. */
function assertSnapshot(name: string, text: string): void {
  const path = join(SNAPSHOTS, `${name}.txt`);
  if (process.env["UPDATE_SNAPSHOTS"] === "1") {
    mkdirSync(SNAPSHOTS, { recursive: true });
    writeFileSync(path, text);
  }
  assert.ok(existsSync(path), `there is no snapshot ${name}; UPDATE_SNAPSHOTS=1 makes it`);
  assert.equal(text, readFileSync(path, "utf8"));
}

/** The value of a property in a role's file. */
function property(role: RoleDefinition, file: string, name: string): string | undefined {
  const content = role.files.find((candidate) => candidate.path.endsWith(`/${file}`))?.content ?? "";
  return new RegExp(`<name>${name.replaceAll(".", "\\.")}</name><value>([^<]*)</value>`).exec(content)?.[1];
}

describe("rendered storage roles", () => {
  const roles: Record<string, () => RoleDefinition> = {
    "single-zookeeper": () => zookeeperRole(member(single, "master-1", 64)),
    "single-namenode": () => namenodeRole(member(single, "master-1", 128)),
    "single-datanode": () => datanodeRole(member(single, "data-1", 96)),
    "single-hbase-master": () => hbaseMasterRole(member(single, "master-1", 256)),
    "single-regionserver": () => regionserverRole({ ...member(single, "data-2", 512), tools }),
    "ha-zookeeper": () => zookeeperRole(member(ha, "master-3", 128)),
    "ha-journalnode": () => journalnodeRole(member(ha, "master-3", 128)),
    "ha-namenode": () => namenodeRole({ ...member(ha, "master-2", 4096), archives }),
    "ha-zkfc": () => zkfcRole(member(ha, "master-2", 64)),
    "ha-datanode": () => datanodeRole(member(ha, "data-4", 1024)),
    "ha-hbase-master": () => hbaseMasterRole(member(ha, "master-2", 1024)),
    "ha-regionserver": () => regionserverRole({ ...member(ha, "data-4", 16384), tools }),
  };
  for (const [name, make] of Object.entries(roles)) {
    it(`${name} is what its snapshot says`, () => assertSnapshot(name, asText(make())));
  }
  it("the client files are what their snapshot says", () =>
    assertSnapshot("ha-client", asText({ files: hbaseClientFiles(ha) })));
});

describe("storage roles", () => {
  it("bind to their own host's name", () => {
    const namenode = namenodeRole(member(single, "master-1", 128));
    assert.equal(property(namenode, "hdfs-site.xml", "dfs.namenode.rpc-address"), "master-1:8020");
    assert.equal(property(namenode, "hdfs-site.xml", "dfs.namenode.http-address"), "master-1:9870");
    const regionserver = regionserverRole({ ...member(single, "data-2", 512), tools });
    assert.equal(property(regionserver, "hbase-site.xml", "hbase.regionserver.ipc.address"), "data-2");
    assert.equal(property(regionserver, "hbase-site.xml", "hbase.regionserver.info.bindAddress"), "data-2");
    for (const role of [namenode, regionserver]) {
      assert.ok(role.files.every((file) => !file.content.includes("0.0.0.0")));
    }
  });

  it("never wait for all region servers, so that a dead one blocks no failover", () => {
    const master = hbaseMasterRole(member(ha, "master-1", 256));
    assert.equal(property(master, "hbase-site.xml", "hbase.master.wait.on.regionservers.mintostart"), "1");
  });

  it("give no data node up in a pipeline that has none to spare", () => {
    const policy = "dfs.client.block.write.replace-datanode-on-failure.policy";
    const few = hbaseMasterRole(member(single, "master-1", 256));
    assert.equal(property(few, "hdfs-site.xml", policy), "NEVER");
    const many = hbaseMasterRole(member(ha, "master-1", 256));
    assert.equal(property(many, "hdfs-site.xml", policy), "DEFAULT");
  });

  it("acknowledge a write when it is on disk only where the environment says so", () => {
    const role = (cluster: typeof ha) => regionserverRole({ ...member(cluster, "data-1", 512), tools });
    assert.equal(property(role(ha), "hbase-site.xml", "hbase.wal.hsync"), "true");
    assert.equal(property(role(single), "hbase-site.xml", "hbase.wal.hsync"), "false");
  });

  it("spread copies over racks only where there is more than one failure domain", () => {
    const spread = namenodeRole(member(ha, "master-1", 128));
    const table = spread.files.find((file) => file.path === "/etc/namenode/topology.table");
    assert.match(table?.content ?? "", /^10\.77\.0\.23 \/zone-1$/m);
    const flat = namenodeRole(member(single, "master-1", 128));
    assert.ok(!flat.files.some((file) => file.path.endsWith("topology.table")));
    assert.equal(property(flat, "hdfs-site.xml", "net.topology.table.file.name"), undefined);
  });

  it("need the mount of their own volume", () => {
    const unit = namenodeRole(member(single, "master-1", 128)).files.find((file) =>
      file.path.endsWith(".service"),
    );
    assert.match(unit?.content ?? "", /^RequiresMountsFor=\/data\/namenode$/m);
    assert.deepEqual(zkfcRole(member(ha, "master-1", 64)).mounts, []);
  });

  it("start Java with the serial collector below 1 GiB of heap and with G1 from there", () => {
    const unit = (heapMiB: number) =>
      datanodeRole(member(single, "data-1", heapMiB)).files.find((file) => file.path.endsWith(".service"))
        ?.content ?? "";
    assert.match(unit(1023), /-XX:\+UseSerialGC/);
    assert.match(unit(1024), /-Xms1024m -XX:\+UseG1GC/);
  });

  it("name only the host that is no member, and those that are", () => {
    assert.throws(
      () => namenodeRole(member(single, "data-1", 128)),
      /host "data-1" is no name node; known: master-1/,
    );
  });

  it("have no failover controller beside a single name node", () => {
    assert.throws(() => zkfcRole(member(single, "master-1", 64)), /no second name node/);
  });
});
