import assert from "node:assert/strict";

import fc from "fast-check";

import { footprintMiB, heaps, LARGEST_HEAP_MIB, SYSTEM_RESERVE_MIB } from "../../../components/hosts/memory";
import { STORAGE_JVMS, storageHeaps, StorageRole } from "../../../components/storage/heap";

const ALL = Object.keys(STORAGE_JVMS) as StorageRole[];

/** Groups of roles as they run together on hosts, and any others whose shares fit. */
const groups = fc
  .subarray(ALL, { minLength: 1 })
  .filter((roles) => roles.reduce((sum, role) => sum + STORAGE_JVMS[role].share, 0) * 1.15 <= 1);
const memory = fc.integer({ min: 256, max: 512 * 1024 });

function leastFor(roles: readonly StorageRole[]): number {
  return roles.reduce(
    (sum, role) => sum + footprintMiB(STORAGE_JVMS[role], STORAGE_JVMS[role].floorMiB),
    SYSTEM_RESERVE_MIB,
  );
}

describe("heaps", () => {
  it("fit into the host with what the JVMs need beside them, and keep floors and caps", () => {
    fc.assert(
      fc.property(groups, memory, (roles, memoryMiB) => {
        fc.pre(memoryMiB >= leastFor(roles));
        const result = storageHeaps({ name: "h", memoryMiB }, roles);
        let sum = SYSTEM_RESERVE_MIB;
        for (const role of roles) {
          const need = STORAGE_JVMS[role];
          assert.ok(result[role] >= need.floorMiB);
          assert.ok(result[role] <= Math.min(LARGEST_HEAP_MIB, need.capMiB ?? LARGEST_HEAP_MIB));
          sum += footprintMiB(need, result[role]);
        }
        assert.ok(sum <= memoryMiB + roles.length, `${sum} of ${memoryMiB}`);
      }),
    );
  });

  it("never shrink when the host grows", () => {
    fc.assert(
      fc.property(groups, memory, memory, (roles, a, b) => {
        const [small, large] = a < b ? [a, b] : [b, a];
        fc.pre(small >= leastFor(roles));
        const before = storageHeaps({ name: "h", memoryMiB: small }, roles);
        const after = storageHeaps({ name: "h", memoryMiB: large }, roles);
        assert.ok(roles.every((role) => after[role] >= before[role]));
      }),
    );
  });

  it("are refused on a host too small for the floors, naming it and the least that would do", () => {
    fc.assert(
      fc.property(groups, fc.integer({ min: 1, max: 256 }), (roles, missing) => {
        const least = leastFor(roles);
        const memoryMiB = least - missing;
        assert.throws(
          () => storageHeaps({ name: "tiny-1", memoryMiB }, roles),
          new RegExp(`tiny-1 has ${memoryMiB} MiB.*at least ${least} MiB`),
        );
      }),
    );
  });

  it("are the floors on the hosts of the local environment", () => {
    assert.deepEqual(
      storageHeaps({ name: "m", memoryMiB: 1536 }, ["zookeeper", "namenode", "hbase-master"]),
      {
        zookeeper: 64,
        namenode: 128,
        "hbase-master": 256,
      },
    );
    assert.deepEqual(storageHeaps({ name: "d", memoryMiB: 1536 }, ["datanode", "regionserver"]), {
      datanode: 96,
      regionserver: 512,
    });
    const all = storageHeaps({ name: "m", memoryMiB: 1536 }, [
      "zookeeper",
      "journalnode",
      "namenode",
      "zkfc",
      "hbase-master",
    ]);
    assert.equal(all.journalnode, 96);
  });

  it("give a region server of 64 GiB the largest heap with compressed pointers", () => {
    const result = storageHeaps({ name: "d", memoryMiB: 64 * 1024 }, ["datanode", "regionserver"]);
    assert.equal(result.regionserver, 31 * 1024);
  });

  it("are refused when shares add up to more than a host", () => {
    const need = { floorMiB: 10, overheadMiB: 10, share: 0.6 };
    assert.throws(() => heaps({ name: "h", memoryMiB: 4096 }, { a: need, b: need }), /shares of a, b/);
  });
});
