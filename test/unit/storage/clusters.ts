import { StorageCluster, StorageHost, StorageMember } from "../../../components/storage/cluster";

/** Hosts `<name>-1` … with addresses from 10.77.0.<first>, spread over a number of failure domains. */
export function hosts(name: string, count: number, first: number, domains: number): StorageHost[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${name}-${index + 1}`,
    address: `10.77.0.${first + index}`,
    failureDomain: `zone-${(index % domains) + 1}`,
  }));
}

const [master] = hosts("master", 1, 10, 1);

/** The smallest shape: one of everything but data hosts. */
export const single: StorageCluster = {
  environment: "local-1f6c",
  zookeepers: master ? [master] : [],
  nameNodes: master ? [master] : [],
  journalNodes: [],
  masters: master ? [master] : [],
  dataHosts: hosts("data", 2, 20, 1),
  dataVolumeMiB: 4096,
};

const masters = hosts("master", 3, 10, 3);

/** The highly available shape, spread over three failure domains. */
export const ha: StorageCluster = {
  environment: "prod",
  zookeepers: masters,
  nameNodes: masters.slice(0, 2),
  journalNodes: masters,
  masters: masters.slice(0, 2),
  dataHosts: hosts("data", 4, 20, 3),
  walSync: "hsync",
  regionServerHandlers: 60,
};

/** A role of the cluster on one host. */
export function member(cluster: StorageCluster, host: string, heapMiB: number): StorageMember {
  return {
    cluster,
    host,
    heapMiB,
    software: {
      name: "hbase",
      version: "2.6.4",
      hash: "0123456789ab",
      path: "/opt/opentsdb-platform/software/hbase-0123456789ab",
    },
  };
}
