import { SoftwareReference } from "../hosts/role";

/** A host as the storage roles see it. */
export interface StorageHost {
  /** Resolvable in the environment; services are addressed and bound by it. */
  name: string;
  address: string;
  /** Zone or rack; copies of a block are spread over these. */
  failureDomain: string;
}

/** When a write-ahead-log entry counts as written: in the memory of all its data nodes, or on their disks. */
export type WalSync = "hflush" | "hsync";

/** The storage of one environment. Every storage role on every host is rendered from this one object. */
export interface StorageCluster {
  /** Identity of the environment for life, letters, digits and dashes; part of the HDFS cluster id. */
  environment: string;
  /** One or an odd number; a member's place in this list is its id, so the order never changes. */
  zookeepers: readonly StorageHost[];
  /** One, or two for high availability. The first forms the file system. */
  nameNodes: readonly StorageHost[];
  /** None beside one name node, an odd number of at least three beside two. */
  journalNodes: readonly StorageHost[];
  /** HBase masters; all but one stand by. */
  masters: readonly StorageHost[];
  /** Hosts that run a data node and a region server each. */
  dataHosts: readonly StorageHost[];
  /** Names of data hosts that hand over their regions and blocks for good. Default: none. */
  leaving?: readonly string[];
  /** Copies of each block. Default: 3, or the number of data hosts where that is less. */
  replication?: number;
  /** Default: `hflush`. */
  walSync?: WalSync;
  /** Threads that serve requests in a region server. Default: 30. */
  regionServerHandlers?: number;
  /** Size of each data volume, in MiB: small volumes get small blocks. Default: large. */
  dataVolumeMiB?: number;
}

/** One storage role on one host. */
export interface StorageMember {
  cluster: StorageCluster;
  /** Name of the host, one of the cluster's. */
  host: string;
  /** Heap of the role's JVM on this host. */
  heapMiB: number;
  /** The bundle's `hbase` component: jars of ZooKeeper, HDFS and HBase. */
  software: SoftwareReference;
  /**
   * Component with a class-data archive `<role>.jsa` for each role, made with the very JVM of the hosts: a third to a
   * half less processor time at a start. An archive that does not fit is passed over by the JVM. Default: none.
   */
  archives?: SoftwareReference;
}

/** Ports by service. They are the projects' own defaults. */
export const STORAGE_PORTS = {
  zookeeper: 2181,
  zookeeperPeers: 2888,
  zookeeperElection: 3888,
  nameNode: 8020,
  nameNodeHttp: 9870,
  failoverController: 8019,
  journalNode: 8485,
  journalNodeHttp: 8480,
  dataNode: 9866,
  dataNodeIpc: 9867,
  dataNodeHttp: 9864,
  master: 16000,
  masterHttp: 16010,
  regionServer: 16020,
  regionServerHttp: 16030,
} as const;

/** Data volumes of the storage roles by role; each is mounted at `/data/<name>`. */
export const STORAGE_VOLUMES = {
  zookeeper: "zookeeper",
  namenode: "namenode",
  journalnode: "journalnode",
  datanode: "datanode",
} as const;

const DEFAULT_REPLICATION = 3;

/** HDFS' own default. */
const LARGEST_BLOCK_MIB = 128;

/** Name of the HDFS name service where there are two name nodes. */
export const NAME_SERVICE = "tsdb";

/** Whether HDFS has a second name node and journal nodes. */
export function highlyAvailable(cluster: StorageCluster): boolean {
  return cluster.nameNodes.length > 1;
}

/** Copies that HDFS keeps of each block. */
export function replicationOf(cluster: StorageCluster): number {
  return Math.min(cluster.replication ?? DEFAULT_REPLICATION, cluster.dataHosts.length);
}

/** Whether there are more data hosts than copies of a block, so that a failed one can be replaced in a pipeline. */
export function spareDataHosts(cluster: StorageCluster): boolean {
  return cluster.dataHosts.length > replicationOf(cluster);
}

/**
 * HDFS block size in MiB, a power of two from 8 to 128. A data node takes a new block only while a whole one fits
 * beside all that are open, so a small volume with HBase's many open files needs small blocks.
 */
export function blockSizeMiB(dataVolumeMiB: number | undefined): number {
  if (dataVolumeMiB === undefined) {
    return LARGEST_BLOCK_MIB;
  }
  const wanted = 2 ** Math.floor(Math.log2(Math.max(1, dataVolumeMiB / 128)));
  return Math.min(LARGEST_BLOCK_MIB, Math.max(8, wanted));
}

/** Checks what no type can say. @throws naming the part and what is allowed */
export function checkCluster(cluster: StorageCluster): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(cluster.environment)) {
    throw new Error(
      `storage: environment "${cluster.environment}" must be letters, digits and dashes, as it is part of the HDFS cluster id`,
    );
  }
  const counts: [string, number, (count: number) => boolean, string][] = [
    ["zookeepers", cluster.zookeepers.length, (n) => n % 2 === 1, "an odd number"],
    ["nameNodes", cluster.nameNodes.length, (n) => n === 1 || n === 2, "one or two"],
    [
      "journalNodes",
      cluster.journalNodes.length,
      (n) => (highlyAvailable(cluster) ? n >= 3 && n % 2 === 1 : n === 0),
      "an odd number of at least three beside two name nodes, none beside one",
    ],
    ["masters", cluster.masters.length, (n) => n >= 1, "at least one"],
    ["dataHosts", cluster.dataHosts.length, (n) => n >= 1, "at least one"],
  ];
  for (const [part, count, allowed, text] of counts) {
    if (!allowed(count)) {
      throw new Error(`storage: ${part} has ${count} hosts; allowed is ${text}`);
    }
  }
  const replication = cluster.replication ?? 1;
  if (!Number.isInteger(replication) || replication < 1) {
    throw new Error(`storage: replication is ${replication}; allowed is a whole number from 1`);
  }
}

/** The member of a list that bears a name. @throws naming the host and those that are known */
export function hostNamed(hosts: readonly StorageHost[], name: string, what: string): StorageHost {
  const found = hosts.find((host) => host.name === name);
  if (!found) {
    throw new Error(`host "${name}" is no ${what}; known: ${hosts.map((host) => host.name).join(", ")}`);
  }
  return found;
}
