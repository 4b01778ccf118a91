import { LARGEST_HEAP_MIB, SYSTEM_RESERVE_MIB } from "../hosts/memory";

/** Heap below which a TSD does not work well, in MiB. */
export const SMALLEST_TSD_HEAP_MIB = 128;

/** Metaspace, code, threads and network buffers of a TSD as measured under load, in MiB. */
const FIXED_OVERHEAD_MIB = 96;

/** Memory beside the heap that grows with it, as a part of it. */
const OVERHEAD_GROWTH = 0.15;

/** Data points that one query may read from one salt bucket, per MiB of heap. */
const QUERY_POINTS_PER_HEAP_MIB = 5_000;

/** From this size on the pauses of a serial collector are longer than G1's cost. */
const G1_FROM_MIB = 1024;

/**
 * Heap of a TSD, in MiB: all that is left of its host's memory, since a TSD keeps nothing on disk that a page cache
 * could help with.
 *
 * @param besideMiB memory that other services of the host take. Default: 0
 * @throws when the host is too small, naming its memory and the least that would do
 */
export function tsdHeapMiB(memoryMiB: number, besideMiB = 0): number {
  const beside = SYSTEM_RESERVE_MIB + FIXED_OVERHEAD_MIB + besideMiB;
  const heap = Math.floor((memoryMiB - beside) / (1 + OVERHEAD_GROWTH));
  if (heap < SMALLEST_TSD_HEAP_MIB) {
    const least = beside + Math.ceil(SMALLEST_TSD_HEAP_MIB * (1 + OVERHEAD_GROWTH));
    throw new Error(`a TSD host has ${memoryMiB} MiB of memory; it needs at least ${least} MiB`);
  }
  return Math.min(heap, LARGEST_HEAP_MIB);
}

/** Data points that one query may read from one salt bucket before the TSD refuses it with 413. */
export function queryPointLimit(heapMiB: number): number {
  return heapMiB * QUERY_POINTS_PER_HEAP_MIB;
}

/** Flags of the TSD's JVM. It ends on an exhausted heap, so that systemd starts it again, instead of lingering. */
export function tsdJvmFlags(heapMiB: number): string[] {
  return [
    `-Xms${Math.min(heapMiB, 64)}m`,
    `-Xmx${heapMiB}m`,
    heapMiB < G1_FROM_MIB ? "-XX:+UseSerialGC" : "-XX:+UseG1GC",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-UsePerfData",
  ];
}
