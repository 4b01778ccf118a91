import assert from "node:assert/strict";

import { memcachedRole } from "../../../components/cache/role";
import { RoleDefinition } from "../../../components/hosts/role";
import { endpointsFor } from "../../../components/sites/aws/network/endpoints";
import { FLOWS } from "../../../components/sites/aws/security/flows";
import {
  checkSources,
  flowOf,
  GroupPlan,
  PortRule,
  ruleName,
  SecurityArgs,
  securityRules,
} from "../../../components/sites/aws/security/ports";
import { STORAGE_PORTS } from "../../../components/storage/cluster";
import { hbaseMasterRole, regionserverRole } from "../../../components/storage/hbase/role";
import { datanodeRole, journalnodeRole, namenodeRole, zkfcRole } from "../../../components/storage/hdfs/role";
import { zookeeperRole } from "../../../components/storage/zookeeper/role";
import { tsdRole } from "../../../components/tsd/role";
import { ha, member } from "../storage/clusters";

const master = member(ha, "master-1", 512);
const data = member(ha, "data-1", 512);
const { software } = master;

const storageOnMasters = [zookeeperRole, journalnodeRole, namenodeRole, zkfcRole, hbaseMasterRole].map(
  (role) => role(master),
);
const storageOnData = [datanodeRole(data), regionserverRole({ ...data, tools: software })];
const tsd = tsdRole({
  zookeepers: ["master-1"],
  saltBuckets: 4,
  memoryMiB: 1024,
  software: { tsd: software, tools: software, hbase: software },
  hbaseClientFiles: [],
});
const memcached = memcachedRole({ address: "10.20.32.48", memoryMiB: 512 });

const everyRole: RoleDefinition[] = [...storageOnMasters, ...storageOnData, tsd, memcached];

const groups: GroupPlan[] = [
  { name: "master", kind: "machines", roles: storageOnMasters },
  { name: "data", kind: "machines", roles: storageOnData },
  { name: "tsd", kind: "machines", roles: [tsd] },
  { name: "collector", kind: "machines", roles: [{ name: "collector", ports: {} }] },
  { name: "cache", kind: "service", roles: [memcached] },
];

const args: SecurityArgs = {
  groups,
  access: { kind: "bastion", adminCidrs: ["198.51.100.7/32"] },
  listenerPorts: [4242],
  clientCidrs: ["10.20.0.0/16"],
  endpoints: endpointsFor(new Set(["artifacts", "launchHooks"] as const)),
};

function lines(rules: readonly PortRule[], group: string, direction: string): string[] {
  return rules
    .filter((rule) => rule.group === group && rule.direction === direction)
    .map(({ port, peer }) =>
      peer.kind === "group"
        ? `${port} ${peer.group}`
        : `${port} ${peer.kind === "cidr" ? peer.cidr : peer.service}`,
    )
    .sort();
}

