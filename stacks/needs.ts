import { planHosts, TopologySettings } from "./topology";

/**
 * Part of the hosts' declared memory that is really taken at the peak: heaps are limits, page caches are shared.
 * The default topology declares 6.4 GiB and peaks below 5 GiB.
 */
const MEMORY_SHARE = 0.8;

/**
 * Disk that a new environment takes soon after its start, in MiB per host: root disks and volumes are sparse, and a
 * fresh one holds configuration, logs and the first write-ahead logs.
 */
const DISK_PER_HOST_MIB = 512;

/** What a machine must have free before a local environment is made on it, in MiB. */
export function localNeeds(settings: TopologySettings & { tsds: number; tsdMemory: number }): {
  memoryMiB: number;
  diskMiB: number;
} {
  const hosts = planHosts(settings);
  const declared = hosts.reduce((sum, host) => sum + host.memoryMiB, 0) + settings.tsds * settings.tsdMemory;
  return {
    memoryMiB: Math.ceil(declared * MEMORY_SHARE),
    diskMiB: (hosts.length + settings.tsds) * DISK_PER_HOST_MIB,
  };
}
