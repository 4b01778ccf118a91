import * as pulumi from "@pulumi/pulumi";

import { memcachedRole } from "../components/cache/role";
import { collectorRole } from "../components/collectors/role";
import { AppliedRole } from "../components/hosts/applied-role";
import { baseRole } from "../components/hosts/base";
import { Host } from "../components/hosts/host";
import { RoleDefinition, SoftwareReference } from "../components/hosts/role";
import { PreparedHost, RoleGroup } from "../components/hosts/role-group";
import { roleDocument } from "../components/hosts/scripts";
import { Site } from "../components/hosts/site";
import { StorageCluster, StorageHost } from "../components/storage/cluster";
import { hbaseClientFiles } from "../components/storage/hbase/configuration";
import { STORAGE_ROLES } from "../components/storage/heap";
import { Leaving } from "../components/storage/leaving";
import { Storage } from "../components/storage/storage";
import { TsdFleet } from "../components/tsd/fleet";
import { tsdRole } from "../components/tsd/role";
import { Tables } from "../components/tsd/tables";
import { EnvironmentOutputs } from "./outputs";
import { Settings } from "./settings";
import { FEWEST_REGION_SERVERS } from "./settings/conflicts";
import { HostPlan, HostRole, planHosts } from "./topology";

/** Name of the TSD fleet; its members are `tsd-<6 hex>`. */
const FLEET = "tsd";

/** A planned host with its machine and its `base` role. */
interface ComposedHost {
  plan: HostPlan;
  host: Host;
  base: AppliedRole;
}

/** An environment: which roles stand on which hosts of a site. It does not ask which site it has. */
export class Environment extends pulumi.ComponentResource {
  readonly outputs: pulumi.Output<EnvironmentOutputs>;

  constructor(
    private readonly settings: Settings,
    private readonly site: Site,
    ssh: pulumi.Input<EnvironmentOutputs["ssh"]>,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("opentsdb:stacks:Environment", settings.environment, {}, options);
    const parent = { parent: this };
    const hosts = planHosts(settings).map((plan) => this.host(plan));
    const cluster = storageCluster(settings, hosts);
    const storage = this.storage(cluster, hosts);
    const tables = this.tables(storage, hosts);
    const leaving = this.leaving(storage, hosts);
    const prepared = new Map(
      hosts.map(({ host, base }) => [host.name, storage.prepared.get(host.name) ?? { host, last: base }]),
    );
    this.cache(hosts, prepared);
    for (const { plan } of hosts) {
      this.agent(plan, prepared);
    }
    const tsds = this.tsds(cluster, hosts, tables, parent);
    this.outputs = pulumi
      .all([
        pulumi.output(ssh),
        site.endpoints,
        tsds.fleet.members,
        tsds.fleet.hostKey,
        hosts.map(({ host }) => host.hostKey),
        leaving.left,
        tsds.ready.stdout,
      ])
      .apply(([access, endpoints, members, fleetKey, keys, left]) => ({
        environment: settings.environment,
        site: site.kind,
        endpoint: `http://${endpoints["tsd"] ?? ""}`,
        hosts: [
          ...hosts.map(({ plan, host }, index) => ({
            name: plan.name,
            address: host.address,
            kind: "host" as const,
            roles: [...plan.roles, "collector"],
            hostKey: keys[index] ?? "",
          })),
          ...members.map(({ name, address }) => ({
            name,
            address,
            kind: "fleet" as const,
            roles: ["tsd", "collector"],
            hostKey: fleetKey,
          })),
        ],
        left,
        ssh: access,
      }));
    this.registerOutputs({});
  }

  private host(plan: HostPlan): ComposedHost {
    const parent = { parent: this };
    const host = this.site.host(
      {
        name: plan.name,
        memoryMiB: plan.memoryMiB,
        failureDomainIndex: plan.failureDomainIndex,
        volumes: { ...plan.volumes },
      },
      parent,
    );
    const document = pulumi.output(host.volumes.map((volume) => pulumi.output(volume))).apply((volumes) =>
      roleDocument(
        baseRole({
          environment: this.settings.environment,
          volumes,
          software: this.softwareOf(plan.roles),
        }),
      ),
    );
    const base = new AppliedRole(`base-${plan.name}`, { host, document, scope: this.site.scope }, parent);
    return { plan, host, base };
  }

  /** The bundle's components that roles of a host run; every host has the metrics agent. */
  private softwareOf(roles: readonly HostRole[]): SoftwareReference[] {
    const names = new Set<string>(["telegraf"]);
    if (roles.some((role) => role !== "memcached")) {
      names.add("hbase").add("tools");
    }
    return [...names].sort().map((name) => this.site.software(name));
  }

  private storage(cluster: StorageCluster, hosts: readonly ComposedHost[]): Storage {
    return new Storage(
      "storage",
      {
        cluster,
        hosts: hosts.flatMap(({ plan, host, base }) => {
          const roles = STORAGE_ROLES.filter((role) => plan.roles.includes(role));
          return roles.length === 0 ? [] : [{ host, base, roles }];
        }),
        software: { hbase: this.site.software("hbase"), tools: this.site.software("tools") },
        scope: this.site.scope,
      },
      { parent: this },
    );
  }

