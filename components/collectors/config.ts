import { HOST_METRICS, HOST_METRIC_PREFIX, HostMetric } from "./metrics";

/** What the agent on one host, or on each member of a fleet, is told. */
export interface CollectorConfig {
  environment: string;
  /** Where points go, `http://HOST:PORT`: the load-balanced address of the TSDs. */
  endpoint: string;
  /** Roles of the host; they become one tag, joined by dots, in this order. */
  roles: readonly string[];
  /** Zone or rack of the host. Members of a fleet share one document, so they may have none. */
  zone?: string;
  /** systemd units whose state is reported, e.g. `tsd.service`. */
  units: readonly string[];
  /** Default: 10. */
  intervalSeconds?: number;
  /** Metrics kept while the cluster cannot be reached; the oldest go first. Default: 20000, some hours of one host. */
  bufferMetrics?: number;
}

/** How often host metrics are gathered and sent unless set otherwise, in s. */
export const DEFAULT_INTERVAL_SECONDS = 10;

const DEFAULT_BUFFER_METRICS = 20_000;

/** Metrics in a body; each has up to eight points of about 200 bytes, so that a body stays far below the TSD's limit. */
const BATCH_METRICS = 200;

/** A sync put takes as long as HBase does; a region that moves is back within 30 s. */
const TIMEOUT_SECONDS = 15;

/** Characters that OpenTSDB takes in names and values of tags, of ASCII. */
const TAG_VALUE = /^[A-Za-z0-9_./-]+$/;

/** A TOML string. Telegraf replaces variables in the whole file, so a dollar sign is doubled. */
function text(value: string): string {
  return JSON.stringify(value).replaceAll("$", "$$$$");
}

function list(values: readonly string[]): string {
  return `[${values.map(text).join(", ")}]`;
}

function tagValue(name: string, value: string): string {
  if (!TAG_VALUE.test(value)) {
    throw new Error(`collector: ${name} is "${value}"; allowed are letters, digits and -_./`);
  }
  return value;
}

/**
 * The template that turns a batch of metrics into the body of `/api/put`: one point for each field. Only what OpenTSDB
 * takes gets through, so that no batch is ever refused for what is in it: truth values become 1 and 0; text, NaN and
 * infinities are left out; counters beyond 63 bits become floating point; other characters become `_`; empty tags go.
 */
const BODY_TEMPLATE = `
{{- $separator := "" -}}[
{{- range $metric := . -}}
{{- range $field, $value := $metric.Fields -}}
{{- $number := printf "%v" $value -}}
{{- if kindIs "bool" $value }}{{ $number = ternary "1" "0" $value }}{{ end -}}
{{- if regexMatch "^-?[0-9]{19,}$" $number }}{{ $number = printf "%s.0" $number }}{{ end -}}
{{- if and (not (kindIs "string" $value)) (regexMatch "^-?[0-9.]+(e[-+]?[0-9]+)?$" $number) -}}
{{ $separator }}{"metric":"${HOST_METRIC_PREFIX}.{{ regexReplaceAll "[^A-Za-z0-9_./-]" $metric.Name "_" }}.{{ regexReplaceAll "[^A-Za-z0-9_./-]" $field "_" }}","timestamp":{{ $metric.Time.Unix }},"value":{{ $number }},"tags":{
{{- $comma := "" -}}
{{- range $name, $tag := $metric.Tags -}}
{{- if $tag -}}
{{ $comma }}"{{ regexReplaceAll "[^A-Za-z0-9_./-]" $name "_" }}":"{{ regexReplaceAll "[^A-Za-z0-9_./-]" $tag "_" }}"
{{- $comma = "," -}}
{{- end -}}
{{- end -}}
}}
{{- $separator = "," -}}
{{- end -}}
{{- end -}}
{{- end -}}
]`;

/** The body's template, for tests that run it through Telegraf's own serializer. */
export function bodyTemplate(): string {
  return BODY_TEMPLATE;
}

