import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import { AppliedRole, remoteOptions } from "./applied-role";

/** Arguments of {@link GroupReady}. */
export interface GroupReadyArgs {
  /** All members of the group. */
  members: readonly AppliedRole[];
  /** Who is asked whether the group is ready. Default: the first member. */
  asked?: AppliedRole;
  /** How many members must serve; handed to the role's `role_ready`. Default: all of them. */
  expected?: number;
  scope: pulumi.Resource;
}

/**
 * Stands between a group and what needs it: all members start in parallel without waiting for each other, and one
 * command waits until the group as a whole is ready. It runs again when the membership changes, not when a role does.
 */
export class GroupReady extends pulumi.ComponentResource {
  readonly ready: command.remote.Command;

  constructor(name: string, args: GroupReadyArgs, options?: pulumi.ComponentResourceOptions) {
    super("opentsdb:hosts:GroupReady", name, {}, options);
    const asked = args.asked ?? args.members[0];
    if (asked === undefined) {
      throw new Error(`group ${name} has no member`);
    }
    const expected = args.expected ?? args.members.length;
    const { connection, options: remote } = remoteOptions(asked.host, args.scope, args.members);
    const names = args.members.map((member) => member.host.name).join(" ");
    const text = asked.document.apply(
      ({ role }) => `# members: ${names}\nplatform-role ready ${role} ${expected}`,
    );
    this.ready = new command.remote.Command(
      name,
      { connection, create: text, update: text, addPreviousOutputInEnv: false },
      { parent: this, ...remote },
    );
    this.registerOutputs({});
  }
}
