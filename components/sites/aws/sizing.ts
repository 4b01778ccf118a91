/** What instance types mean for the roles on them: heaps, handlers, volumes and regions. All pure. */
import { cacheMiB } from "../../cache/memory";
import { STORAGE_ROLES, storageHeaps, StorageRole } from "../../storage/heap";
import { tsdHeapMiB } from "../../tsd/memory";
import { Architecture, INSTANCE_TYPES, instanceType, InstanceType, usableMiB } from "./instance-types";

/** What a host is to run, as far as its size is concerned. */
export type SizedRole = StorageRole | "tsd" | "memcached";

/** A host that an environment wants: which setting asks for which type, and what is to run there. */
export interface WantedHost {
  /** Setting that names the type, for the message. */
  setting: string;
  instanceType: string;
  roles: readonly SizedRole[];
}

/** Size of a gp3 volume. */
export interface Gp3 {
  sizeGiB: number;
  iops: number;
  /** MiB/s. */
  throughput: number;
}

/** Limits of gp3 volumes, from the EBS user guide; AWS has raised the upper ones since for some regions. */
export const GP3 = {
  sizeGiB: { min: 1, max: 16_384 },
  iops: { included: 3000, max: 16_000, perGiB: 500 },
  throughput: { included: 125, max: 1000, perIops: 0.25 },
} as const;

/** MB are smaller than MiB. */
const MIB_PER_MB = 1_000_000 / 1_048_576;

/** Region servers answer mostly from memory; with more threads than this per processor they only wait in turn. */
const HANDLERS_PER_VCPU = 15;

/** Memory that a busy handler may hold in requests and answers, in MiB of heap. */
const HEAP_PER_HANDLER_MIB = 32;

/** Limits of the setting `regionServerHandlers`. */
const HANDLERS = { min: 4, max: 200 } as const;

/** Part of a region server's heap for what is not flushed yet (`hbase.regionserver.global.memstore.size`). */
const MEMSTORE_PART = 0.4;

/** Data of a region's one column family that is gathered before it is flushed, in MiB (HBase's default). */
const FLUSH_MIB = 128;

/** Regions of a server beyond which its start and its death take too long. */
const MOST_REGIONS = 200;

/** Limits of a region's size in MiB: below it splits all the time, above a compaction takes hours. */
const REGION_MIB = { min: 1024, max: 50 * 1024 } as const;

/** Part of a data volume that is filled before one must grow it: compactions write new files beside the old. */
const FILLED_PART = 0.7;

/** Limits of the setting `saltBuckets`. */
const MOST_SALT_BUCKETS = 20;

function isStorageRole(role: SizedRole): role is StorageRole {
  return (STORAGE_ROLES as readonly string[]).includes(role);
}

/**
 * Heaps in MiB by role of the JVMs on an instance, as the roles themselves will compute them.
 *
 * @throws when they do not fit, naming the type, its memory and the least that would do
 */
export function heapsOn(type: InstanceType, roles: readonly SizedRole[]): Partial<Record<SizedRole, number>> {
  const memoryMiB = usableMiB(type);
  const storage = roles.filter(isStorageRole);
  const rest = roles.filter((role) => !isStorageRole(role));
  if (roles.length > 1 && rest.length > 0) {
    throw new Error(
      `${rest.join(", ")} is to share a host with ${roles.length - 1} other roles; it has a host of its own`,
    );
  }
  const heaps: Partial<Record<SizedRole, number>> =
    storage.length === 0 ? {} : storageHeaps({ name: `of type ${type.name}`, memoryMiB }, storage);
  if (rest.includes("tsd")) {
    heaps.tsd = tsdHeapMiB(memoryMiB);
  }
  if (rest.includes("memcached")) {
    cacheMiB(memoryMiB);
  }
  return heaps;
}

