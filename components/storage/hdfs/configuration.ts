import {
  blockSizeMiB,
  highlyAvailable,
  NAME_SERVICE,
  replicationOf,
  spareDataHosts,
  StorageCluster,
  StorageHost,
  STORAGE_PORTS,
} from "../cluster";
import { Properties } from "../xml";
import { CHECKPOINT_FOLDER } from "./checkpoint";
import { zookeeperQuorum } from "../zookeeper/role";

/** Rack table of the failure domains, read by the name node. */
export const TOPOLOGY_FILE = "topology.table";

/**
 * Hosts that take no more copies, one a line, on each name node's volume. Written by the step that has a host leave
 * and no part of the role, so that no name node is restarted for it.
 */
export const EXCLUDED_HOSTS_FILE = "/data/namenode/hosts.exclude";

/** Where files of the cluster live: the name service, or the one name node. */
export function fileSystem(cluster: StorageCluster): string {
  const [first] = cluster.nameNodes;
  return highlyAvailable(cluster)
    ? `hdfs://${NAME_SERVICE}`
    : `hdfs://${first?.name ?? ""}:${STORAGE_PORTS.nameNode}`;
}

/** Short ids of the name nodes inside the name service, in their order: nn1, nn2. */
export function nameNodeIds(cluster: StorageCluster): string[] {
  return cluster.nameNodes.map((_, index) => `nn${index + 1}`);
}

/** Whether hosts stand in more than one zone or rack, so that copies can be spread. */
export function spread(cluster: StorageCluster): boolean {
  return new Set(cluster.dataHosts.map((host) => host.failureDomain)).size > 1;
}

/** `core-site.xml` for every process that touches HDFS. */
export function coreProperties(cluster: StorageCluster): Properties {
  return {
    "fs.defaultFS": fileSystem(cluster),
    "hadoop.tmp.dir": "/tmp/hadoop",
    ...(highlyAvailable(cluster) ? { "ha.zookeeper.quorum": zookeeperQuorum(cluster) } : {}),
  };
}

function nameServiceProperties(cluster: StorageCluster): Properties {
  if (!highlyAvailable(cluster)) {
    return {};
  }
  const ids = nameNodeIds(cluster);
  const addresses = cluster.nameNodes.flatMap((host, index) => {
    const suffix = `${NAME_SERVICE}.${ids[index] ?? ""}`;
    return [
      [`dfs.namenode.rpc-address.${suffix}`, `${host.name}:${STORAGE_PORTS.nameNode}`],
      [`dfs.namenode.http-address.${suffix}`, `${host.name}:${STORAGE_PORTS.nameNodeHttp}`],
    ] as const;
  });
  return {
    "dfs.nameservices": NAME_SERVICE,
    [`dfs.ha.namenodes.${NAME_SERVICE}`]: ids.join(","),
    ...Object.fromEntries(addresses),
    [`dfs.client.failover.proxy.provider.${NAME_SERVICE}`]:
      "org.apache.hadoop.hdfs.server.namenode.ha.ConfiguredFailoverProxyProvider",
  };
}

/** `hdfs-site.xml` as clients (HBase among them) need it. */
export function clientProperties(cluster: StorageCluster): Properties {
  // With no data node to spare, a failed one cannot be replaced in a pipeline: the write goes on with the rest.
  const spare = spareDataHosts(cluster);
  return {
    ...nameServiceProperties(cluster),
    "dfs.replication": replicationOf(cluster),
    "dfs.blocksize": blockSizeMiB(cluster.dataVolumeMiB) * 1024 * 1024,
    "dfs.client.block.write.replace-datanode-on-failure.policy": spare ? "DEFAULT" : "NEVER",
    "dfs.client.block.write.replace-datanode-on-failure.best-effort": true,
    // A host that is cut off is given up after seconds, not minutes.
    "dfs.client.socket-timeout": 20000,
    "ipc.client.connect.timeout": 5000,
    "ipc.client.connect.max.retries.on.timeouts": 3,
  };
}