  private leaving(storage: Storage, hosts: readonly ComposedHost[]): Leaving {
    const having = (role: HostRole) => hosts.filter(({ plan }) => plan.roles.includes(role));
    return new Leaving(
      "leaving",
      {
        nameNodes: having("namenode").map(({ host }) => host),
        dataHosts: having("datanode").map(({ host }) => host.name),
        leaving: this.settings.leaving,
        scope: this.site.scope,
        after: [storage],
      },
      { parent: this },
    );
  }

  private tables(storage: Storage, hosts: readonly ComposedHost[]): Tables {
    return new Tables(
      "tables",
      {
        saltBuckets: this.settings.saltBuckets,
        host: firstWith("hbase-master", hosts).host,
        configuration: "/etc/hbase-master",
        software: { hbase: this.site.software("hbase"), tools: this.site.software("tools") },
        scope: this.site.scope,
        after: storage.ready,
      },
      { parent: this },
    );
  }

  private cache(hosts: readonly ComposedHost[], prepared: ReadonlyMap<string, PreparedHost>): void {
    new RoleGroup(
      "memcached",
      {
        role: "memcached",
        hosts: hosts.flatMap(({ plan }) => (plan.kind === "cache" ? (prepared.get(plan.name) ?? []) : [])),
        define: (host) => memcachedRole({ address: host.address, memoryMiB: host.memoryMiB }),
        scope: this.site.scope,
      },
      { parent: this },
    );
  }

  /** The metrics agent, last on every host: it reports what stands there. */
  private agent(plan: HostPlan, prepared: ReadonlyMap<string, PreparedHost>): void {
    const standing = prepared.get(plan.name);
    if (standing === undefined) {
      return;
    }
    standing.last = new AppliedRole(
      `collector-${plan.name}`,
      {
        host: standing.host,
        document: this.collector(plan.roles, standing.host.failureDomain).apply(roleDocument),
        scope: this.site.scope,
        after: [standing.last],
      },
      { parent: this },
    );
  }

  private collector(roles: readonly string[], zone?: string): pulumi.Output<RoleDefinition> {
    return this.site.endpoints.apply((endpoints) =>
      collectorRole({
        environment: this.settings.environment,
        endpoint: `http://${endpoints["tsd"] ?? ""}`,
        roles: roles.length === 0 ? ["collector"] : roles,
        ...(zone === undefined ? {} : { zone }),
        units: roles.map((role) => `${role}.service`),
        intervalSeconds: Math.ceil(this.settings.collectInterval / 1000),
        software: this.site.software("telegraf"),
      }),
    );
  }

  private tsds(
    cluster: StorageCluster,
    hosts: readonly ComposedHost[],
    tables: Tables,
    parent: pulumi.ComponentResourceOptions,
  ): TsdFleet {
    const software = {
      tsd: this.site.software("tsd"),
      tools: this.site.software("tools"),
      hbase: this.site.software("hbase"),
    };
    const base = baseRole({
      environment: this.settings.environment,
      volumes: [],
      software: [...Object.values(software), this.site.software("telegraf")],
    });
    const tsd = tsdRole({
      zookeepers: cluster.zookeepers.map(({ name }) => name),
      saltBuckets: this.settings.saltBuckets,
      flushIntervalMs: this.settings.flushInterval,
      memoryMiB: this.settings.tsdMemory,
      software,
      hbaseClientFiles: hbaseClientFiles(cluster),
    });
    return new TsdFleet(
      FLEET,
      {
        site: this.site,
        size: this.settings.tsds,
        memoryMiB: this.settings.tsdMemory,
        drainSeconds: Math.ceil(this.settings.drainTime / 1000),
        roles: [base, tsd, this.collector(["tsd"])],
        roleNames: ["base", "tsd", "collector"],
        observer: firstWith("hbase-master", hosts).host,
        after: [tables],
      },
      parent,
    );
  }
}

function firstWith(role: HostRole, hosts: readonly ComposedHost[]): ComposedHost {
  const found = hosts.find(({ plan }) => plan.roles.includes(role));
  if (found === undefined) {
    throw new Error(`no host of the environment has the role ${role}`);
  }
  return found;
}

function storageCluster(settings: Settings, hosts: readonly ComposedHost[]): StorageCluster {
  const having = (role: HostRole): StorageHost[] =>
    hosts
      .filter(({ plan }) => plan.roles.includes(role))
      .map(({ host }) => ({ name: host.name, address: host.address, failureDomain: host.failureDomain }));
  return {
    environment: settings.environment,
    zookeepers: having("zookeeper"),
    journalNodes: having("journalnode"),
    nameNodes: having("namenode"),
    masters: having("hbase-master"),
    dataHosts: having("regionserver"),
    leaving: settings.leaving,
    replication: FEWEST_REGION_SERVERS[settings.topology],
    walSync: settings.walSync,
    regionServerHandlers: settings.regionServerHandlers,
    dataVolumeMiB: settings.dataVolume,
  };
}
