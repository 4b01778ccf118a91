import * as assert from "node:assert/strict";

import * as fc from "fast-check";

import { HostRole, planHosts } from "../../../stacks/topology";
import { topologySettings } from "./topology-settings";

const HA_COUNTS: Partial<Record<HostRole, number>> = {
  zookeeper: 3,
  journalnode: 3,
  namenode: 2,
  zkfc: 2,
  "hbase-master": 2,
};
const BASIC_COUNTS: Partial<Record<HostRole, number>> = {
  zookeeper: 1,
  journalnode: 0,
  namenode: 1,
  zkfc: 0,
  "hbase-master": 1,
};

describe("the hosts of an environment", () => {
  it("carry each role as often as the topology wants it", () => {
    fc.assert(
      fc.property(topologySettings, (settings) => {
        const roles = planHosts(settings).flatMap((host) => host.roles);
        const count = (role: HostRole): number => roles.filter((each) => each === role).length;
        for (const [role, expected] of Object.entries(
          settings.topology === "ha" ? HA_COUNTS : BASIC_COUNTS,
        )) {
          assert.equal(count(role as HostRole), expected, role);
        }
        assert.equal(count("regionserver"), settings.regionServers);
        assert.equal(count("datanode"), settings.regionServers);
      }),
    );
  });

  it("give every role that keeps data a volume, and spread quorum and data over failure domains", () => {
    fc.assert(
      fc.property(topologySettings, (settings) => {
        const hosts = planHosts(settings);
        const volumeOf: Partial<Record<HostRole, string>> = {
          zookeeper: "zookeeper",
          journalnode: "journalnode",
          namenode: "namenode",
          datanode: "datanode",
        };
        for (const host of hosts) {
          for (const role of host.roles) {
            const volume = volumeOf[role];
            assert.ok(volume === undefined || (host.volumes[volume] ?? 0) > 0, `${host.name} ${role}`);
          }
        }
        if (settings.topology === "ha") {
          const domains = (role: HostRole): number =>
            new Set(hosts.filter((host) => host.roles.includes(role)).map((host) => host.failureDomainIndex))
              .size;
          assert.equal(domains("zookeeper"), 3);
          assert.equal(domains("datanode"), 3);
        }
      }),
    );
  });
});