describe("security-group rules", () => {
  const rules = securityRules(args);

  it("know every port that a role declares, and no port that it does not", () => {
    for (const role of everyRole) {
      for (const purpose of Object.keys(role.ports)) {
        assert.ok(flowOf(role, purpose).reason.length > 0);
      }
    }
    const declared = everyRole.flatMap(({ name, ports }) => Object.keys(ports).map((p) => `${name} ${p}`));
    const flows = FLOWS.filter(({ declared: is }) => is !== false).map(
      ({ role, purpose }) => `${role} ${purpose}`,
    );
    assert.deepEqual([...flows].sort(), [...declared].sort());
  });

  it("know every port of the storage, and every caller by a role that exists", () => {
    const ports = FLOWS.map(({ port }) => port);
    for (const port of Object.values(STORAGE_PORTS)) {
      assert.ok(ports.includes(port), `no flow for ${port}`);
    }
    const names = new Set([...everyRole.map(({ name }) => name), "balancer"]);
    for (const { from, role, purpose } of FLOWS) {
      for (const caller of from) {
        assert.ok(names.has(caller), `${role} ${purpose} is called by an unknown role ${caller}`);
      }
    }
  });

  it("refuse a declared port that nobody has thought about, saying where to do so", () => {
    const collector = { name: "collector", ports: { graphite: 2003 } };
    const withGraphite: GroupPlan[] = [{ name: "collector", kind: "machines", roles: [collector] }];
    assert.throws(
      () => securityRules({ ...args, groups: withGraphite }),
      /role collector serves port 2003 for "graphite", but no flow names it; say in FLOWS/,
    );
    assert.throws(() => flowOf({ name: "tsd", ports: { tsd: 4243 } }, "tsd"), /but the flow names 4242/);
  });

  it("open nothing to the world, and no port of a role to any address at all", () => {
    const cidrs = rules.flatMap(({ group, peer }) => (peer.kind === "cidr" ? [`${group} ${peer.cidr}`] : []));
    assert.deepEqual(cidrs.sort(), ["balancer 10.20.0.0/16", "bastion 198.51.100.7/32"]);
  });

  it("let a TSD be reached by the balancer, the awaiting master and the bastion only", () => {
    assert.deepEqual(lines(rules, "tsd", "ingress"), ["22 bastion", "4242 balancer", "4242 master"]);
  });

  it("let Memcached be reached by TSDs only, and give a service neither SSH nor a way out", () => {
    assert.deepEqual(lines(rules, "cache", "ingress"), ["11211 tsd"]);
    assert.deepEqual(lines(rules, "cache", "egress"), []);
  });

  it("let a TSD out to storage, cache, the balancer and the endpoints only", () => {
    assert.deepEqual(lines(rules, "tsd", "egress"), [
      "11211 cache",
      "16000 master",
      "16020 data",
      "2181 master",
      "4242 balancer",
      "443 endpoints",
      "443 s3",
    ]);
  });

  it("stand on both sides of every connection between groups", () => {
    const sides = new Map(rules.map((rule) => [ruleName(rule), rule]));
    for (const { group, direction, port, peer } of rules) {
      if (peer.kind === "group") {
        const other = direction === "ingress" ? "egress" : "ingress";
        assert.ok(sides.has(`${peer.group}-${other}-${port}-${group}`), `${group} ${port} ${peer.group}`);
      }
    }
  });

  it("have names of their own", () => {
    assert.equal(new Set(rules.map(ruleName)).size, rules.length);
  });

  it("open no SSH port for a tunnel, and the machines' own for direct access", () => {
    const tunnel = securityRules({ ...args, access: { kind: "tunnel" } });
    assert.ok(tunnel.every(({ port, group }) => port !== 22 && group !== "bastion"));
    const direct = securityRules({ ...args, access: { kind: "direct", adminCidrs: ["10.9.0.0/24"] } });
    assert.ok(lines(direct, "data", "ingress").includes("22 10.9.0.0/24"));
    assert.ok(!lines(direct, "cache", "ingress").includes("22 10.9.0.0/24"));
  });

  it("refuse an empty list of operators' networks", () => {
    assert.throws(
      () => securityRules({ ...args, access: { kind: "bastion", adminCidrs: [] } }),
      /adminCidrs is empty; with access by bastion/,
    );
  });

  it("refuse networks that are open to the world, in halves too", () => {
    for (const cidr of ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "52.0.0.0/8"]) {
      assert.throws(
        () => checkSources("adminCidrs", [cidr]),
        new RegExp(`adminCidrs names "${cidr}", which`),
      );
    }
    for (const text of ["::/0", "198.51.100.7", "198.51.100.7/24"]) {
      assert.throws(() => checkSources("clientCidrs", [text]), /must be an IPv4 network/);
    }
    checkSources("adminCidrs", ["10.0.0.0/8", "198.51.100.0/24", "203.0.113.5/32"]);
  });

  it("refuse more rules in a group than AWS takes", () => {
    const clientCidrs = Array.from({ length: 61 }, (_, index) => `10.9.${index}.0/24`);
    assert.throws(
      () => securityRules({ ...args, clientCidrs }),
      /balancer would have \d+ ingress rules; AWS/,
    );
  });

  it("refuse a group of roles under the name of the platform's own", () => {
    const taken: GroupPlan[] = [{ name: "bastion", kind: "machines", roles: [] }];
    assert.throws(() => securityRules({ ...args, groups: taken }), /named "bastion"/);
  });
});
