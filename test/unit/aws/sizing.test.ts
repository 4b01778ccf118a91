import assert from "node:assert/strict";

import fc from "fast-check";

import {
  alternatives,
  INSTANCE_TYPES,
  instanceType,
  usableMiB,
} from "../../../components/sites/aws/instance-types";
import {
  findMisfits,
  fittingTypes,
  GP3,
  gp3Faults,
  gp3For,
  handlersFor,
  heapsOn,
  regionPlan,
  regionsPerServer,
  saltBucketsFor,
  sizeHost,
  SizedRole,
  unfitness,
} from "../../../components/sites/aws/sizing";
import { footprintMiB, SYSTEM_RESERVE_MIB } from "../../../components/hosts/memory";
import { STORAGE_JVMS, StorageRole } from "../../../components/storage/heap";

const DATA: readonly StorageRole[] = ["datanode", "regionserver"];
const MASTER: readonly StorageRole[] = ["zookeeper", "journalnode", "namenode", "zkfc", "hbase-master"];

const types = fc.constantFrom(...INSTANCE_TYPES);
const roleSets = fc.constantFrom<readonly SizedRole[]>(DATA, MASTER, ["tsd"], ["memcached"]);

describe("instance types", () => {
  it("are known by name, and an unknown one is refused with those that are", () => {
    assert.equal(instanceType("m7i.large").memoryMiB, 8192);
    assert.throws(() => instanceType("m5.large"), /"m5.large" is not known here; known are t3.micro, /);
  });

  it("give their system less memory than they are sold with", () => {
    fc.assert(
      fc.property(types, (type) => {
        assert.ok(usableMiB(type) < type.memoryMiB && usableMiB(type) > 0.8 * type.memoryMiB, type.name);
      }),
    );
  });

  it("are replaced in a fleet only by those that change neither heap nor architecture", () => {
    fc.assert(
      fc.property(types, (type) => {
        for (const other of alternatives(type)) {
          assert.equal(other.architecture, type.architecture);
          assert.equal(usableMiB(other), usableMiB(type));
          assert.ok(other.vcpus >= type.vcpus);
        }
      }),
    );
    const names = alternatives(instanceType("m7i.large")).map(({ name }) => name);
    assert.deepEqual(names, ["m7i.large", "c6i.xlarge", "c7i.xlarge", "m6i.large"]);
  });
});

describe("roles on an instance", () => {
  it("never take more memory than the instance has", () => {
    fc.assert(
      fc.property(types, fc.constantFrom(DATA, MASTER), (type, roles) => {
        if (unfitness(type, roles) !== undefined) {
          return;
        }
        const heaps = heapsOn(type, roles);
        const taken = roles.reduce(
          (sum, role) => sum + footprintMiB(STORAGE_JVMS[role], heaps[role] ?? 0),
          0,
        );
        assert.ok(taken + SYSTEM_RESERVE_MIB <= usableMiB(type), `${type.name}: ${taken} MiB`);
      }),
    );
  });

  it("have no smaller heap on a type with more memory", () => {
    fc.assert(
      fc.property(types, types, roleSets, (a, b, roles) => {
        const [small, large] = a.memoryMiB <= b.memoryMiB ? [a, b] : [b, a];
        if (unfitness(small, roles) !== undefined) {
          return;
        }
        const [less, more] = [heapsOn(small, roles), heapsOn(large, roles)];
        for (const role of roles) {
          assert.ok((less[role] ?? 0) <= (more[role] ?? 0), `${role} on ${small.name} and ${large.name}`);
        }
      }),
    );
  });

  it("fit on the types that are named as fitting, and on no other of that architecture", () => {
    fc.assert(
      fc.property(fc.constantFrom("x86_64" as const, "arm64" as const), roleSets, (architecture, roles) => {
        const fitting = new Set(fittingTypes(architecture, roles).map(({ name }) => name));
        assert.ok(fitting.size > 0);
        for (const type of INSTANCE_TYPES) {
          const fits = type.architecture === architecture && unfitness(type, roles) === undefined;
          assert.equal(fitting.has(type.name), fits, type.name);
        }
      }),
    );
    assert.equal(fittingTypes("x86_64", MASTER)[0]?.name, "t3.small");
  });

  it("have the heaps that their host's sizing says", () => {
    const { memoryMiB, heaps, type } = sizeHost("r7i.xlarge", DATA);
    assert.equal(memoryMiB, usableMiB(type));
    assert.ok((heaps.regionserver ?? 0) > 14_000 && (heaps.regionserver ?? 0) < 18_000);
    assert.throws(() => sizeHost("t3.micro", DATA), /t3.micro has \d+ MiB of memory; datanode, regionserver/);
  });

  it("keep a TSD and a cache to a host of their own", () => {
    assert.throws(() => heapsOn(instanceType("m7i.large"), ["tsd", "zookeeper"]), /it has a host of its own/);
  });
});

