import { RoleDefinition } from "../../hosts/role";
import { checkCluster, hostNamed, StorageCluster, StorageMember, STORAGE_PORTS } from "../cluster";
import { consoleLogging } from "../logging";
import { memberRole } from "../member";

/** Folder of the snapshots and the transaction log, on the role's volume. */
const DATA_FOLDER = "/data/zookeeper/data";

/** `host:port,…` of all members, as ZooKeeper's clients take it. */
export function zookeeperQuorum(cluster: StorageCluster): string {
  return cluster.zookeepers.map((host) => `${host.name}:${STORAGE_PORTS.zookeeper}`).join(",");
}

/** Id of a member for life: its place in the list, from 1. @throws when the host is no member */
export function zookeeperId(cluster: StorageCluster, host: string): number {
  return cluster.zookeepers.indexOf(hostNamed(cluster.zookeepers, host, "ZooKeeper host")) + 1;
}

/** Renders `zoo.cfg`. */
export function zookeeperConfiguration(cluster: StorageCluster, host: string): string {
  const settings: Record<string, string | number | boolean> = {
    "4lw.commands.whitelist": "ruok,srvr,mntr",
    "admin.enableServer": false,
    "autopurge.purgeInterval": 1,
    "autopurge.snapRetainCount": 5,
    clientPort: STORAGE_PORTS.zookeeper,
    clientPortAddress: host,
    dataDir: DATA_FOLDER,
    // In ticks: a member may take 20 s to load what the leader has, and may lag by 10 s.
    initLimit: 10,
    syncLimit: 5,
    maxClientCnxns: 200,
    maxSessionTimeout: 60000,
    // KiB set aside at a time for the transaction log; the default of 64 MiB is much on a small volume.
    preAllocSize: 16384,
    tickTime: 2000,
  };
  if (cluster.zookeepers.length > 1) {
    cluster.zookeepers.forEach((member, index) => {
      settings[`server.${index + 1}`] =
        `${member.name}:${STORAGE_PORTS.zookeeperPeers}:${STORAGE_PORTS.zookeeperElection}`;
    });
  }
  return Object.keys(settings)
    .sort()
    .map((name) => `${name}=${String(settings[name])}\n`)
    .join("");
}

/**
 * A ZooKeeper server: alone, or a member of an ensemble.
 *
 * @throws when the cluster's shape is not allowed or the host is no member
 */
export function zookeeperRole(member: StorageMember): RoleDefinition {
  checkCluster(member.cluster);
  const id = zookeeperId(member.cluster, member.host);
  return memberRole(member, {
    role: "zookeeper",
    description: "ZooKeeper server",
    user: "zookeeper",
    mainClass: "org.apache.zookeeper.server.quorum.QuorumPeerMain",
    arguments: ["/etc/zookeeper/zoo.cfg"],
    // ZOOKEEPER-261: a server whose data was lost must not come up with an empty tree as if that were the truth.
    properties: { "zookeeper.db.autocreate": "false" },
    opened: false,
    configuration: {
      "zoo.cfg": zookeeperConfiguration(member.cluster, member.host),
      "log4j.properties": consoleLogging({ "org.apache.zookeeper.Environment": "WARN" }),
    },
    ports: { client: STORAGE_PORTS.zookeeper },
    stopsBefore: [],
    stopSeconds: 15,
    settings: { ZOOKEEPER_ID: String(id), ROLE_REJOIN_SECONDS: "120" },
  });
}
