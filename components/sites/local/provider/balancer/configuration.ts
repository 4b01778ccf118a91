/** haproxy's configuration for a site's load balancer, and what the balancer remembers. */

/** A port of the load-balanced address. */
export interface Listener {
  name: string;
  /** Port at the site's address. */
  port: number;
  /** Port of the targets, unless a target names its own. */
  targetPort: number;
  /** A target is healthy when it answers GET with a 2xx or 3xx; without a path, when it accepts a connection. */
  healthPath?: string;
  /** Tell targets the client's address by PROXY protocol, version 2. Default: false. */
  proxyProtocol?: boolean;
}

/** A machine behind a listener. */
export interface Target {
  name: string;
  address: string;
  port: number;
}

/** What the balancer is to be: its listeners, and the targets of each by the listener's name. */
export interface BalancerRecord {
  address: string;
  listeners: Listener[];
  targets: Record<string, Target[]>;
}

/** How often a target's health is asked for, and what changes the answer. */
const CHECK = "check inter 500ms fall 3 rise 1";

/** What stands behind a target's address, in the configuration and in the runtime's `add server` alike. */
export function serverOptions(listener: Listener): string {
  return listener.proxyProtocol ? `${CHECK} send-proxy-v2 check-send-proxy` : CHECK;
}

/** Renders haproxy.cfg. Connections are passed on as they are, as a network load balancer does. */
export function renderConfiguration(record: BalancerRecord, directory: string): string {
  const listeners = record.listeners.flatMap((listener) => [
    "",
    `listen ${listener.name}`,
    `  bind ${record.address}:${listener.port}`,
    "  balance leastconn",
    ...(listener.healthPath === undefined ? [] : [`  option httpchk GET ${listener.healthPath}`]),
    ...(record.targets[listener.name] ?? []).map(
      ({ name, address, port }) => `  server ${name} ${address}:${port} ${serverOptions(listener)}`,
    ),
  ]);
  return [
    "global",
    `  stats socket ${directory}/admin.sock mode 600 level admin expose-fd listeners`,
    `  server-state-file ${directory}/servers`,
    "  maxconn 8000",
    "",
    "defaults",
    "  mode tcp",
    "  load-server-state-from-file global",
    "  option redispatch",
    "  retries 3",
    "  timeout connect 2s",
    "  timeout check 2s",
    // A network load balancer drops what was silent for 350 s.
    "  timeout client 350s",
    "  timeout server 350s",
    ...listeners,
    "",
  ].join("\n");
}