describe("settings of instance types", () => {
  it("are refused with the types that would do: unknown, of another architecture, too small", () => {
    const problems = findMisfits("x86_64", [
      { setting: "dataInstanceType", instanceType: "m5.large", roles: DATA },
      { setting: "masterInstanceType", instanceType: "m7g.large", roles: MASTER },
      { setting: "tsdInstanceType", instanceType: "m7i.large", roles: ["tsd"] },
      { setting: "smallInstanceType", instanceType: "t3.micro", roles: DATA },
    ]);
    assert.equal(problems.length, 3);
    assert.match(problems[0] ?? "", /^dataInstanceType is "m5.large", .* not known here; .* t3.small, /);
    assert.match(
      problems[1] ?? "",
      /^masterInstanceType is "m7g.large", which is arm64, .* is x86_64; it must/,
    );
    assert.match(problems[2] ?? "", /^smallInstanceType is "t3.micro": .* need at least \d+ MiB/);
  });
});

describe("region server handlers", () => {
  it("stay within the setting's limits and grow with processors and heap", () => {
    fc.assert(
      fc.property(
        types,
        fc.integer({ min: 128, max: 31_744 }),
        fc.integer({ min: 0, max: 4096 }),
        (type, heap, more) => {
          const handlers = handlersFor(type, heap);
          assert.ok(Number.isInteger(handlers) && handlers >= 4 && handlers <= 200);
          assert.ok(handlersFor(type, heap + more) >= handlers);
        },
      ),
    );
    assert.equal(handlersFor(instanceType("m7i.large"), 4096), 30);
    assert.equal(handlersFor(instanceType("r7i.2xlarge"), 1024), 32);
  });
});

describe("gp3 volumes", () => {
  const sizes = fc.integer({ min: 1, max: 16_384 });

  it("are as AWS allows them, for every type, size and number of volumes", () => {
    fc.assert(
      fc.property(types, sizes, fc.integer({ min: 1, max: 4 }), (type, size, volumes) => {
        assert.deepEqual(gp3Faults("v", gp3For(type, size, volumes)), []);
      }),
    );
  });

  it("pay for nothing that the instance cannot always use", () => {
    fc.assert(
      fc.property(types, sizes, (type, size) => {
        const volume = gp3For(type, size, 1);
        assert.ok(volume.iops <= Math.max(GP3.iops.included, type.ebsIops));
        assert.ok(volume.throughput <= Math.max(GP3.throughput.included, type.ebsMBps));
      }),
    );
    assert.deepEqual(gp3For(instanceType("r7i.2xlarge"), 500, 1), {
      sizeGiB: 500,
      iops: 12_000,
      throughput: 298,
    });
    assert.deepEqual(gp3For(instanceType("t3.large"), 20, 1), { sizeGiB: 20, iops: 4000, throughput: 125 });
  });

  it("are refused with what would be allowed", () => {
    const faults = gp3Faults("dataVolume", { sizeGiB: 20, iops: 12_000, throughput: 2000 });
    assert.deepEqual(faults, [
      "dataVolume has 12000 IOPS; a gp3 volume of 20 GiB has 3000 to 10000.",
      "dataVolume has 2000 MiB/s; a gp3 volume with 12000 IOPS has 125 to 1000.",
    ]);
    assert.match(
      gp3Faults("v", { sizeGiB: 0, iops: 3000, throughput: 125 })[0] ?? "",
      /0 GiB; .* 1 to 16384/,
    );
    assert.equal(gp3Faults("v", { sizeGiB: 9, iops: 3000, throughput: 800 }).length, 1);
  });
});

describe("regions", () => {
  const plans = fc.record({
    heapMiB: fc.integer({ min: 512, max: 31_744 }),
    servers: fc.integer({ min: 1, max: 40 }),
    dataVolumeGiB: fc.integer({ min: 1, max: 16_384 }),
    replication: fc.integer({ min: 1, max: 3 }),
  });

  it("are no more on full volumes than the heaps can serve, unless they have their largest size", () => {
    fc.assert(
      fc.property(plans, (args) => {
        const { regions, regionMiB, capacityMiB } = regionPlan(args);
        const most = regionsPerServer(args.heapMiB) * args.servers;
        assert.ok(regions <= most || regionMiB === 50 * 1024, `${regions} of ${most}`);
        assert.ok(regions * regionMiB >= capacityMiB);
      }),
    );
  });

  it("are as many on a server as its heap can gather flushes for, 200 at most", () => {
    assert.equal(regionsPerServer(512), 1);
    assert.equal(regionsPerServer(16_384), 51);
    assert.equal(regionsPerServer(31_744 * 4), 200);
  });

  it("start as two salt buckets for each server, within the setting's limits", () => {
    assert.deepEqual([1, 3, 4, 10, 50].map(saltBucketsFor), [2, 6, 8, 20, 20]);
  });
});
