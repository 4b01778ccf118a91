import * as pulumi from "@pulumi/pulumi";

import { Fleet, FleetRequest } from "./fleet";
import { Host, HostRequest } from "./host";
import { SoftwareReference } from "./role";

/** A place where machines come from. A composition does not ask which one it has. */
export interface Site {
  readonly kind: "local" | "aws";
  /**
   * A resource that lives exactly as long as the environment. Roles name it as `deletedWith`: a host that is
   * gone cannot block the removal of the whole environment, and a machine's replacement still pauses its roles.
   */
  readonly scope: pulumi.Resource;
  /** Address and port at which clients reach the fleet, by listener name. */
  readonly endpoints: pulumi.Output<Record<string, string>>;
  /** Components of the bundle as hosts of this site find them. */
  software(name: string): SoftwareReference;
  host(request: HostRequest, options?: pulumi.ComponentResourceOptions): Host;
  fleet(request: FleetRequest, options?: pulumi.ComponentResourceOptions): Fleet;
}
