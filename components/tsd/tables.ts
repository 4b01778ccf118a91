import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import { remoteOptions } from "../hosts/applied-role";
import { Host } from "../hosts/host";
import { SoftwareReference } from "../hosts/role";
import { TableSettings, tableArguments } from "./schema";

/** Arguments of {@link Tables}. */
export interface TablesArgs extends TableSettings {
  /** A host that carries an HBase client's configuration; a master's own does. */
  host: Host;
  /** Folder of that configuration on the host. */
  configuration: string;
  software: { hbase: SoftwareReference; tools: SoftwareReference };
  scope: pulumi.Resource;
  /** HBase must serve before tables are made. */
  after: readonly pulumi.Resource[];
}

/**
 * OpenTSDB's tables, made once: pre-split by salt, compressed, and carrying a record of what can never change.
 * Later runs find them and compare that record with the settings; a difference stops the update.
 */
export class Tables extends pulumi.ComponentResource {
  readonly created: command.remote.Command;

  constructor(name: string, args: TablesArgs, options?: pulumi.ComponentResourceOptions) {
    super("opentsdb:tsd:Tables", name, {}, options);
    const { hbase, tools } = args.software;
    const words = tableArguments(args).join(" ");
    const text = `export HBASE_HOME=${hbase.path} HBASE_CONF_DIR=${args.configuration}
exec ${tools.path}/bin/tsdb-tables create ${words}`;
    const { connection, options: remote } = remoteOptions(args.host, args.scope, args.after);
    this.created = new command.remote.Command(
      name,
      { connection, create: text, update: text, addPreviousOutputInEnv: false },
      { parent: this, ...remote },
    );
    this.registerOutputs({});
  }
}
