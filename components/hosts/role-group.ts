import * as pulumi from "@pulumi/pulumi";

import { AppliedRole } from "./applied-role";
import { GroupReady } from "./group-ready";
import { Host } from "./host";
import { RoleDefinition, RoleDocument } from "./role";
import { RollingOrder } from "./rolling";
import { roleDocument } from "./scripts";

/** A host that takes roles one after another; the last of them is what the next one stands on. */
export interface PreparedHost {
  host: Host;
  /** Applied before any further role; replaced with each role that is added. */
  last: pulumi.Resource;
}

/** Arguments of {@link RoleGroup}. */
export interface RoleGroupArgs {
  role: string;
  hosts: readonly PreparedHost[];
  /** The role of one member. Pure: it sees names and settings, no resources. */
  define: (host: Host) => pulumi.Input<RoleDefinition>;
  scope: pulumi.Resource;
  /** How many members must serve for the group to count as ready. Default: all. */
  expected?: number;
  /** Where members take turns with changes; left out for roles that take them at once. */
  rolling?: RollingOrder;
  /** Default: with the scripts of this repository. */
  render?: (role: RoleDefinition) => RoleDocument;
}

/**
 * One role on several hosts: applied to all of them in parallel, ready when the group is, changed one by one.
 * Roles of one host stand on each other, so that they stop in the reverse order of their start.
 */
export class RoleGroup extends pulumi.ComponentResource {
  readonly members: readonly AppliedRole[];
  readonly ready: GroupReady;

  constructor(name: string, args: RoleGroupArgs, options?: pulumi.ComponentResourceOptions) {
    super("opentsdb:hosts:RoleGroup", name, {}, options);
    const parent = { parent: this };
    this.members = args.hosts.map((prepared) => {
      const member = new AppliedRole(
        `${args.role}-${prepared.host.name}`,
        {
          host: prepared.host,
          document: pulumi.output(args.define(prepared.host)).apply(args.render ?? roleDocument),
          scope: args.scope,
          after: [prepared.last],
        },
        parent,
      );
      prepared.last = member;
      return member;
    });
    this.ready = new GroupReady(
      `${name}-ready`,
      { members: this.members, expected: args.expected, scope: args.scope },
      parent,
    );
    for (const member of this.members) {
      args.rolling?.append(args.role, member, [this.ready]);
    }
    this.registerOutputs({});
  }
}
