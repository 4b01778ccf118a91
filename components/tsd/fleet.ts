import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import { remoteOptions } from "../hosts/applied-role";
import { Fleet, FleetMember } from "../hosts/fleet";
import { Host } from "../hosts/host";
import { RoleDefinition } from "../hosts/role";
import { roleDocument } from "../hosts/scripts";
import { Site } from "../hosts/site";
import { TSD_PORT } from "./config";

/** How long a new TSD may take from power-on until it serves, in seconds; it waits for the tables meanwhile. */
const HEALTH_TIMEOUT_SECONDS = 300;

/** Arguments of {@link TsdFleet}. */
export interface TsdFleetArgs {
  site: Site;
  size: number;
  memoryMiB: number;
  drainSeconds: number;
  /** Roles of every member, in the order in which they are applied. */
  roles: readonly pulumi.Input<RoleDefinition>[];
  /** Names of {@link roles}, known before their content is. */
  roleNames: readonly string[];
  /** A host from which members are asked whether they serve. */
  observer: Host;
  /** What must be there before members can serve; they boot without waiting for it. */
  after: readonly pulumi.Resource[];
}

/** The TSDs: interchangeable, behind the site's load-balanced address, replaced when their roles change. */
export class TsdFleet extends pulumi.ComponentResource {
  readonly fleet: Fleet;
  /** Done when every member serves. */
  readonly ready: command.remote.Command;

  constructor(name: string, args: TsdFleetArgs, options?: pulumi.ComponentResourceOptions) {
    super("opentsdb:tsd:TsdFleet", name, {}, options);
    this.fleet = args.site.fleet(
      {
        name,
        size: args.size,
        memoryMiB: args.memoryMiB,
        roles: args.roles.map((role, index) => ({
          role: args.roleNames[index] ?? "",
          document: pulumi.output(role).apply(roleDocument),
        })),
        targets: [{ listener: "tsd", port: TSD_PORT }],
        healthTimeoutSeconds: HEALTH_TIMEOUT_SECONDS,
        drainSeconds: args.drainSeconds,
      },
      { parent: this },
    );
    const { connection, options: remote } = remoteOptions(args.observer, args.site.scope, [
      ...args.after,
      this.fleet.resource,
    ]);
    const text = this.fleet.members.apply(readyText);
    this.ready = new command.remote.Command(
      `${name}-ready`,
      { connection, create: text, update: text, addPreviousOutputInEnv: false },
      { parent: this, ...remote },
    );
    this.registerOutputs({});
  }
}

/** Waits until each member answers; names those that do not. */
export function readyText(members: readonly FleetMember[]): string {
  const targets = members.map(({ name, address }) => `${name}=${address}`).join(" ");
  return `deadline=$((SECONDS + ${HEALTH_TIMEOUT_SECONDS}))
for member in ${targets}; do
  until curl --silent --fail --max-time 5 --output /dev/null "http://\${member#*=}:${TSD_PORT}/api/version"; do
    if [ $SECONDS -ge $deadline ]; then
      echo "TSD \${member%%=*} (\${member#*=}) does not serve after ${HEALTH_TIMEOUT_SECONDS} s; see: npm run logs -- \${member%%=*} tsd" >&2
      exit 1
    fi
    sleep 0.3
  done
done`;
}