/** Settings of one input beyond the fields and tags that it keeps. */
function inputSettings(metric: HostMetric, config: CollectorConfig): string[] {
  switch (metric.input) {
    case "cpu":
      return ["percpu = false", "totalcpu = true", "collect_cpu_time = false"];
    case "disk":
      return [`ignore_fs = ${list(["tmpfs", "devtmpfs", "proc", "sysfs", "cgroup2", "squashfs"])}`];
    case "diskio":
      // Loop devices are numbered anew with each boot and seen by every local host, so they would only add series.
      return [`devices = ${list(["nvme*n*", "xvd*", "sd*", "vd*"])}`, "skip_serial_number = true"];
    case "net":
      return [`interfaces = ${list(["eth*", "en*"])}`];
    case "systemd_units":
      return [`pattern = ${text(["collector.service", ...config.units].join(" "))}`];
    default:
      return [];
  }
}

function input(metric: HostMetric, config: CollectorConfig): string {
  const lines = [
    ...inputSettings(metric, config),
    `fieldinclude = ${list(metric.fields)}`,
    `taginclude = ${list(["environment", "host", "roles", "zone", ...metric.tags])}`,
  ];
  const only = metric.input === "disk" ? `[inputs.disk.tagpass]\npath = ${list(["/", "/data/*"])}\n` : "";
  return `[[inputs.${metric.input}]]\n${lines.map((line) => `${line}\n`).join("")}${only}`;
}

/** telegraf.conf. Equal for all members of a fleet; the `host` tag is the name of the machine. */
export function renderCollectorConfig(config: CollectorConfig): string {
  const seconds = config.intervalSeconds ?? DEFAULT_INTERVAL_SECONDS;
  if (!Number.isInteger(seconds) || seconds < 1) {
    throw new Error(`collector: intervalSeconds is ${seconds}; allowed is a whole number from 1`);
  }
  if (!/^https?:\/\/[A-Za-z0-9.:[\]-]+$/.test(config.endpoint)) {
    throw new Error(`collector: endpoint is "${config.endpoint}"; allowed is http://HOST:PORT`);
  }
  const wrong = config.units.find((unit) => !/^[A-Za-z0-9@_.-]+$/.test(unit));
  if (wrong !== undefined) {
    throw new Error(`collector: unit "${wrong}" is no name of a systemd unit`);
  }
  const tags: Record<string, string> = {
    environment: tagValue("environment", config.environment),
    ...(config.roles.length === 0 ? {} : { roles: tagValue("roles", config.roles.join(".")) }),
    ...(config.zone === undefined ? {} : { zone: tagValue("zone", config.zone) }),
  };
  return `[global_tags]
${Object.entries(tags)
  .map(([name, value]) => `${name} = ${text(value)}\n`)
  .join("")}
[agent]
interval = "${seconds}s"
# Equal moments on all hosts, so that sums over hosts need no interpolation.
round_interval = true
precision = "1s"
collection_jitter = "0s"
# Three times as often as there is something new: an empty flush costs nothing, and a cluster that has just come up
# soon has what was kept for it.
flush_interval = "${Math.ceil(seconds / 3)}s"
flush_jitter = "${seconds > 5 ? 1 : 0}s"
metric_batch_size = ${BATCH_METRICS}
metric_buffer_limit = ${config.bufferMetrics ?? DEFAULT_BUFFER_METRICS}
quiet = true
skip_processors_after_aggregators = true

${HOST_METRICS.map((metric) => input(metric, config)).join("\n")}
# Each body is acknowledged when HBase has it. What is not acknowledged stays in the buffer and is sent again; only a
# body that is wrong in itself (400) or too large (413) is given up. The body goes as text/plain, which OpenTSDB reads
# as JSON: headers count as secrets to Telegraf, and their locked memory is not to be had on every host.
[[outputs.http]]
url = ${text(`${config.endpoint}/api/put?sync`)}
method = "POST"
timeout = "${TIMEOUT_SECONDS}s"
non_retryable_statuscodes = [400, 413]
data_format = "template"
use_batch_format = true
batch_template = '''${BODY_TEMPLATE.replaceAll("$", "$$$$")}'''
`;
}
