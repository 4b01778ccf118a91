/** The `nspawn` provider's resources, for programs. */
import * as pulumi from "@pulumi/pulumi";

/** The provider's version; it is released with this repository. */
const VERSION = "0.1.0";

function versioned(options: pulumi.CustomResourceOptions | undefined): pulumi.CustomResourceOptions {
  return pulumi.mergeOptions({ version: VERSION }, options);
}

/** Outputs come from the provider; naming them with `undefined` makes the SDK create them. */
function withOutputs(inputs: object, outputs: readonly string[]): Record<string, unknown> {
  return { ...Object.fromEntries(outputs.map((output) => [output, undefined])), ...inputs };
}

/** Arguments of {@link Network}. */
export interface NetworkArgs {
  /** Name of the site on this machine. Cannot change. */
  site: pulumi.Input<string>;
  /** Private subnet, /16 to /29, that nothing else on this machine uses. Cannot change. */
  subnet: pulumi.Input<string>;
  /** What this machine must have before anything is made; not looked at again. Default: nothing. */
  require?: pulumi.Input<{
    /** Available memory in MiB. */
    memoryMiB?: pulumi.Input<number>;
    /** Free disk space in MiB. */
    diskMiB?: pulumi.Input<number>;
    /** TCP ports that are free on the site's address. */
    ports?: pulumi.Input<pulumi.Input<number>[]>;
  }>;
}

/** A site's folder, bridge and operator key. Its removal removes all that the site has. */
export class Network extends pulumi.CustomResource {
  declare readonly site: pulumi.Output<string>;
  declare readonly subnet: pulumi.Output<string>;
  /** The subnet's first address: this machine's own, and the load balancer's. */
  declare readonly gateway: pulumi.Output<string>;
  declare readonly bridge: pulumi.Output<string>;
  /** The site's folder; only root may enter. */
  declare readonly directory: pulumi.Output<string>;
  /** The operator's key, in authorized_keys form. */
  declare readonly publicKey: pulumi.Output<string>;
  /** The operator's private key, secret. */
  declare readonly privateKey: pulumi.Output<string>;
  /** A file with the private key, mode 0600. */
  declare readonly privateKeyFile: pulumi.Output<string>;

  constructor(name: string, args: NetworkArgs, options?: pulumi.CustomResourceOptions) {
    const outputs = ["gateway", "bridge", "directory", "publicKey", "privateKey", "privateKeyFile"];
    const secret = { additionalSecretOutputs: ["privateKey"] };
    super(
      "nspawn:index:Network",
      name,
      withOutputs(args, outputs),
      pulumi.mergeOptions(versioned(options), secret),
    );
  }
}

/** An SSH key pair that lives in the state: a host's key outlives its machines. */
export class KeyPair extends pulumi.CustomResource {
  /** In authorized_keys form. */
  declare readonly publicKey: pulumi.Output<string>;
  /** In OpenSSH form, secret. */
  declare readonly privateKey: pulumi.Output<string>;

  constructor(name: string, args: Record<string, never> = {}, options?: pulumi.CustomResourceOptions) {
    const secret = { additionalSecretOutputs: ["privateKey"] };
    const properties = withOutputs(args, ["publicKey", "privateKey"]);
    super("nspawn:index:KeyPair", name, properties, pulumi.mergeOptions(versioned(options), secret));
  }
}

/** Arguments of {@link Volume}. */
export interface VolumeArgs {
  site: pulumi.Input<string>;
  /** What people call it. */
  name: pulumi.Input<string>;
  /** Size in MiB; it may grow, in place, and never shrinks. */
  sizeMiB: pulumi.Input<number>;
}

/** A blank disk that outlives the hosts which it is attached to. */
export class Volume extends pulumi.CustomResource {
  declare readonly site: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly sizeMiB: pulumi.Output<number>;
  /** The identity that it keeps for life. */
  declare readonly volumeId: pulumi.Output<string>;
  /** Its path inside a host. */
  declare readonly device: pulumi.Output<string>;

  constructor(name: string, args: VolumeArgs, options?: pulumi.CustomResourceOptions) {
    super("nspawn:index:Volume", name, withOutputs(args, ["volumeId", "device"]), versioned(options));
  }
}

/** A folder of this machine that hosts see read-only. */
export interface BindArgs {
  source: pulumi.Input<string>;
  target: pulumi.Input<string>;
}

