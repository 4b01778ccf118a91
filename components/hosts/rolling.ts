import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import { AppliedRole, remoteOptions } from "./applied-role";

/**
 * The one order in which members of formed groups take changes into use, across all stateful roles.
 *
 * Applying a role to a running member only stages the new version. Its turn comes here: the commands form a chain,
 * each stops the member gracefully, starts it with what was staged, and waits until it has rejoined its group and
 * holds its share. A member that does not come back stops the chain, with every other member still serving.
 * While a group forms there is nothing to roll: each turn finds the version in use already.
 */
export class RollingOrder extends pulumi.ComponentResource {
  private previous: command.remote.Command | undefined;

  constructor(
    name: string,
    private readonly scope: pulumi.Resource,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("opentsdb:hosts:RollingOrder", name, {}, options);
    this.registerOutputs({});
  }

  /** Appends a member's turn. `after` names the ready commands of the groups that must have formed. */
  append(role: string, member: AppliedRole, after: readonly pulumi.Resource[]): void {
    const turn: pulumi.Resource[] = [member, ...after];
    if (this.previous !== undefined) {
      turn.push(this.previous);
    }
    const { connection, options } = remoteOptions(member.host, this.scope, turn);
    const text = member.document.apply(
      (document) =>
        `# role ${document.role} ${document.hash}\nplatform-role roll ${document.role} ${document.hash}`,
    );
    this.previous = new command.remote.Command(
      `roll-${role}-${member.host.name}`,
      {
        connection,
        create: text,
        update: text,
        triggers: [member.host.incarnation],
        addPreviousOutputInEnv: false,
      },
      { parent: this, ...options },
    );
  }
}
