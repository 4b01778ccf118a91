import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import { Fleet, FleetRequest } from "../../hosts/fleet";
import { Host, HostRequest } from "../../hosts/host";
import { RoleDocument, SOFTWARE_ROOT, SoftwareReference } from "../../hosts/role";
import { Site } from "../../hosts/site";
import { RoleArtifact, renderUserData } from "../../hosts/user-data";
import { Subnet } from "../../network/ipv4";
import { fleetPool, hostAddress, siteSubnet } from "./addresses";
import { KeyPair, LoadBalancer, Network, NspawnFleet, NspawnHost, Volume } from "./machines";

/** Where a fleet member finds the documents of its roles. */
const ARTIFACTS_ON_HOST = "/opt/opentsdb-platform/artifacts";

/**
 * How often a connection is tried again, with growing pauses of up to 15 s each, before a host counts as
 * unreachable. Large and constant, since a change of the connection would run every role's update.
 */
const DIAL_ATTEMPTS = 20;

/** Arguments of {@link LocalSite}. */
export interface LocalSiteArgs {
  /** Name of the site on this machine; two sites of different names run side by side. */
  site: string;
  /** Private subnet of /25 or larger. Machine and load balancer have its first address. */
  subnet: string;
  /** Root image that all hosts share, read-only. */
  baseImage: string;
  /** Folder on this machine that holds the bundle's components. */
  softwareDirectory: string;
  /** Components of the bundle: name to version, hash and folder name. */
  software: Readonly<Record<string, { version: string; hash: string; directory: string }>>;
  /** Size limit of each host's root disk, in MiB. */
  rootDiskMiB: number;
  /** Hosts that may be replaced when their machine's definition changes; others keep the machine they have. */
  rollHosts: readonly string[];
  /** Ports at the load-balanced address. */
  listeners: { name: string; port: number; targetPort: number; healthPath?: string }[];
  /** What the whole environment needs of this machine, refused before anything is made. */
  require: { memoryMiB: number; diskMiB: number };
}

/** Hosts, fleets and a load balancer on this Linux machine: systemd-nspawn hosts on a network of their own. */
export class LocalSite extends pulumi.ComponentResource implements Site {
  readonly kind = "local";
  readonly scope: pulumi.Resource;
  readonly endpoints: pulumi.Output<Record<string, string>>;
  readonly network: Network;
  private readonly subnet: Subnet;
  private readonly balancer: LoadBalancer;

  constructor(
    name: string,
    private readonly args: LocalSiteArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("opentsdb:sites:LocalSite", name, {}, options);
    this.subnet = siteSubnet(args.subnet);
    this.network = new Network(
      "network",
      {
        site: args.site,
        subnet: args.subnet,
        require: { ...args.require, ports: args.listeners.map(({ port }) => port) },
      },
      // What it requires was checked when it was made; a running environment has taken its share.
      { parent: this, ignoreChanges: ["require"] },
    );
    this.scope = this.network;
    this.balancer = new LoadBalancer(
      "load-balancer",
      { site: this.network.site, listeners: args.listeners },
      { parent: this },
    );
    this.endpoints = this.balancer.address.apply((address) =>
      Object.fromEntries(args.listeners.map((listener) => [listener.name, `${address}:${listener.port}`])),
    );
    this.registerOutputs({});
  }

  software(name: string): SoftwareReference {
    const component = this.args.software[name];
    if (component === undefined) {
      throw new Error(
        `the bundle has no component "${name}" (it has ${Object.keys(this.args.software).join(", ")})`,
      );
    }
    const { version, hash, directory } = component;
    return { name, version, hash, path: `${SOFTWARE_ROOT}/${directory}` };
  }

  /** Keys outlive machines. They come after the network, so that nothing is there when that is refused. */
  private hostKeys(name: string, parent: { parent: pulumi.Resource }): KeyPair {
    return new KeyPair(`${name}-host-key`, {}, { ...parent, dependsOn: [this.network] });
  }

