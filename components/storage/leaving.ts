import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import { remoteOptions } from "../hosts/applied-role";
import { Host } from "../hosts/host";
import { ROLE_STATE } from "../hosts/role";

/** How long one update waits for a host to leave, in seconds. The next one goes on where this one ended. */
const LEAVING_SECONDS = 3600;

/** Arguments of {@link Leaving}. */
export interface LeavingArgs {
  /** Hosts with a name node; each keeps its own list of the hosts that take no more copies. */
  nameNodes: readonly Host[];
  /** Names of all data hosts of the plan, those that leave among them. */
  dataHosts: readonly string[];
  /** Names of the data hosts that hand over their regions and blocks for good. */
  leaving: readonly string[];
  scope: pulumi.Resource;
  /** The storage, with every change rolled: the region servers of hosts that leave have stopped then. */
  after: readonly pulumi.Resource[];
}

/** The script on a name node's host, in the version that is in use there. */
const SCRIPT = `${ROLE_STATE}/namenode/active/scripts/namenode/leaving.sh`;

/** The command that makes one name node's list what the plan says. */
export function excludeText(dataHosts: readonly string[], leaving: readonly string[]): string {
  return `exec bash ${SCRIPT} exclude '${dataHosts.join(" ")}' '${[...leaving].sort().join(" ")}'`;
}

/** The command that waits until nobody needs a host any more. */
export function awaitText(host: string): string {
  return `exec bash ${SCRIPT} await '${host}' ${LEAVING_SECONDS}`;
}

/**
 * Data hosts that leave for good: name nodes copy their blocks elsewhere, and one command a host waits for the end.
 * Their regions have gone by then, as the role of a region server that leaves keeps it stopped.
 *
 * Whether a host is taken back or dropped is no business of a `delete`: the plan tells. A host that is planned and
 * does not leave comes off the lists; one that is planned no more stays on them. So nothing here reaches a host that
 * is gone, and no copy is made on a host just before it goes.
 */
export class Leaving extends pulumi.ComponentResource {
  /** Names of the hosts that have left, and may be dropped. */
  readonly left: pulumi.Output<string[]>;

  constructor(name: string, args: LeavingArgs, options?: pulumi.ComponentResourceOptions) {
    super("opentsdb:storage:Leaving", name, {}, options);
    const excluded = args.nameNodes.map((host) => this.exclude(host, args));
    const waits = args.leaving.map((host) => this.departure(host, args, excluded));
    this.left = pulumi.all(waits.map(({ stdout }) => stdout)).apply(() => [...args.leaving].sort());
    this.registerOutputs({});
  }

  private exclude(host: Host, { dataHosts, leaving, scope, after }: LeavingArgs): command.remote.Command {
    const { connection, options } = remoteOptions(host, scope, after);
    const text = excludeText(dataHosts, leaving);
    return new command.remote.Command(
      `leaving-list-${host.name}`,
      {
        connection,
        create: text,
        update: text,
        // A machine made anew may have come with an empty volume.
        triggers: [host.incarnation],
        addPreviousOutputInEnv: false,
      },
      { parent: this, ...options },
    );
  }

  private departure(
    name: string,
    { nameNodes, scope }: LeavingArgs,
    excluded: readonly pulumi.Resource[],
  ): command.remote.Command {
    const [first] = nameNodes;
    if (first === undefined) {
      throw new Error(`data host ${name} cannot leave: there is no name node to copy its blocks`);
    }
    const { connection, options } = remoteOptions(first, scope, excluded);
    const text = awaitText(name);
    return new command.remote.Command(
      `leaving-${name}`,
      { connection, create: text, update: text, addPreviousOutputInEnv: false },
      { parent: this, ...options },
    );
  }
}
