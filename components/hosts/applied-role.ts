import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import { Host } from "./host";
import { RoleDocument } from "./role";

/** What every remote command of a role shares: how it reaches the host, and when it is made anew. */
export function remoteOptions(
  host: Host,
  scope: pulumi.Resource,
  after: readonly pulumi.Resource[] = [],
): { connection: command.remote.CommandArgs["connection"]; options: pulumi.CustomResourceOptions } {
  return {
    connection: host.connection,
    options: {
      // The old machine's delete must run on the old machine: delete first, then create.
      deleteBeforeReplace: true,
      // With the whole environment gone there is nobody to pause; a dead host must not block `down`.
      deletedWith: scope,
      dependsOn: [host.resource, ...after],
    },
  };
}

/** Arguments of {@link AppliedRole}. */
export interface AppliedRoleArgs {
  host: Host;
  document: pulumi.Input<RoleDocument>;
  /** Lives as long as the environment, see `Site.scope`. */
  scope: pulumi.Resource;
  /** What must be there before the role is applied, and is removed after it. */
  after?: readonly pulumi.Resource[];
}

/**
 * A role on a host, over SSH.
 *
 * The content hash stands in the text of `create` and `update`, so a change is an update in place; `triggers`
 * holds the host's incarnation alone, so a machine made anew gets its roles anew. `delete` pauses the role.
 * The document itself goes through standard input, in plain text, so that a preview shows what changes.
 */
export class AppliedRole extends pulumi.ComponentResource {
  /** The role's document on this host. */
  readonly document: pulumi.Output<RoleDocument>;
  readonly host: Host;
  /** The command that applied it; its standard output is what the role reports. */
  readonly applied: command.remote.Command;

  constructor(name: string, args: AppliedRoleArgs, options?: pulumi.ComponentResourceOptions) {
    super("opentsdb:hosts:AppliedRole", name, {}, options);
    this.host = args.host;
    this.document = pulumi.output(args.document);
    const { connection, options: remote } = remoteOptions(args.host, args.scope, args.after);
    const text = this.document.apply(
      (document) => `# role ${document.role} ${document.hash}\nexec bash -s -- apply`,
    );
    this.applied = new command.remote.Command(
      name,
      {
        connection,
        create: text,
        update: text,
        delete: this.document.apply(
          ({ role }) => `! command -v platform-role >/dev/null || platform-role pause ${role}`,
        ),
        stdin: this.document.apply((document) => document.script),
        triggers: [args.host.incarnation],
        addPreviousOutputInEnv: false,
      },
      { parent: this, ...remote },
    );
    this.registerOutputs({});
  }
}