/** Why roles do not fit on a type, or `undefined` when they do. */
export function unfitness(type: InstanceType, roles: readonly SizedRole[]): string | undefined {
  try {
    heapsOn(type, roles);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The types of an architecture on which roles fit, the one with the least memory first. */
export function fittingTypes(architecture: Architecture, roles: readonly SizedRole[]): InstanceType[] {
  return INSTANCE_TYPES.filter(
    (type) => type.architecture === architecture && unfitness(type, roles) === undefined,
  ).sort((a, b) => a.memoryMiB - b.memoryMiB || a.vcpus - b.vcpus || (a.name < b.name ? -1 : 1));
}

/** One sentence for each wanted host whose type is unknown, of the wrong architecture, or too small. */
export function findMisfits(architecture: Architecture, wanted: readonly WantedHost[]): string[] {
  return wanted.flatMap(({ setting, instanceType: name, roles }) => {
    const type = INSTANCE_TYPES.find((known) => known.name === name);
    const fitting = fittingTypes(architecture, roles).map((each) => each.name);
    const allowed = `it must be one of ${fitting.join(", ")}.`;
    if (type === undefined) {
      return [`${setting} is "${name}", which is not known here; ${allowed}`];
    }
    if (type.architecture !== architecture) {
      return [
        `${setting} is "${name}", which is ${type.architecture}, but the architecture is ${architecture}; ${allowed}`,
      ];
    }
    const reason = unfitness(type, roles);
    return reason === undefined ? [] : [`${setting} is "${name}": ${reason}; ${allowed}`];
  });
}

/** Threads with which a region server on this type answers, given its heap in MiB. */
export function handlersFor(type: InstanceType, heapMiB: number): number {
  const wanted = Math.min(type.vcpus * HANDLERS_PER_VCPU, Math.floor(heapMiB / HEAP_PER_HANDLER_MIB));
  return Math.max(HANDLERS.min, Math.min(HANDLERS.max, wanted));
}

/** What is wrong with a gp3 volume, one sentence for each fault; `what` names it. */
export function gp3Faults(what: string, volume: Gp3): string[] {
  const faults: string[] = [];
  const { sizeGiB, iops, throughput } = GP3;
  const mostIops = Math.min(iops.max, Math.max(iops.included, volume.sizeGiB * iops.perGiB));
  const mostThroughput = Math.min(
    throughput.max,
    Math.max(throughput.included, Math.floor(volume.iops * throughput.perIops)),
  );
  if (volume.sizeGiB < sizeGiB.min || volume.sizeGiB > sizeGiB.max) {
    faults.push(`${what} has ${volume.sizeGiB} GiB; a gp3 volume has ${sizeGiB.min} to ${sizeGiB.max} GiB.`);
  }
  if (volume.iops < iops.included || volume.iops > mostIops) {
    faults.push(
      `${what} has ${volume.iops} IOPS; a gp3 volume of ${volume.sizeGiB} GiB has ${iops.included} to ${mostIops}.`,
    );
  }
  if (volume.throughput < throughput.included || volume.throughput > mostThroughput) {
    faults.push(
      `${what} has ${volume.throughput} MiB/s; a gp3 volume with ${volume.iops} IOPS has ${throughput.included} to ${mostThroughput}.`,
    );
  }
  return faults;
}

/**
 * A gp3 volume that is as fast as its instance can always use it, and no faster: what lies above is paid for nothing.
 *
 * @param volumes data volumes of the instance that are busy at the same time, from 1
 * @throws when AWS has no volume of that size
 */
export function gp3For(type: InstanceType, sizeGiB: number, volumes: number): Gp3 {
  const { iops, throughput } = GP3;
  const share = Math.floor((type.ebsMBps * MIB_PER_MB) / volumes);
  // On a tiny volume IOPS are bounded by the size, and throughput by them.
  const mostIops = Math.min(iops.max, Math.max(iops.included, sizeGiB * iops.perGiB));
  const wantedIops = Math.min(mostIops, Math.max(iops.included, Math.floor(type.ebsIops / volumes)));
  const volume = {
    sizeGiB,
    iops: wantedIops,
    throughput: Math.min(
      throughput.max,
      Math.floor(wantedIops * throughput.perIops),
      Math.max(throughput.included, share),
    ),
  };
  const faults = gp3Faults("the volume", volume);
  if (faults.length > 0) {
    throw new Error(faults.join(" "));
  }
  return volume;
}

/** Regions of a server that may take writes at the same time without flushing early, given its heap in MiB. */
export function regionsPerServer(heapMiB: number): number {
  return Math.max(1, Math.min(MOST_REGIONS, Math.floor((heapMiB * MEMSTORE_PART) / FLUSH_MIB)));
}

/** How a table is to be cut. */
export interface RegionPlan {
  /** Regions of the whole cluster when its volumes are full. */
  regions: number;
  /** Size at which a region splits, in MiB. */
  regionMiB: number;
  /** Data of the tables that the cluster can hold, copies not counted, in MiB. */
  capacityMiB: number;
}

/** Arguments of {@link regionPlan}. */
export interface RegionPlanArgs {
  /** Heap of each region server, in MiB. */
  heapMiB: number;
  /** Region servers, each with one data volume. */
  servers: number;
  dataVolumeGiB: number;
  replication: number;
}

/**
 * Size of regions with which full volumes mean no more regions than the heaps can serve; only where regions would have
 * to be larger than 50 GiB for that, there are more of them.
 */
export function regionPlan(args: RegionPlanArgs): RegionPlan {
  const capacityMiB = Math.floor((args.servers * args.dataVolumeGiB * 1024 * FILLED_PART) / args.replication);
  const most = regionsPerServer(args.heapMiB) * args.servers;
  const regionMiB = Math.min(REGION_MIB.max, Math.max(REGION_MIB.min, Math.ceil(capacityMiB / most)));
  return { regions: Math.max(1, Math.ceil(capacityMiB / regionMiB)), regionMiB, capacityMiB };
}

/**
 * Salt buckets for a cluster that may grow to a number of region servers: two for each, so that the loss of one
 * spreads over several. Fixed once data exists.
 */
export function saltBucketsFor(mostServers: number): number {
  return Math.max(1, Math.min(MOST_SALT_BUCKETS, 2 * mostServers));
}

/** Sizing of one kind of host by the name of its type. */
export interface HostSizing {
  type: InstanceType;
  memoryMiB: number;
  heaps: Partial<Record<SizedRole, number>>;
}

/** Memory and heaps of a host by the name of its type. @throws when the type is unknown or the roles do not fit */
export function sizeHost(typeName: string, roles: readonly SizedRole[]): HostSizing {
  const type = instanceType(typeName);
  return { type, memoryMiB: usableMiB(type), heaps: heapsOn(type, roles) };
}
