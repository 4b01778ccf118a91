import { readFileSync } from "node:fs";
import { join } from "node:path";

import { RoleDefinition, RoleFile, SoftwareReference } from "../hosts/role";
import { HBASE_CLIENT_FOLDER } from "../storage/hbase/configuration";
import { TSD_PORT, TsdConfig, renderTsdConfig, renderTsdLogging } from "./config";
import { queryPointLimit, tsdHeapMiB, tsdJvmFlags } from "./memory";
import { tableArguments } from "./schema";

const CONFIG_FOLDER = "/etc/opentsdb-platform/tsd";
const LAUNCHER = "/usr/local/lib/opentsdb-platform/tsd-start";

/** Arguments of {@link tsdRole}. */
export interface TsdRoleArgs extends Omit<TsdConfig, "queryPoints"> {
  /** Memory of the host, in MiB; the heap is computed from it. */
  memoryMiB: number;
  /** Memory that other services of the host take, in MiB. Default: 0. */
  besideMiB?: number;
  /** Where the TSD listens: on the host's own address, or on loopback behind a gateway. Default: `host`. */
  listen?: "host" | "loopback";
  /** How long a stopping TSD may take to hand its points to HBase, in s. Default: 30. */
  stopSeconds?: number;
  /** How long a starting TSD waits for the tables before it ends and is started again, in s. Default: 60. */
  tableWaitSeconds?: number;
  /** The bundle's components: OpenTSDB, the table command, and the HBase jars that it needs. */
  software: { tsd: SoftwareReference; tools: SoftwareReference; hbase: SoftwareReference };
  /** Settings of the HBase client below {@link HBASE_CLIENT_FOLDER}, as the storage renders them. */
  hbaseClientFiles: readonly RoleFile[];
}

function unit(args: TsdRoleArgs): string {
  return `[Unit]
Description=OpenTSDB time series daemon
Wants=network-online.target
After=network-online.target
# HBase may be away for as long as it likes; its return must not find a TSD that has given up.
StartLimitIntervalSec=0

[Service]
Type=exec
User=opentsdb
Group=opentsdb
SyslogIdentifier=tsd
EnvironmentFile=${CONFIG_FOLDER}/environment
ExecStart=${LAUNCHER}
Restart=on-failure
RestartSec=2
# The launcher's "the tables were made with other constants": no later attempt can help.
RestartPreventExitStatus=3
SuccessExitStatus=143
# The shutdown hook hands the points that are still in memory to HBase.
KillSignal=SIGTERM
TimeoutStopSec=${args.stopSeconds ?? 30}
LimitNOFILE=20000
StateDirectory=opentsdb opentsdb/static opentsdb/cache
RuntimeDirectory=opentsdb
RuntimeDirectoryPreserve=yes
WorkingDirectory=/var/lib/opentsdb
NoNewPrivileges=yes
ProtectSystem=full
ProtectHome=yes
PrivateTmp=yes

[Install]
WantedBy=multi-user.target
`;
}

function environment(args: TsdRoleArgs, heapMiB: number): string {
  const values: Record<string, string> = {
    TSD_HOME: args.software.tsd.path,
    TSD_CONFIG: CONFIG_FOLDER,
    TSD_LISTEN: args.listen ?? "host",
    TSD_JVM: tsdJvmFlags(heapMiB).join(" "),
    TABLES_COMMAND: `${args.software.tools.path}/bin/tsdb-tables`,
    TABLES_ARGUMENTS: [...tableArguments(args), "--wait-seconds", String(args.tableWaitSeconds ?? 60)].join(
      " ",
    ),
    HBASE_HOME: args.software.hbase.path,
    HBASE_CONF_DIR: HBASE_CLIENT_FOLDER,
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}="${value}"\n`)
    .join("");
}

/** A time series daemon that serves clients on {@link TSD_PORT} once the tables are found to be its own. */
export function tsdRole(args: TsdRoleArgs): RoleDefinition {
  const heapMiB = tsdHeapMiB(args.memoryMiB, args.besideMiB);
  return {
    name: "tsd",
    units: ["tsd.service"],
    files: [
      {
        path: `${CONFIG_FOLDER}/opentsdb.conf`,
        content: renderTsdConfig({ ...args, queryPoints: queryPointLimit(heapMiB) }),
      },
      { path: `${CONFIG_FOLDER}/logback.xml`, content: renderTsdLogging() },
      { path: `${CONFIG_FOLDER}/environment`, content: environment(args, heapMiB) },
      {
        path: LAUNCHER,
        content: readFileSync(join(__dirname, "..", "..", "scripts", "roles", "tsd", "start"), "utf8"),
        mode: "0755",
      },
      { path: "/etc/systemd/system/tsd.service", content: unit(args) },
      ...args.hbaseClientFiles,
    ],
    settings: { TSD_LISTEN: args.listen ?? "host" },
    software: [args.software.tsd, args.software.tools, args.software.hbase],
    mounts: [],
    ports: { tsd: TSD_PORT },
    stateful: false,
  };
}
