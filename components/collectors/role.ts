import { RoleDefinition, SoftwareReference } from "../hosts/role";
import { CollectorConfig, renderCollectorConfig } from "./config";

/** Where the agent's configuration lies on a host. */
export const COLLECTOR_CONFIG = "/etc/opentsdb-platform/collector/telegraf.conf";

/** Arguments of {@link collectorRole}. */
export interface CollectorRoleArgs extends CollectorConfig {
  /** The bundle's `telegraf` component. */
  software: SoftwareReference;
}

function unit(args: CollectorRoleArgs): string {
  return `[Unit]
Description=Telegraf, the agent that sends this host's metrics to the cluster
Wants=network-online.target
# The state of units is asked over the system bus; without it the agent does not start.
After=network-online.target dbus.socket
StartLimitIntervalSec=0

[Service]
Type=exec
User=telegraf
Group=telegraf
ExecStart=${args.software.path}/bin/telegraf --strict-env-handling --config ${COLLECTOR_CONFIG}
ExecReload=/bin/kill -HUP $MAINPID
Environment=GOMEMLIMIT=96MiB
Restart=on-failure
RestartSec=5
# It sends once more what it holds, then ends, whether the cluster answers or not.
TimeoutStopSec=10
LimitNOFILE=4096
NoNewPrivileges=yes
ProtectSystem=strict
PrivateTmp=yes

[Install]
WantedBy=multi-user.target
`;
}

/** The agent on every host: host metrics into the cluster that the host is part of. */
export function collectorRole(args: CollectorRoleArgs): RoleDefinition {
  return {
    name: "collector",
    units: ["collector.service"],
    files: [
      { path: COLLECTOR_CONFIG, content: renderCollectorConfig(args) },
      { path: "/etc/systemd/system/collector.service", content: unit(args) },
    ],
    settings: { COLLECTOR_CONFIG, COLLECTOR_ENDPOINT: args.endpoint },
    software: [args.software],
    mounts: [],
    ports: {},
    stateful: false,
  };
}
