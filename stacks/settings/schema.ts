/** Every setting of an environment. Pulumi.yaml's `config:` section, docs/settings.md and all checks come from here. */
import {
  choice,
  duration,
  hostNameList,
  integer,
  integerOrAuto,
  privateSubnet,
  Setting,
  size,
} from "./kinds";

/** Namespace of the settings in Pulumi's configuration; the project's name. */
export const NAMESPACE = "opentsdb";

const MEMORY = { max: "64GiB" };
const VOLUME = { max: "1TiB" };

/** The schema: name → type, default, limits and documentation. */
export const SETTINGS = {
  site: choice(["local", "aws"], {
    doc: "Where the machines come from: `local` runs them on this machine; `aws` is not available yet.",
    default: "local",
  }),
  topology: choice(["basic", "ha"], {
    doc: "`basic` has one of each master; `ha` has three ZooKeepers and journal nodes, two name nodes and two HBase masters.",
    default: "basic",
  }),
  subnet: privateSubnet({
    doc: "Network of the environment; its first address is the endpoint. It must not collide with a network of this machine.",
    default: "10.77.0.0/25",
    shortest: 24,
    longest: 25,
  }),
  regionServers: integerOrAuto({
    doc: "Region servers, each with a data node on its own volume; `auto` is 2 for `basic` and 3 for `ha`.",
    min: 2,
    max: 8,
  }),
  tsds: integer({ doc: "TSDs behind the endpoint.", default: 2, min: 1, max: 8 }),
  masterMemory: size({
    doc: "Memory of a master host (ZooKeeper, name node, HBase master), from which heaps are computed.",
    default: "1536MiB",
    min: "1GiB",
    ...MEMORY,
  }),
  regionServerMemory: size({
    doc: "Memory of a host with a region server and a data node, from which heaps are computed.",
    default: "1536MiB",
    min: "1GiB",
    ...MEMORY,
  }),
  tsdMemory: size({ doc: "Memory of a TSD's host.", default: "768MiB", min: "512MiB", ...MEMORY }),
  cacheMemory: size({ doc: "Memory of the Memcached host.", default: "256MiB", min: "128MiB", ...MEMORY }),
  collectorMemory: size({
    doc: "Memory of the collector host.",
    default: "256MiB",
    min: "128MiB",
    ...MEMORY,
  }),
  rootDisk: size({
    doc: "Size of each host's root disk; sparse locally.",
    default: "2GiB",
    min: "1GiB",
    max: "100GiB",
  }),
  zookeeperVolume: size({
    doc: "Volume of a ZooKeeper. Volumes grow in place and never shrink.",
    default: "512MiB",
    min: "256MiB",
    ...VOLUME,
  }),
  namenodeVolume: size({ doc: "Volume of a name node.", default: "512MiB", min: "256MiB", ...VOLUME }),
  journalVolume: size({
    doc: "Volume of a journal node (`topology: ha`).",
    default: "512MiB",
    min: "256MiB",
    ...VOLUME,
  }),
  dataVolume: size({ doc: "Volume of a data node.", default: "4GiB", min: "1GiB", max: "16TiB" }),
  saltBuckets: integer({
    doc: "Buckets over which rows are spread, and regions that the data table starts with. Fixed once data exists.",
    default: 4,
    min: 1,
    max: 20,
  }),
  walSync: choice(["hflush", "hsync"], {
    doc: "When a point counts as stored: `hflush` when the data nodes have it in memory, `hsync` when it is on their disks.",
    default: "hflush",
  }),
  flushInterval: duration({
    doc: "How long a TSD gathers points before it sends them to HBase; bounds the latency of an acknowledged put.",
    default: "50ms",
    min: "1ms",
    max: "1s",
  }),
  regionServerHandlers: integer({
    doc: "Threads with which a region server answers requests.",
    default: 10,
    min: 4,
    max: 200,
  }),
  collectInterval: duration({
    doc: "How often each host's metrics are collected.",
    default: "10s",
    min: "1s",
    max: "1h",
  }),
  drainTime: duration({
    doc: "How long a TSD that is replaced may finish its connections.",
    default: "10s",
    min: "1s",
    max: "15m",
  }),
  rollHosts: hostNameList({
    doc: "Hosts whose machine this update may stop or replace; at most one stateful host at a time.",
  }),
  leaving: hostNameList({
    doc: "Data hosts that hand over their regions and blocks for good, before `regionServers` is lowered.",
  }),
} as const satisfies Record<string, Setting<unknown>>;

/** Name of a setting, without the namespace. */
export type SettingName = keyof typeof SETTINGS;

/** Value that each setting parses to. */
export type ParsedSettings = {
  -readonly [K in SettingName]: (typeof SETTINGS)[K] extends Setting<infer T> ? T : never;
};

/**
 * The settings of one environment, all checked. Sizes are in MiB, durations in milliseconds, and `regionServers` is
 * a number.
 */
export type Settings = Readonly<
  Omit<ParsedSettings, "regionServers"> & { environment: string; regionServers: number }
>;

/** Names of all settings, in the order in which they are documented. */
export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];
