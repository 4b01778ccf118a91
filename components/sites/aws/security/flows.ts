/** Who talks to whom inside an environment, port by port. What is not named here is closed. */
import { MEMCACHED_PORT } from "../../../cache/role";
import { STORAGE_PORTS } from "../../../storage/cluster";
import { TSD_PORT } from "../../../tsd/config";

/** One port of a role and the roles that may connect to it. */
export interface Flow {
  role: string;
  /** As the role declares it in `RoleDefinition.ports`, or a name for a port that it serves undeclared. */
  purpose: string;
  port: number;
  /** Roles whose hosts connect; `balancer` is the network load balancer. Empty: nobody from outside the host. */
  from: readonly string[];
  /** What the connections are for, or why there are none. */
  reason: string;
  /**
   * Whether the role declares the port. ZooKeeper's peers do not: only a leader serves the first, and a probe would
   * miss it on all others. Default: true.
   */
  declared?: boolean;
}

/** Every flow, in the order of {@link STORAGE_PORTS}. */
export const FLOWS: readonly Flow[] = [
  {
    role: "zookeeper",
    purpose: "client",
    port: STORAGE_PORTS.zookeeper,
    from: ["zookeeper", "namenode", "zkfc", "hbase-master", "regionserver", "tsd"],
    reason: "sessions of HDFS failover, HBase and TSDs, and the question whether the quorum serves",
  },
  {
    role: "zookeeper",
    purpose: "peers",
    port: STORAGE_PORTS.zookeeperPeers,
    from: ["zookeeper"],
    reason: "followers to their leader",
    declared: false,
  },
  {
    role: "zookeeper",
    purpose: "election",
    port: STORAGE_PORTS.zookeeperElection,
    from: ["zookeeper"],
    reason: "election of a leader",
    declared: false,
  },
  {
    role: "namenode",
    purpose: "rpc",
    port: STORAGE_PORTS.nameNode,
    from: ["namenode", "zkfc", "datanode", "hbase-master", "regionserver"],
    reason: "block reports, file system calls, failover",
  },
  {
    role: "namenode",
    purpose: "http",
    port: STORAGE_PORTS.nameNodeHttp,
    from: ["namenode", "zkfc", "datanode", "hbase-master", "regionserver"],
    reason: "checkpoints between name nodes; roles ask for the state of the file system",
  },
  {
    role: "zkfc",
    purpose: "rpc",
    port: STORAGE_PORTS.failoverController,
    from: ["zkfc", "namenode"],
    reason: "a graceful failover asks the other controller to yield",
  },
  {
    role: "journalnode",
    purpose: "rpc",
    port: STORAGE_PORTS.journalNode,
    from: ["namenode", "journalnode"],
    reason: "edits of the active name node; journals that catch up",
  },
  {
    role: "journalnode",
    purpose: "http",
    port: STORAGE_PORTS.journalNodeHttp,
    from: ["namenode", "journalnode"],
    reason: "the standby reads edits; a journal that missed segments fetches them",
  },
  {
    role: "datanode",
    purpose: "transfer",
    port: STORAGE_PORTS.dataNode,
    from: ["datanode", "hbase-master", "regionserver"],
    reason: "blocks of the files and write-ahead logs of HBase, and their copies",
  },
  {
    role: "datanode",
    purpose: "ipc",
    port: STORAGE_PORTS.dataNodeIpc,
    from: ["datanode", "hbase-master", "regionserver"],
    reason: "lengths of open files and recovery of blocks",
  },
  {
    role: "datanode",
    purpose: "http",
    port: STORAGE_PORTS.dataNodeHttp,
    from: [],
    reason: "only its own host asks it how it is",
  },
  {
    role: "hbase-master",
    purpose: "rpc",
    port: STORAGE_PORTS.master,
    from: ["hbase-master", "regionserver", "tsd"],
    reason: "region servers report; TSDs compare the tables with their settings",
  },
  {
    role: "hbase-master",
    purpose: "http",
    port: STORAGE_PORTS.masterHttp,
    from: ["hbase-master", "regionserver"],
    reason: "roles ask which master is active and which servers it knows",
  },
  {
    role: "regionserver",
    purpose: "rpc",
    port: STORAGE_PORTS.regionServer,
    from: ["hbase-master", "regionserver", "tsd"],
    reason: "reads and writes of TSDs, assignment of regions",
  },
  {
    role: "regionserver",
    purpose: "http",
    port: STORAGE_PORTS.regionServerHttp,
    from: [],
    reason: "only its own host asks it how many regions it has",
  },
  {
    role: "memcached",
    purpose: "memcached",
    port: MEMCACHED_PORT,
    from: ["tsd"],
    reason: "cached answers; Memcached has no authentication, so nobody else",
  },
  {
    role: "tsd",
    purpose: "tsd",
    port: TSD_PORT,
    from: ["balancer", "hbase-master"],
    reason: "clients through the balancer and its health checks; the host of a master awaits the fleet",
  },
];
