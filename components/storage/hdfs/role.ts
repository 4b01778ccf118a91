import { RoleDefinition } from "../../hosts/role";
import {
  checkCluster,
  highlyAvailable,
  hostNamed,
  spareDataHosts,
  StorageMember,
  STORAGE_PORTS,
} from "../cluster";
import { consoleLogging } from "../logging";
import { memberRole } from "../member";
import { configurationXml } from "../xml";
import { CHECKPOINT_TIMER, checkpointUnits } from "./checkpoint";
import {
  coreProperties,
  dataNodeProperties,
  journalNodeProperties,
  nameNodeProperties,
  spread,
  TOPOLOGY_FILE,
  topologyTable,
} from "./configuration";

const LOGGING = consoleLogging({
  // One line for every block that is given out.
  "org.apache.hadoop.hdfs.StateChange": "WARN",
  BlockStateChange: "WARN",
  // One line for every request, and one for every block where all hosts are in one rack.
  "org.apache.hadoop.hdfs.server.namenode.FSNamesystem.audit": "WARN",
  "org.apache.hadoop.hdfs.server.blockmanagement.BlockPlacementPolicy": "WARN",
  "org.apache.hadoop.hdfs.server.datanode.DataNode.clienttrace": "WARN",
  "org.apache.hadoop.util.NativeCodeLoader": "ERROR",
  // One line for every question over HTTP.
  "http.requests": "WARN",
  "org.apache.zookeeper": "WARN",
});

/**
 * An HDFS name node: the only one, or one of two.
 *
 * @throws when the cluster's shape is not allowed or the host is no name node
 */
export function namenodeRole(member: StorageMember): RoleDefinition {
  const { cluster } = member;
  checkCluster(cluster);
  const host = hostNamed(cluster.nameNodes, member.host, "name node");
  // Of two, the one that stands by makes checkpoints.
  const alone = !highlyAvailable(cluster);
  const role = memberRole(member, {
    role: "namenode",
    description: "HDFS name node",
    user: "hdfs",
    mainClass: "org.apache.hadoop.hdfs.server.namenode.NameNode",
    opened: true,
    configuration: {
      "core-site.xml": configurationXml(coreProperties(cluster)),
      "hdfs-site.xml": configurationXml(nameNodeProperties(cluster, host)),
      "log4j.properties": LOGGING,
      ...(spread(cluster) ? { [TOPOLOGY_FILE]: topologyTable(cluster) } : {}),
    },
    ports: { rpc: STORAGE_PORTS.nameNode, http: STORAGE_PORTS.nameNodeHttp },
    stopsBefore: ["zookeeper", "journalnode"],
    ...(alone ? { wants: [CHECKPOINT_TIMER] } : {}),
    stopSeconds: 30,
    commandSetting: "NAME_NODE_COMMAND",
    settings: { ROLE_REJOIN_SECONDS: "300" },
  });
  return alone ? { ...role, files: [...role.files, ...checkpointUnits()] } : role;
}

/**
 * A journal node, one of those that hold the name nodes' shared edits.
 *
 * @throws when the cluster's shape is not allowed or the host is no journal node
 */
export function journalnodeRole(member: StorageMember): RoleDefinition {
  const { cluster } = member;
  checkCluster(cluster);
  const host = hostNamed(cluster.journalNodes, member.host, "journal node");
  return memberRole(member, {
    role: "journalnode",
    description: "HDFS journal node",
    user: "hdfs",
    mainClass: "org.apache.hadoop.hdfs.qjournal.server.JournalNode",
    opened: true,
    configuration: {
      "core-site.xml": configurationXml(coreProperties(cluster)),
      "hdfs-site.xml": configurationXml(journalNodeProperties(host)),
      "log4j.properties": LOGGING,
    },
    ports: { rpc: STORAGE_PORTS.journalNode, http: STORAGE_PORTS.journalNodeHttp },
    stopsBefore: [],
    stopSeconds: 20,
    settings: { ROLE_REJOIN_SECONDS: "180" },
  });
}

/**
 * The failover controller beside one of two name nodes.
 *
 * @throws when there is no second name node to fail over to, or the host is no name node
 */
export function zkfcRole(member: StorageMember): RoleDefinition {
  const { cluster } = member;
  checkCluster(cluster);
  const host = hostNamed(cluster.nameNodes, member.host, "name node");
  if (!highlyAvailable(cluster)) {
    throw new Error(
      `storage: a failover controller on ${member.host} has no second name node to fail over to`,
    );
  }
  return memberRole(member, {
    role: "zkfc",
    description: "HDFS failover controller",
    user: "hdfs",
    mainClass: "org.apache.hadoop.hdfs.tools.DFSZKFailoverController",
    opened: true,
    configuration: {
      "core-site.xml": configurationXml(coreProperties(cluster)),
      "hdfs-site.xml": configurationXml(nameNodeProperties(cluster, host)),
      "log4j.properties": LOGGING,
    },
    ports: { rpc: STORAGE_PORTS.failoverController },
    stopsBefore: ["zookeeper", "namenode"],
    stopSeconds: 15,
    commandSetting: "ZKFC_COMMAND",
    settings: { ROLE_REJOIN_SECONDS: "120" },
  });
}

/**
 * An HDFS data node.
 *
 * @throws when the cluster's shape is not allowed or the host is no data host
 */
export function datanodeRole(member: StorageMember): RoleDefinition {
  const { cluster } = member;
  checkCluster(cluster);
  const host = hostNamed(cluster.dataHosts, member.host, "data host");
  return memberRole(member, {
    role: "datanode",
    description: "HDFS data node",
    user: "hdfs",
    mainClass: "org.apache.hadoop.hdfs.server.datanode.DataNode",
    opened: true,
    configuration: {
      "core-site.xml": configurationXml(coreProperties(cluster)),
      "hdfs-site.xml": configurationXml(dataNodeProperties(cluster, host)),
      "log4j.properties": LOGGING,
    },
    ports: {
      transfer: STORAGE_PORTS.dataNode,
      ipc: STORAGE_PORTS.dataNodeIpc,
      http: STORAGE_PORTS.dataNodeHttp,
    },
    stopsBefore: [],
    stopSeconds: 20,
    settings: { ROLE_REJOIN_SECONDS: "300", SPARE_DATA_HOSTS: spareDataHosts(cluster) ? "yes" : "no" },
  });
}
