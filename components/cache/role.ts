import { RoleDefinition } from "../hosts/role";
import { cacheMiB } from "./memory";

/** Port that Memcached serves. */
export const MEMCACHED_PORT = 11211;

/** Arguments of {@link memcachedRole}. */
export interface MemcachedRoleArgs {
  /** Address of the host inside the environment; Memcached has no authentication and listens nowhere else. */
  address: string;
  /** Memory of the host, in MiB. */
  memoryMiB: number;
  /** Largest item, in MiB, 1–128. Default: 4, which holds a day of a wide query. */
  itemMiB?: number;
  /** Connections at a time. Default: 1024. */
  maxConnections?: number;
}

const DEFAULT_ITEM_MIB = 4;
const DEFAULT_CONNECTIONS = 1024;

function command(args: MemcachedRoleArgs): string {
  const itemMiB = args.itemMiB ?? DEFAULT_ITEM_MIB;
  if (!Number.isInteger(itemMiB) || itemMiB < 1 || itemMiB > 128) {
    throw new Error(`memcached: itemMiB is ${itemMiB}; allowed is a whole number from 1 to 128`);
  }
  return [
    "/usr/bin/memcached",
    `--listen=${args.address}`,
    `--port=${MEMCACHED_PORT}`,
    "--udp-port=0",
    `--memory-limit=${cacheMiB(args.memoryMiB)}`,
    `--max-item-size=${itemMiB}m`,
    `--conn-limit=${args.maxConnections ?? DEFAULT_CONNECTIONS}`,
    // A full table of connections answers "busy" instead of leaving a TSD waiting.
    "--extended=modern,maxconns_fast",
  ].join(" ");
}

function unit(args: MemcachedRoleArgs): string {
  return `[Unit]
Description=Memcached, the query cache
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=exec
User=memcache
Group=memcache
ExecStart=${command(args)}
Restart=on-failure
RestartSec=1
# There is nothing to save: what it holds can be computed again.
TimeoutStopSec=5
LimitNOFILE=20000
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
MemoryDenyWriteExecute=yes

[Install]
WantedBy=multi-user.target
`;
}

/** The query cache of an environment without a managed one. */
export function memcachedRole(args: MemcachedRoleArgs): RoleDefinition {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(args.address)) {
    throw new Error(`memcached: address "${args.address}" is no IPv4 address`);
  }
  return {
    name: "memcached",
    units: ["memcached.service"],
    files: [{ path: "/etc/systemd/system/memcached.service", content: unit(args) }],
    settings: { MEMCACHED_ADDRESS: args.address },
    software: [],
    mounts: [],
    ports: { memcached: MEMCACHED_PORT },
    stateful: false,
  };
}
