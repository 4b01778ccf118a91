/** What one JVM asks of its host's memory, in MiB. */
export interface JvmNeed {
  /** Heap below which the service does not work well; given on every host. */
  floorMiB: number;
  /** Memory beside the heap (metaspace, threads, code, direct buffers) at the floor, as measured under load. */
  overheadMiB: number;
  /** Part of the memory beyond {@link SHARED_FROM_MIB} that becomes heap, 0–1. */
  share: number;
  /** Heap that is never exceeded. Default: {@link LARGEST_HEAP_MIB}. */
  capMiB?: number;
}

/** Above 31 GiB a JVM loses compressed object pointers, and a larger heap holds less. */
export const LARGEST_HEAP_MIB = 31 * 1024;

/** Kept for the kernel, systemd, sshd, the metrics agent and a minimum of page cache. */
export const SYSTEM_RESERVE_MIB = 256;

/** Up to this size of host every JVM has its floor and the rest is page cache; memory beyond is divided by shares. */
export const SHARED_FROM_MIB = 2048;

/** Memory beside the heap grows with it: collector bookkeeping and direct buffers. */
const OVERHEAD_GROWTH = 0.15;

/** Memory that a JVM with this heap is expected to take in all, in MiB. */
export function footprintMiB(need: JvmNeed, heapMiB: number): number {
  return heapMiB + need.overheadMiB + Math.ceil((heapMiB - need.floorMiB) * OVERHEAD_GROWTH);
}

/**
 * Divides a host's memory among the JVMs that run on it, in MiB of heap by name.
 * Each gets its floor; what lies beyond {@link SHARED_FROM_MIB} is divided by shares.
 *
 * @throws when the floors do not fit, naming the host, its memory and the least that would do
 */
export function heaps<Name extends string>(
  host: { name: string; memoryMiB: number },
  needs: Readonly<Record<Name, JvmNeed>>,
): Record<Name, number> {
  const names = Object.keys(needs) as Name[];
  const floors = names.reduce((sum, name) => sum + footprintMiB(needs[name], needs[name].floorMiB), 0);
  const least = floors + SYSTEM_RESERVE_MIB;
  if (host.memoryMiB < least) {
    throw new Error(
      `host ${host.name} has ${host.memoryMiB} MiB of memory; ${names.join(", ")} need at least ${least} MiB together`,
    );
  }
  const shares = names.reduce((sum, name) => sum + needs[name].share, 0);
  if (shares * (1 + OVERHEAD_GROWTH) > 1) {
    throw new Error(`the shares of ${names.join(", ")} add up to ${shares}, more than a host has`);
  }
  const beyond = Math.max(0, host.memoryMiB - Math.max(SHARED_FROM_MIB, least));
  const result = {} as Record<Name, number>;
  for (const name of names) {
    const need = needs[name];
    result[name] = Math.min(
      need.capMiB ?? LARGEST_HEAP_MIB,
      LARGEST_HEAP_MIB,
      need.floorMiB + Math.floor(need.share * beyond),
    );
  }
  return result;
}
