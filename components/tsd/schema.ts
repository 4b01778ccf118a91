/**
 * What every row key depends on. None of it can change once data exists; the tables record it when they are made,
 * and every TSD compares before it serves.
 */
export const TSD_SCHEMA = {
  /** Bytes of a metric's, tag name's or tag value's id: 16.7 million of each. OpenTSDB's default. */
  uidWidth: 3,
  /** Bytes of salt in front of each row key. One byte addresses up to 256 buckets. */
  saltWidth: 1,
  /** Tags that a data point may carry. OpenTSDB's default, 8, is too few for senders such as Prometheus. */
  maxTags: 16,
} as const;

/** The part of the schema that an environment chooses, once, before its tables are made. */
export interface TableSettings {
  /** Parts that each metric's rows are spread over, 1–256. */
  saltBuckets: number;
  /** Compression of new tables; can be altered later, so it is recorded but never compared. Default: `ZSTD`. */
  compression?: "ZSTD" | "LZ4" | "SNAPPY" | "GZ" | "NONE";
}

/** @throws when the salt buckets are no whole number from 1 to 256 */
export function checkTableSettings(settings: TableSettings): void {
  const most = 256 ** TSD_SCHEMA.saltWidth;
  const { saltBuckets } = settings;
  if (!Number.isInteger(saltBuckets) || saltBuckets < 1 || saltBuckets > most) {
    throw new Error(`saltBuckets is ${saltBuckets}; allowed is a whole number from 1 to ${most}`);
  }
}

/** Arguments of `tsdb-tables create` and `tsdb-tables check` that stand for the schema. */
export function tableArguments(settings: TableSettings): string[] {
  checkTableSettings(settings);
  return [
    "--compression",
    settings.compression ?? "ZSTD",
    "--salt-buckets",
    String(settings.saltBuckets),
    "--uid-width",
    String(TSD_SCHEMA.uidWidth),
    "--max-tags",
    String(TSD_SCHEMA.maxTags),
  ];
}
