import * as fc from "fast-check";

/** Settings that shape an environment, within their limits. */
export const topologySettings = fc.record({
  topology: fc.constantFrom("basic" as const, "ha" as const),
  regionServers: fc.integer({ min: 3, max: 30 }),
  masterMemory: fc.constant(1536),
  regionServerMemory: fc.constant(1536),
  cacheMemory: fc.constant(256),
  collectorMemory: fc.constant(256),
  zookeeperVolume: fc.constant(512),
  namenodeVolume: fc.constant(512),
  journalVolume: fc.constant(512),
  dataVolume: fc.constant(4096),
});