/** What single hosts and fleet members have in common. */
export interface MachineArgs {
  site: pulumi.Input<string>;
  /** Name in the site, and host name; a fleet's members add a dash and six digits. */
  name: pulumi.Input<string>;
  /** Memory that roles may count on, in MiB. It is not enforced. */
  memoryMiB: pulumi.Input<number>;
  /** Size limit of the root disk, in MiB. */
  diskMiB: pulumi.Input<number>;
  /** Folder of the read-only base image. */
  baseImage: pulumi.Input<string>;
  /** The operator's public key. */
  authorizedKey: pulumi.Input<string>;
  /** Private host key, secret. */
  hostKey: pulumi.Input<string>;
  hostKeyPublic: pulumi.Input<string>;
  binds: pulumi.Input<pulumi.Input<BindArgs>[]>;
}

/** Arguments of {@link NspawnHost}. */
export interface NspawnHostArgs extends MachineArgs {
  /** Fixed address inside the site's subnet. */
  address: pulumi.Input<string>;
  /** Volumes by name: identities. They come and go in place. */
  volumes: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Cloud-config for cloud-init. Default: none, and cloud-init does not run. */
  userData?: pulumi.Input<string>;
}

/** One long-lived machine. It is there when its sshd answers. */
export class NspawnHost extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly address: pulumi.Output<string>;
  /** The identity of the machine that bears the name just now. */
  declare readonly incarnation: pulumi.Output<string>;
  declare readonly hostKeyPublic: pulumi.Output<string>;
  /** `on`, or `off` after a refresh found it so. */
  declare readonly power: pulumi.Output<string>;

  constructor(name: string, args: NspawnHostArgs, options?: pulumi.CustomResourceOptions) {
    const secret = pulumi.mergeOptions(versioned(options), { deleteBeforeReplace: true });
    super("nspawn:index:Host", name, withSecretKey(args, ["incarnation", "power"]), secret);
  }
}

/** A port of the load-balanced address. */
export interface ListenerArgs {
  name: pulumi.Input<string>;
  /** Port at the site's first address. */
  port: pulumi.Input<number>;
  /** Port of the targets, unless they name another. */
  targetPort: pulumi.Input<number>;
  /** Healthy is what answers GET here with 2xx or 3xx. Default: what accepts a connection. */
  healthPath?: pulumi.Input<string>;
  /** Tell targets the client's address by PROXY protocol, version 2. Default: false. */
  proxyProtocol?: pulumi.Input<boolean>;
}

/** Arguments of {@link LoadBalancer}. */
export interface LoadBalancerArgs {
  site: pulumi.Input<string>;
  listeners: pulumi.Input<pulumi.Input<ListenerArgs>[]>;
}

/** The site's load-balanced address. */
export class LoadBalancer extends pulumi.CustomResource {
  /** The subnet's first address. */
  declare readonly address: pulumi.Output<string>;
  /** `address:port` by listener. */
  declare readonly endpoints: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: LoadBalancerArgs, options?: pulumi.CustomResourceOptions) {
    super(
      "nspawn:index:LoadBalancer",
      name,
      withOutputs(args, ["address", "endpoints", "running"]),
      versioned(options),
    );
  }
}

/** Arguments of {@link NspawnFleet}. */
export interface NspawnFleetArgs extends MachineArgs {
  /** Number of members. */
  size: pulumi.Input<number>;
  /** The addresses that members take, both ends included; one more than `size` at the least. */
  addresses: pulumi.Input<{ first: pulumi.Input<string>; last: pulumi.Input<string> }>;
  /** Cloud-config that each member boots. */
  userData: pulumi.Input<string>;
  /** Listeners that members stand behind, and their port there. */
  targets: pulumi.Input<pulumi.Input<{ listener: pulumi.Input<string>; port: pulumi.Input<number> }>[]>;
  /** How long a new member may take to become healthy in a rolling change, in seconds. */
  healthTimeoutSeconds: pulumi.Input<number>;
  /** How long a leaving member may finish its connections, in seconds. */
  drainSeconds: pulumi.Input<number>;
}

/** Interchangeable machines, replaced one by one, new before old, when what they are made from changes. */
export class NspawnFleet extends pulumi.CustomResource {
  declare readonly members: pulumi.Output<{ name: string; address: string; incarnation: string }[]>;

  constructor(name: string, args: NspawnFleetArgs, options?: pulumi.CustomResourceOptions) {
    super("nspawn:index:Fleet", name, withSecretKey(args, ["members", "outdated"]), versioned(options));
  }
}

/** A private key stays secret in the state, whatever it came from. */
function withSecretKey(args: MachineArgs, outputs: readonly string[]): Record<string, unknown> {
  return withOutputs({ ...args, hostKey: pulumi.secret(args.hostKey) }, outputs);
}
