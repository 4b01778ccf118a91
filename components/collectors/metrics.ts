/** Fields that one kind of host metric consists of, and the tags that tell its series apart. */
export interface HostMetric {
  /** Telegraf's input plugin. */
  input: string;
  /** Tags beside those of the host. */
  tags: readonly string[];
  fields: readonly string[];
}

/**
 * Every host metric that is collected, as `host.<input>.<field>`. A host has about 60 series: one of each field,
 * times its data volumes, block devices and network interfaces. What is not listed here is not sent.
 */
export const HOST_METRICS: readonly HostMetric[] = [
  {
    input: "cpu",
    tags: [],
    fields: ["usage_idle", "usage_user", "usage_system", "usage_iowait", "usage_steal", "usage_softirq"],
  },
  { input: "mem", tags: [], fields: ["total", "available", "available_percent", "used", "cached", "dirty"] },
  {
    input: "disk",
    tags: ["path"],
    fields: ["total", "free", "used_percent", "inodes_used", "inodes_free"],
  },
  {
    input: "diskio",
    tags: ["name"],
    fields: ["reads", "writes", "read_bytes", "write_bytes", "read_time", "write_time", "io_time"],
  },
  {
    input: "net",
    tags: ["interface"],
    fields: [
      "bytes_recv",
      "bytes_sent",
      "packets_recv",
      "packets_sent",
      "err_in",
      "err_out",
      "drop_in",
      "drop_out",
    ],
  },
  { input: "system", tags: [], fields: ["load1", "load5", "load15", "uptime"] },
  { input: "processes", tags: [], fields: ["running", "blocked", "total", "total_threads", "zombies"] },
  { input: "systemd_units", tags: ["name"], fields: ["active_code"] },
];

/** Prefix of every host metric. */
export const HOST_METRIC_PREFIX = "host";

/** Full names of all host metrics. */
export function hostMetricNames(): string[] {
  return HOST_METRICS.flatMap(({ input, fields }) =>
    fields.map((field) => `${HOST_METRIC_PREFIX}.${input}.${field}`),
  );
}