  host(request: HostRequest, options?: pulumi.ComponentResourceOptions): Host {
    const parent = { parent: options?.parent ?? this };
    const keys = this.hostKeys(request.name, parent);
    const volumes = Object.entries(request.volumes).map(([volume, sizeMiB]) => {
      const resource = new Volume(
        `${request.name}-${volume}`,
        { site: this.network.site, name: `${request.name}-${volume}`, sizeMiB },
        parent,
      );
      return { name: volume, volumeId: resource.volumeId, device: resource.device };
    });
    const address = hostAddress(this.subnet, request.name);
    const machine = new NspawnHost(
      request.name,
      {
        site: this.network.site,
        name: request.name,
        address,
        memoryMiB: request.memoryMiB,
        diskMiB: this.args.rootDiskMiB,
        baseImage: this.args.baseImage,
        authorizedKey: this.network.publicKey,
        hostKey: keys.privateKey,
        hostKeyPublic: keys.publicKey,
        volumes: Object.fromEntries(volumes.map(({ name, volumeId }) => [name, volumeId])),
        binds: [{ source: this.args.softwareDirectory, target: SOFTWARE_ROOT }],
      },
      {
        ...parent,
        // A stateful machine is replaced only when it is named: the definition of the others stays as it was.
        ignoreChanges: this.args.rollHosts.includes(request.name)
          ? []
          : ["baseImage", "diskMiB", "memoryMiB", "binds"],
      },
    );
    return {
      name: request.name,
      address,
      failureDomain: `rack-${request.failureDomainIndex + 1}`,
      memoryMiB: request.memoryMiB,
      connection: {
        host: address,
        user: "root",
        privateKey: this.network.privateKey,
        hostKey: keys.publicKey,
        dialErrorLimit: DIAL_ATTEMPTS,
      },
      incarnation: machine.incarnation,
      hostKey: keys.publicKey,
      volumes,
      resource: machine,
    };
  }

  fleet(request: FleetRequest, options?: pulumi.ComponentResourceOptions): Fleet {
    const parent = { parent: options?.parent ?? this };
    const keys = this.hostKeys(request.name, parent);
    const artifacts = pulumi.interpolate`${this.network.directory}/artifacts`;
    const placed = request.roles.map(({ role, document }) =>
      this.placeArtifact(request.name, role, pulumi.output(document), artifacts, parent),
    );
    const machines = new NspawnFleet(
      request.name,
      {
        site: this.network.site,
        name: request.name,
        size: request.size,
        memoryMiB: request.memoryMiB,
        diskMiB: this.args.rootDiskMiB,
        baseImage: this.args.baseImage,
        addresses: fleetPool(this.subnet),
        authorizedKey: this.network.publicKey,
        hostKey: keys.privateKey,
        hostKeyPublic: keys.publicKey,
        binds: [
          { source: this.args.softwareDirectory, target: SOFTWARE_ROOT },
          { source: artifacts, target: ARTIFACTS_ON_HOST },
        ],
        userData: pulumi.all(placed).apply((roles) => renderUserData({ roles })),
        targets: request.targets,
        healthTimeoutSeconds: request.healthTimeoutSeconds,
        drainSeconds: request.drainSeconds,
      },
      { ...parent, dependsOn: [this.balancer] },
    );
    return { name: request.name, members: machines.members, hostKey: keys.publicKey, resource: machines };
  }

  /** Puts a role's document where fleet members find it; the name holds the hash, so versions lie side by side. */
  private placeArtifact(
    fleet: string,
    role: string,
    document: pulumi.Output<RoleDocument>,
    directory: pulumi.Output<string>,
    parent: { parent: pulumi.Resource },
  ): pulumi.Output<RoleArtifact> {
    const file = document.apply(({ hash }) => `${role}-${hash}`);
    const text = pulumi.interpolate`set -eu
umask 077
mkdir -p '${directory}'
cat >'${directory}/${file}.new'
mv '${directory}/${file}.new' '${directory}/${file}'`;
    const placed = new command.local.Command(
      `${fleet}-${role}-document`,
      {
        create: text,
        update: text,
        stdin: document.apply(({ script }) => script),
        addPreviousOutputInEnv: false,
      },
      { ...parent, deletedWith: this.network },
    );
    return pulumi
      .all([document, file, placed.stdout])
      .apply(([{ hash }, name]) => ({ role, hash, uri: `file://${ARTIFACTS_ON_HOST}/${name}` }));
  }
}
