import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/** An SSH connection as `command.remote` takes it. One constant per host: what varies between operators is no part of it. */
export type Connection = command.types.input.remote.ConnectionArgs;

/** A data volume as a host sees it; it outlives the machine. */
export interface AttachedVolume {
  /** What it is for, e.g. `zookeeper`; it is mounted at `/data/<name>`. */
  name: string;
  /** The identity that the volume keeps for life (a uuid, or an EBS volume id). */
  volumeId: pulumi.Input<string>;
  /** Device path inside the host, derived from the identity. */
  device: pulumi.Input<string>;
}

/** One long-lived machine with a name that outlives it. Both sites make these; roles are applied to them. */
export interface Host {
  /** Name inside the environment and in its DNS, e.g. `data-1`. */
  readonly name: string;
  /** Fixed address inside the environment's network, planned before the machine exists. */
  readonly address: string;
  /** Zone or rack; replicas and quorums are spread over these. */
  readonly failureDomain: string;
  /** Memory that roles may count on, in MiB. Heaps are computed from it. */
  readonly memoryMiB: number;
  readonly connection: pulumi.Input<Connection>;
  /** The identity of the machine that bears the name just now. A machine made anew gets its roles anew. */
  readonly incarnation: pulumi.Input<string>;
  /** Public host key, `ssh-ed25519 AAAA…`. */
  readonly hostKey: pulumi.Input<string>;
  readonly volumes: readonly AttachedVolume[];
  /** The machine's resource: what is applied to the host depends on it. */
  readonly resource: pulumi.Resource;
}

/** What a composition asks of a site for one host. */
export interface HostRequest {
  name: string;
  memoryMiB: number;
  failureDomainIndex: number;
  /** Data volumes by name; sizes in MiB. */
  volumes: Record<string, number>;
}