/** `hdfs-site.xml` of the name nodes and their failover controllers. */
export function nameNodeProperties(cluster: StorageCluster, host: StorageHost): Properties {
  const available = highlyAvailable(cluster);
  const index = cluster.nameNodes.indexOf(host);
  return {
    ...clientProperties(cluster),
    "dfs.namenode.name.dir": "file:///data/namenode/name",
    "dfs.permissions.superusergroup": "hadoop",
    "dfs.hosts.exclude": EXCLUDED_HOSTS_FILE,
    // In seconds: how often a host that leaves is looked at; the default of 30 is waited for twice.
    "dfs.namenode.decommission.interval": 5,
    // Files are read and written over the data nodes' own protocol; WebHDFS would let anybody be anybody.
    "dfs.webhdfs.enabled": false,
    // Start-up waits for all blocks and one data node, then 1 s; the default waits 30 s.
    "dfs.namenode.safemode.extension": 1000,
    "dfs.namenode.safemode.min.datanodes": 1,
    // Reverse names are not to be relied on; data nodes are let in by the network's rules.
    "dfs.namenode.datanode.registration.ip-hostname-check": false,
    // A silent data node is avoided after 30 s and copied from after 2 × 60 s + 30 s.
    "dfs.namenode.avoid.read.stale.datanode": true,
    "dfs.namenode.avoid.write.stale.datanode": true,
    "dfs.namenode.heartbeat.recheck-interval": 60000,
    "dfs.namenode.handler.count": 20,
    ...(available
      ? {
          "dfs.ha.namenode.id": nameNodeIds(cluster)[index] ?? "",
          "dfs.ha.automatic-failover.enabled": true,
          // The journal nodes take writes from one name node only, so the one before needs no shooting.
          "dfs.ha.fencing.methods": "shell(/bin/true)",
          "dfs.ha.tail-edits.period": "5s",
          // The standby reads finished segments of edits only; the role takes one that is 120 s behind for lost.
          "dfs.ha.log-roll.period": "60s",
          "dfs.ha.zkfc.port": STORAGE_PORTS.failoverController,
          // A little shorter than HBase's sessions: HDFS is back before HBase looks for it.
          "ha.zookeeper.session-timeout.ms": 10000,
          "dfs.namenode.shared.edits.dir": `qjournal://${cluster.journalNodes
            .map((journal) => `${journal.name}:${STORAGE_PORTS.journalNode}`)
            .join(";")}/${NAME_SERVICE}`,
        }
      : {
          "dfs.namenode.rpc-address": `${host.name}:${STORAGE_PORTS.nameNode}`,
          "dfs.namenode.http-address": `${host.name}:${STORAGE_PORTS.nameNodeHttp}`,
          // In seconds: an image that follows another one sooner is refused; an older one is renewed by a restart.
          "dfs.namenode.checkpoint.period": 60,
          "dfs.namenode.checkpoint.dir": `file://${CHECKPOINT_FOLDER}`,
        }),
    ...(spread(cluster)
      ? {
          "net.topology.node.switch.mapping.impl": "org.apache.hadoop.net.TableMapping",
          "net.topology.table.file.name": `/etc/namenode/${TOPOLOGY_FILE}`,
        }
      : {}),
  };
}

/** The rack table: each data host's address and name with its failure domain. */
export function topologyTable(cluster: StorageCluster): string {
  return cluster.dataHosts
    .flatMap((host) => [host.address, host.name].map((key) => `${key} /${host.failureDomain}\n`))
    .join("");
}

/** `hdfs-site.xml` of a data node. */
export function dataNodeProperties(cluster: StorageCluster, host: StorageHost): Properties {
  return {
    ...clientProperties(cluster),
    "dfs.datanode.data.dir": "file:///data/datanode/blocks",
    "dfs.datanode.hostname": host.name,
    "dfs.datanode.address": `${host.name}:${STORAGE_PORTS.dataNode}`,
    "dfs.datanode.ipc.address": `${host.name}:${STORAGE_PORTS.dataNodeIpc}`,
    "dfs.datanode.http.address": `${host.name}:${STORAGE_PORTS.dataNodeHttp}`,
    // Room that HDFS leaves on the volume, so that a full one can still be worked on.
    "dfs.datanode.du.reserved": 64 * 1024 * 1024,
    "dfs.datanode.max.transfer.threads": 4096,
    // A write of HBase's log with hsync reaches the disk in the background as well.
    "dfs.datanode.sync.behind.writes": true,
    "dfs.datanode.failed.volumes.tolerated": 0,
  };
}

/** `hdfs-site.xml` of a journal node. */
export function journalNodeProperties(host: StorageHost): Properties {
  return {
    "dfs.journalnode.edits.dir": "/data/journalnode/edits",
    "dfs.journalnode.rpc-address": `${host.name}:${STORAGE_PORTS.journalNode}`,
    "dfs.journalnode.http-address": `${host.name}:${STORAGE_PORTS.journalNodeHttp}`,
  };
}
