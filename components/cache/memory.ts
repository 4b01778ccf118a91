/** Kept for the kernel, systemd, sshd and the metrics agent, which take little on a host that only caches. */
const RESERVE_MIB = 128;

/** Hash table, connections and slab waste, as a part of the items' memory. */
const OVERHEAD = 0.1;

/** Memory for items below which a cache of large answers is no use, in MiB. */
export const SMALLEST_CACHE_MIB = 64;

/**
 * Memory for cached items on a host, in MiB.
 *
 * @throws when the host is too small, naming its memory and the least that would do
 */
export function cacheMiB(memoryMiB: number): number {
  const items = Math.floor((memoryMiB - RESERVE_MIB) / (1 + OVERHEAD));
  if (items < SMALLEST_CACHE_MIB) {
    const least = RESERVE_MIB + Math.ceil(SMALLEST_CACHE_MIB * (1 + OVERHEAD));
    throw new Error(`a cache host has ${memoryMiB} MiB of memory; it needs at least ${least} MiB`);
  }
  return items;
}
