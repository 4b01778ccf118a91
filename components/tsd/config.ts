import { TSD_SCHEMA, TableSettings, checkTableSettings } from "./schema";

/** Port that a TSD serves, HTTP and telnet on the same one. */
export const TSD_PORT = 4242;

/** Folders that OpenTSDB insists on at its start, though nothing is ever served from them: its UI is off. */
export const TSD_FOLDERS = {
  staticRoot: "/var/lib/opentsdb/static",
  cache: "/var/lib/opentsdb/cache",
} as const;

/** Settings of OpenTSDB itself. */
export interface TsdConfig extends TableSettings {
  /** ZooKeeper hosts by name. */
  zookeepers: readonly string[];
  /** Default: 2181. */
  zookeeperPort?: number;
  /** Node of HBase in ZooKeeper. Default: `/hbase`. */
  zookeeperNode?: string;
  /** How long puts are gathered before they are sent to HBase, in ms; a `sync` put waits for it. Default: 50. */
  flushIntervalMs?: number;
  /** Threads that serve connections. Default: two per processor, OpenTSDB's own. */
  workerThreads?: number;
  /** Connections at a time; more are closed at once. Default: 2048. */
  maxConnections?: number;
  /** Connections on which nothing moves this long are closed, in s. Above {@link queryTimeoutSeconds}. Default: 300. */
  idleSeconds?: number;
  /** Largest request body, in bytes. Default: 4 MiB. */
  maxRequestBytes?: number;
  /** Queries that take longer are given up, in s. Default: 60. */
  queryTimeoutSeconds?: number;
  /** Data points that a query may read from one salt bucket; see `queryPointLimit`. */
  queryPoints: number;
}

const DEFAULT_FLUSH_MS = 50;
const DEFAULT_MAX_CONNECTIONS = 2048;
const DEFAULT_IDLE_SECONDS = 300;
const DEFAULT_MAX_REQUEST_BYTES = 4 * 1024 * 1024;
const DEFAULT_QUERY_TIMEOUT_SECONDS = 60;

function positive(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) {
    throw new Error(`tsd: ${name} is ${value}; allowed is a whole number from 1`);
  }
  return value;
}

function quorum(config: TsdConfig): string {
  const wrong = config.zookeepers.find((name) => !/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(name));
  if (wrong !== undefined || config.zookeepers.length === 0) {
    throw new Error(
      `tsd: zookeepers are "${config.zookeepers.join(", ")}"; allowed is one host name or more`,
    );
  }
  return config.zookeepers.map((name) => `${name}:${config.zookeeperPort ?? 2181}`).join(",");
}

/** A Java properties file takes a backslash for an escape and has one line per value. */
function property(name: string, value: string | number | boolean): string {
  const text = String(value);
  if (/[\r\n]/.test(text)) {
    throw new Error(`tsd: ${name} holds a line break`);
  }
  return `${name} = ${text.replaceAll("\\", "\\\\")}\n`;
}

/** opentsdb.conf. The address to bind is no part of it: members of a fleet share one document. */
export function renderTsdConfig(config: TsdConfig): string {
  checkTableSettings(config);
  const idleSeconds = positive("idleSeconds", config.idleSeconds ?? DEFAULT_IDLE_SECONDS);
  const timeoutSeconds = positive(
    "queryTimeoutSeconds",
    config.queryTimeoutSeconds ?? DEFAULT_QUERY_TIMEOUT_SECONDS,
  );
  if (idleSeconds <= timeoutSeconds) {
    throw new Error(
      `tsd: idleSeconds is ${idleSeconds}; it must be above queryTimeoutSeconds (${timeoutSeconds}), or running queries are cut off`,
    );
  }
  const sections: [string, Record<string, string | number | boolean>][] = [
    [
      "Serving",
      {
        "tsd.network.port": TSD_PORT,
        ...(config.workerThreads === undefined
          ? {}
          : { "tsd.network.worker_threads": positive("workerThreads", config.workerThreads) }),
        "tsd.core.connections.limit": positive(
          "maxConnections",
          config.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
        ),
        "tsd.core.socket.timeout": idleSeconds,
        "tsd.mode": "rw",
        "tsd.http.request.enable_chunked": true,
        "tsd.http.request.max_chunk": positive(
          "maxRequestBytes",
          config.maxRequestBytes ?? DEFAULT_MAX_REQUEST_BYTES,
        ),
        "tsd.http.show_stack_trace": false,
        "tsd.core.auto_create_metrics": true,
      },
    ],
    [
      "Off: the UI with its remote code execution, the switch-off by URL, deletion, other origins",
      {
        "tsd.core.enable_ui": false,
        "tsd.no_diediedie": true,
        "tsd.http.query.allow_delete": false,
        "tsd.http.request.cors_domains": "",
        "tsd.http.staticroot": TSD_FOLDERS.staticRoot,
        "tsd.http.cachedir": TSD_FOLDERS.cache,
      },
    ],
    [
      "Queries",
      {
        "tsd.query.timeout": timeoutSeconds * 1000,
        "tsd.query.limits.data_points.default": positive("queryPoints", config.queryPoints),
        "tsd.query.allow_simultaneous_duplicates": true,
      },
    ],
    [
      "Storage. The last value written for a moment is the one that is read",
      {
        "tsd.storage.hbase.zk_quorum": quorum(config),
        "tsd.storage.hbase.zk_basedir": config.zookeeperNode ?? "/hbase",
        "tsd.storage.fix_duplicates": true,
        "tsd.storage.enable_compaction": false,
        "hbase.rpcs.buffered_flush_interval": positive(
          "flushIntervalMs",
          config.flushIntervalMs ?? DEFAULT_FLUSH_MS,
        ),
      },
    ],
    [
      "Never to change once data exists; compared with what the tables record at every start",
      {
        "tsd.storage.uid.width.metric": TSD_SCHEMA.uidWidth,
        "tsd.storage.uid.width.tagk": TSD_SCHEMA.uidWidth,
        "tsd.storage.uid.width.tagv": TSD_SCHEMA.uidWidth,
        "tsd.storage.salt.width": TSD_SCHEMA.saltWidth,
        "tsd.storage.salt.buckets": config.saltBuckets,
        "tsd.storage.max_tags": TSD_SCHEMA.maxTags,
      },
    ],
  ];
  return sections
    .map(([title, values]) => {
      const lines = Object.entries(values).map(([name, value]) => property(name, value));
      return `# ${title}.\n${lines.join("")}`;
    })
    .join("\n");
}

/**
 * logback.xml: to standard output, so to the journal, which adds the time itself. A line per connection, request and
 * query, which these loggers write at INFO, would cost more than the requests.
 */
export function renderTsdLogging(): string {
  const quiet = [
    "net.opentsdb.tsd.ConnectionManager",
    "net.opentsdb.tsd.HttpQuery",
    "net.opentsdb.tsd.HttpJsonSerializer",
    "net.opentsdb.stats.QueryStats",
    "net.opentsdb.uid.UniqueId",
    "org.apache.zookeeper",
    "QueryLog",
  ];
  return `<configuration>
  <appender name="journal" class="ch.qos.logback.core.ConsoleAppender">
    <encoder>
      <pattern>%-5level [%thread] %logger{0}: %msg%n%ex{8}</pattern>
    </encoder>
  </appender>
${quiet.map((name) => `  <logger name="${name}" level="WARN"/>\n`).join("")}  <root level="INFO">
    <appender-ref ref="journal"/>
  </root>
</configuration>
`;
}
