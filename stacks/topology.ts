/** Which machines an environment has and what each of them is. Pure. */
import { StorageRole } from "../components/storage/heap";

/** Kinds of long-lived hosts; a host's name is `<kind>-<number>`. */
export type HostKind = "master" | "data" | "cache" | "collector";

/** Roles that a long-lived host can have, apart from `base` and `collector`, which every host has. */
export type HostRole = StorageRole | "memcached";

/** What {@link planHosts} needs of the settings. */
export interface TopologySettings {
  topology: "basic" | "ha";
  regionServers: number;
  masterMemory: number;
  regionServerMemory: number;
  cacheMemory: number;
  collectorMemory: number;
  zookeeperVolume: number;
  namenodeVolume: number;
  journalVolume: number;
  dataVolume: number;
}

/** One long-lived host: its kind, its roles in starting order, its volumes and memory in MiB. */
export interface HostPlan {
  name: string;
  kind: HostKind;
  roles: readonly HostRole[];
  memoryMiB: number;
  volumes: Readonly<Record<string, number>>;
  failureDomainIndex: number;
}

/** Masters of a highly available environment: a quorum that survives the loss of one. */
const HA_MASTERS = 3;

/** Name nodes and HBase masters of a highly available environment: one serves, one stands by. */
const HA_PAIR = 2;

function masterPlan(settings: TopologySettings, number: number): HostPlan {
  const ha = settings.topology === "ha";
  const paired = number <= HA_PAIR;
  const roles: HostRole[] = ["zookeeper"];
  const volumes: Record<string, number> = { zookeeper: settings.zookeeperVolume };
  if (ha) {
    roles.push("journalnode");
    volumes["journalnode"] = settings.journalVolume;
  }
  if (paired) {
    roles.push("namenode", ...(ha ? (["zkfc"] as const) : []), "hbase-master");
    volumes["namenode"] = settings.namenodeVolume;
  }
  return {
    name: `master-${number}`,
    kind: "master",
    roles,
    memoryMiB: settings.masterMemory,
    volumes,
    failureDomainIndex: number - 1,
  };
}

/** The long-lived hosts of an environment, in the order in which changes roll over them. */
export function planHosts(settings: TopologySettings): HostPlan[] {
  const masters = settings.topology === "ha" ? HA_MASTERS : 1;
  const domains = settings.topology === "ha" ? HA_MASTERS : 1;
  const hosts: HostPlan[] = [];
  for (let number = 1; number <= masters; number++) {
    hosts.push(masterPlan(settings, number));
  }
  for (let number = 1; number <= settings.regionServers; number++) {
    hosts.push({
      name: `data-${number}`,
      kind: "data",
      roles: ["datanode", "regionserver"],
      memoryMiB: settings.regionServerMemory,
      volumes: { datanode: settings.dataVolume },
      failureDomainIndex: (number - 1) % domains,
    });
  }
  hosts.push(
    {
      name: "cache-1",
      kind: "cache",
      roles: ["memcached"],
      memoryMiB: settings.cacheMemory,
      volumes: {},
      failureDomainIndex: 0,
    },
    {
      name: "collector-1",
      kind: "collector",
      roles: [],
      memoryMiB: settings.collectorMemory,
      volumes: {},
      failureDomainIndex: 0,
    },
  );
  return hosts;
}
