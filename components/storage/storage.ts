import * as pulumi from "@pulumi/pulumi";

import { Formation } from "../hosts/formation";
import { AppliedRole } from "../hosts/applied-role";
import { Host } from "../hosts/host";
import { SoftwareReference, RoleDefinition } from "../hosts/role";
import { PreparedHost, RoleGroup } from "../hosts/role-group";
import { RollingOrder } from "../hosts/rolling";
import { checkCluster, STORAGE_VOLUMES, StorageCluster } from "./cluster";
import { hbaseMasterRole, regionserverRole } from "./hbase/role";
import { datanodeRole, journalnodeRole, namenodeRole, zkfcRole } from "./hdfs/role";
import { STORAGE_ROLES, storageHeaps, StorageRole } from "./heap";
import { zookeeperRole } from "./zookeeper/role";

/** A host of the storage with its roles, its `base` applied. */
export interface StorageHostArgs {
  host: Host;
  base: AppliedRole;
  roles: readonly StorageRole[];
}

/** Arguments of {@link Storage}. */
export interface StorageArgs {
  cluster: StorageCluster;
  hosts: readonly StorageHostArgs[];
  software: { hbase: SoftwareReference; tools: SoftwareReference };
  scope: pulumi.Resource;
}

/** Volume on whose emptiness a role's permission to initialise stands. A failover controller has none of its own. */
const INITIALISED_ON: Partial<Record<StorageRole, string>> = {
  ...STORAGE_VOLUMES,
  zkfc: STORAGE_VOLUMES.namenode,
};

/**
 * ZooKeeper, HDFS and HBase: every role on its hosts, formed in parallel, changed one member after another.
 */
export class Storage extends pulumi.ComponentResource {
  /** Ready when ZooKeeper, HDFS and HBase all serve. */
  readonly ready: pulumi.Resource[];
  /** The hosts with the last role that each got; further roles stand on it. */
  readonly prepared: ReadonlyMap<string, PreparedHost>;
  readonly groups: ReadonlyMap<StorageRole, RoleGroup>;

  constructor(
    name: string,
    private readonly args: StorageArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("opentsdb:storage:Storage", name, {}, options);
    checkCluster(args.cluster);
    const parent = { parent: this };
    const formation = this.form(parent);
    this.prepared = new Map(
      args.hosts.map(({ host, base }) => [
        host.name,
        { host, last: formation.permits.get(host.name) ?? base },
      ]),
    );
    const rolling = new RollingOrder("rolling-order", args.scope, parent);
    this.groups = new Map(
      STORAGE_ROLES.filter((role) => args.hosts.some(({ roles }) => roles.includes(role))).map((role) => [
        role,
        this.group(role, rolling, parent),
      ]),
    );
    this.ready = [...this.groups.values()].map(({ ready }) => ready);
    this.registerOutputs({});
  }

  private form(parent: pulumi.ComponentResourceOptions): Formation {
    const { hosts, cluster, scope } = this.args;
    const initialisers = hosts.map(({ host, roles }) => {
      const permitted = roles.flatMap((role) => {
        const volume = INITIALISED_ON[role];
        return volume === undefined ? [] : [[volume, role] as const];
      });
      return [host.name, permitted] as const;
    });
    return new Formation(
      "formation",
      {
        environment: cluster.environment,
        bases: hosts.map(({ base }) => base),
        initialisers: Object.fromEntries(initialisers),
        scope,
      },
      parent,
    );
  }

  private group(
    role: StorageRole,
    rolling: RollingOrder,
    parent: pulumi.ComponentResourceOptions,
  ): RoleGroup {
    const members = this.args.hosts.filter(({ roles }) => roles.includes(role));
    // The region server of a host that leaves is stopped; its data node serves until the end.
    const stopped = role === "regionserver" ? (this.args.cluster.leaving ?? []) : [];
    return new RoleGroup(
      role,
      {
        role,
        hosts: members.flatMap(({ host }) => this.prepared.get(host.name) ?? []),
        define: (host) => this.define(role, host),
        expected: members.filter(({ host }) => !stopped.includes(host.name)).length,
        scope: this.args.scope,
        rolling,
      },
      parent,
    );
  }

  private define(role: StorageRole, host: Host): RoleDefinition {
    const { cluster, hosts, software } = this.args;
    const roles = hosts.find((each) => each.host.name === host.name)?.roles ?? [];
    const heapMiB = storageHeaps(host, roles)[role];
    const member = { cluster, host: host.name, heapMiB, software: software.hbase };
    switch (role) {
      case "zookeeper":
        return zookeeperRole(member);
      case "journalnode":
        return journalnodeRole(member);
      case "namenode":
        return namenodeRole(member);
      case "zkfc":
        return zkfcRole(member);
      case "datanode":
        return datanodeRole(member);
      case "hbase-master":
        return hbaseMasterRole(member);
      case "regionserver":
        return regionserverRole({ ...member, tools: software.tools });
    }
  }
}
