import * as pulumi from "@pulumi/pulumi";

import { RoleDocument } from "./role";

/** One machine of a fleet, as it is just now. */
export interface FleetMember {
  name: string;
  address: string;
  incarnation: string;
}

/** Interchangeable machines behind one load-balanced address; none is edited in place. */
export interface Fleet {
  readonly name: string;
  /** The machines after the last update. */
  readonly members: pulumi.Output<FleetMember[]>;
  /** Public host key that all members share, `ssh-ed25519 AAAA…`. */
  readonly hostKey: pulumi.Input<string>;
  readonly resource: pulumi.Resource;
}

/** What a composition asks of a site for a fleet. */
export interface FleetRequest {
  name: string;
  size: number;
  memoryMiB: number;
  /** Applied at first boot, in this order, from the same user data on every site. */
  roles: readonly { role: string; document: pulumi.Input<RoleDocument> }[];
  /** Ports of the members that are targets of the load-balanced address. */
  targets: { listener: string; port: number }[];
  /** How long a new member may take to become healthy, in seconds. */
  healthTimeoutSeconds: number;
  /** How long a member that leaves may finish its connections, in seconds. */
  drainSeconds: number;
}
