/** A number as it is written in JSON. Kept as text, since 64-bit integers do not fit a JavaScript number. */
export type NumberText = string;

/** One moment of a series. */
export interface Point {
  /** Seconds since 1970, or milliseconds where the series has them. */
  timestamp: number;
  value: NumberText;
}

/** One time series: a metric, its tags, its points in order of time. */
export interface Series {
  metric: string;
  tags: Readonly<Record<string, string>>;
  points: readonly Point[];
}

/** Whether two numbers are the same: integers digit by digit, all others as the nearest double. */
export function sameNumber(left: NumberText, right: NumberText): boolean {
  const integer = /^-?\d+$/;
  if (integer.test(left) && integer.test(right)) {
    return BigInt(left) === BigInt(right);
  }
  return left.trim() !== "" && right.trim() !== "" && Number(left) === Number(right);
}

/** A series' identity as text: metric and tags, sorted. */
export function seriesKey(series: { metric: string; tags: Readonly<Record<string, string>> }): string {
  const tags = Object.keys(series.tags)
    .sort()
    .map((name) => `${name}=${series.tags[name] ?? ""}`);
  return `${series.metric}{${tags.join(",")}}`;
}

/** Number of points of all series. */
export function countPoints(series: readonly { points: readonly unknown[] }[]): number {
  return series.reduce((sum, { points }) => sum + points.length, 0);
}
