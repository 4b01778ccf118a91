import { heaps, JvmNeed } from "../hosts/memory";

/**
 * Roles of this folder, each one JVM, in the order in which they start on a host and in which changes roll over the
 * cluster: what others stand on comes first.
 */
export const STORAGE_ROLES = [
  "zookeeper",
  "journalnode",
  "namenode",
  "zkfc",
  "datanode",
  "hbase-master",
  "regionserver",
] as const;

/** A role of the storage. */
export type StorageRole = (typeof STORAGE_ROLES)[number];

/** Floors and overheads as measured under load (RSS less heap, rounded up). */
export const STORAGE_JVMS: Readonly<Record<StorageRole, JvmNeed>> = {
  zookeeper: { floorMiB: 64, overheadMiB: 48, share: 0.08, capMiB: 4096 },
  journalnode: { floorMiB: 96, overheadMiB: 64, share: 0.04, capMiB: 2048 },
  namenode: { floorMiB: 128, overheadMiB: 96, share: 0.35 },
  zkfc: { floorMiB: 64, overheadMiB: 48, share: 0.01, capMiB: 256 },
  "hbase-master": { floorMiB: 256, overheadMiB: 128, share: 0.2, capMiB: 8192 },
  datanode: { floorMiB: 96, overheadMiB: 112, share: 0.06, capMiB: 4096 },
  regionserver: { floorMiB: 512, overheadMiB: 256, share: 0.55 },
};

/**
 * Heaps, in MiB, of the storage roles that run together on one host.
 *
 * @throws when the host is too small for them
 */
export function storageHeaps<Role extends StorageRole>(
  host: { name: string; memoryMiB: number },
  roles: readonly Role[],
): Record<Role, number> {
  const needs = Object.fromEntries(roles.map((role) => [role, STORAGE_JVMS[role]])) as Record<Role, JvmNeed>;
  return heaps(host, needs);
}
