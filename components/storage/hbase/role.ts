import { RoleDefinition, SoftwareReference } from "../../hosts/role";
import { checkCluster, hostNamed, StorageMember, STORAGE_PORTS } from "../cluster";
import { clientProperties, coreProperties } from "../hdfs/configuration";
import { consoleLogging } from "../logging";
import { memberRole } from "../member";
import { configurationXml } from "../xml";
import { hbaseClientFiles, masterProperties, regionServerProperties } from "./configuration";

/** A region server also carries the tables command, which moves its regions when it stops and starts. */
export interface RegionServerMember extends StorageMember {
  /** The bundle's `tools` component. */
  tools: SoftwareReference;
}

const LOGGING = consoleLogging({
  "org.apache.hadoop.util.NativeCodeLoader": "ERROR",
  // Its start-up dump of every property and of the class path is long and says nothing new.
  "org.apache.hadoop.hbase.util.ServerCommandLine": "WARN",
  "org.apache.zookeeper": "WARN",
  // One line for every question over HTTP.
  "http.requests": "WARN",
});

/**
 * An HBase master: the active one, or one that stands by.
 *
 * @throws when the cluster's shape is not allowed or the host is no master
 */
export function hbaseMasterRole(member: StorageMember): RoleDefinition {
  const { cluster } = member;
  checkCluster(cluster);
  const host = hostNamed(cluster.masters, member.host, "HBase master");
  return memberRole(member, {
    role: "hbase-master",
    description: "HBase master",
    user: "hbase",
    mainClass: "org.apache.hadoop.hbase.master.HMaster",
    arguments: ["start"],
    opened: true,
    configuration: {
      "core-site.xml": configurationXml(coreProperties(cluster)),
      "hdfs-site.xml": configurationXml(clientProperties(cluster)),
      "hbase-site.xml": configurationXml(masterProperties(cluster, host)),
      "log4j.properties": LOGGING,
    },
    ports: { rpc: STORAGE_PORTS.master, http: STORAGE_PORTS.masterHttp },
    stopsBefore: ["zookeeper", "namenode"],
    stopSeconds: 30,
    settings: { ROLE_REJOIN_SECONDS: "180" },
  });
}

/**
 * An HBase region server.
 *
 * @throws when the cluster's shape is not allowed or the host is no data host
 */
export function regionserverRole(member: RegionServerMember): RoleDefinition {
  const { cluster } = member;
  checkCluster(cluster);
  const host = hostNamed(cluster.dataHosts, member.host, "data host");
  const role = memberRole(member, {
    role: "regionserver",
    description: "HBase region server",
    user: "hbase",
    mainClass: "org.apache.hadoop.hbase.regionserver.HRegionServer",
    arguments: ["start"],
    opened: true,
    configuration: {
      "core-site.xml": configurationXml(coreProperties(cluster)),
      "hdfs-site.xml": configurationXml(clientProperties(cluster)),
      "hbase-site.xml": configurationXml(regionServerProperties(cluster, host)),
      "log4j.properties": LOGGING,
    },
    ports: { rpc: STORAGE_PORTS.regionServer, http: STORAGE_PORTS.regionServerHttp },
    stopsBefore: ["datanode"],
    stopSeconds: 60,
    settings: {
      ROLE_REJOIN_SECONDS: "300",
      LEAVING: cluster.leaving?.includes(member.host) ? "yes" : "no",
    },
  });
  return {
    ...role,
    // Own copies beside the servers' configuration: the tables command is a client like any other.
    files: [...role.files, ...hbaseClientFiles(cluster).map(inRegionServerFolder)],
    software: [...role.software, member.tools],
  };
}

function inRegionServerFolder<File extends { path: string }>(file: File): File {
  return { ...file, path: `/etc/regionserver/client/${file.path.slice(file.path.lastIndexOf("/") + 1)}` };
}
