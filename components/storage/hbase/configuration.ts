import { RoleFile } from "../../hosts/role";
import { StorageCluster, StorageHost, STORAGE_PORTS } from "../cluster";
import { clientProperties, coreProperties, fileSystem } from "../hdfs/configuration";
import { consoleLogging } from "../logging";
import { configurationXml, Properties } from "../xml";

/** Folder of the files with which any client finds the cluster. */
export const HBASE_CLIENT_FOLDER = "/etc/opentsdb-platform/hbase-client";

/** Where HBase lies in HDFS, and in ZooKeeper. Neither can change once data exists. */
const ROOT = "/hbase";

const CODECS = "org.apache.hadoop.hbase.io.compress.aircompressor";

/** How long a server may be silent, in ms, before its regions go elsewhere. */
const SESSION_TIMEOUT_MS = 20000;

/** What servers and clients of HBase have in common. */
export function hbaseClientProperties(cluster: StorageCluster): Properties {
  return {
    "hbase.cluster.distributed": true,
    "hbase.zookeeper.quorum": cluster.zookeepers.map((host) => host.name).join(","),
    "hbase.zookeeper.property.clientPort": STORAGE_PORTS.zookeeper,
    "zookeeper.znode.parent": ROOT,
    "zookeeper.session.timeout": SESSION_TIMEOUT_MS,
    // Codecs of pure Java: no native library on the hosts.
    "hbase.io.compress.lz4.codec": `${CODECS}.Lz4Codec`,
    "hbase.io.compress.snappy.codec": `${CODECS}.SnappyCodec`,
    "hbase.io.compress.zstd.codec": `${CODECS}.ZstdCodec`,
  };
}

function serverProperties(cluster: StorageCluster): Properties {
  return {
    ...hbaseClientProperties(cluster),
    "hbase.rootdir": `${fileSystem(cluster)}${ROOT}`,
    "hbase.tmp.dir": "/tmp/hbase",
    // Without it a file system that cannot flush would lose acknowledged points unnoticed.
    "hbase.unsafe.stream.capability.enforce": true,
    "hbase.wal.hsync": cluster.walSync === "hsync",
    "hbase.hfile.hsync": cluster.walSync === "hsync",
    // One live server is enough to go on: a dead one must not block a failover of the master.
    "hbase.master.wait.on.regionservers.mintostart": 1,
    "hbase.regionserver.handler.count": cluster.regionServerHandlers ?? 30,
    "hbase.regionserver.msginterval": 1000,
    "hbase.server.thread.wakefrequency": 1000,
    "hbase.balancer.period": 60000,
  };
}

/** `hbase-site.xml` of a master. */
export function masterProperties(cluster: StorageCluster, host: StorageHost): Properties {
  return {
    ...serverProperties(cluster),
    "hbase.master.hostname": host.name,
    "hbase.master.ipc.address": host.name,
    "hbase.master.port": STORAGE_PORTS.master,
    "hbase.master.info.bindAddress": host.name,
    "hbase.master.info.port": STORAGE_PORTS.masterHttp,
    // Regions are dealt out as soon as all servers are there, or after 5 s among those that are.
    "hbase.master.wait.on.regionservers.maxtostart": cluster.dataHosts.length,
    "hbase.master.wait.on.regionservers.timeout": 5000,
    "hbase.master.wait.on.regionservers.interval": 500,
  };
}

/** `hbase-site.xml` of a region server. */
export function regionServerProperties(cluster: StorageCluster, host: StorageHost): Properties {
  return {
    ...serverProperties(cluster),
    "hbase.unsafe.regionserver.hostname": host.name,
    "hbase.regionserver.ipc.address": host.name,
    "hbase.regionserver.port": STORAGE_PORTS.regionServer,
    "hbase.regionserver.info.bindAddress": host.name,
    "hbase.regionserver.info.port": STORAGE_PORTS.regionServerHttp,
  };
}

/** The files with which TSDs and the tables command reach HBase, in {@link HBASE_CLIENT_FOLDER}. */
export function hbaseClientFiles(cluster: StorageCluster): RoleFile[] {
  const files: Record<string, string> = {
    "core-site.xml": configurationXml(coreProperties(cluster)),
    "hdfs-site.xml": configurationXml(clientProperties(cluster)),
    "hbase-site.xml": configurationXml(hbaseClientProperties(cluster)),
    "log4j.properties": consoleLogging({}, "WARN"),
  };
  return Object.entries(files).map(([name, content]) => ({
    path: `${HBASE_CLIENT_FOLDER}/${name}`,
    content,
  }));
}
