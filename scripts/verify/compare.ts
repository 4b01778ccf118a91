import { Point, Series, sameNumber, seriesKey } from "./points";

/** A series as it was answered. */
export interface ServedSeries extends Series {
  /** Tags that the answer says were aggregated away. */
  aggregateTags: readonly string[];
}

/** How an answer differs from what was written. */
export interface Difference {
  kind: "missing" | "differs" | "duplicate" | "unexpected";
  /** What differs, for a person. */
  text: string;
}

function comparePoints(key: string, expected: readonly Point[], served: readonly Point[]): Difference[] {
  const differences: Difference[] = [];
  const seen = new Map<number, Point>();
  for (const point of served) {
    if (seen.has(point.timestamp)) {
      differences.push({ kind: "duplicate", text: `${key} at ${point.timestamp} was served twice` });
    }
    seen.set(point.timestamp, point);
  }
  for (const { timestamp, value } of expected) {
    const point = seen.get(timestamp);
    seen.delete(timestamp);
    if (!point) {
      differences.push({ kind: "missing", text: `${key} at ${timestamp} is missing (sent ${value})` });
    } else if (!sameNumber(value, point.value)) {
      differences.push({
        kind: "differs",
        text: `${key} at ${timestamp}: sent ${value}, served ${point.value}`,
      });
    }
  }
  for (const { timestamp, value } of seen.values()) {
    differences.push({
      kind: "unexpected",
      text: `${key} at ${timestamp} was served as ${value}, but never sent`,
    });
  }
  return differences;
}

/**
 * Every way in which an answer differs from what was written. Series are known by metric and tags: a further or a
 * lost tag is a series missing and another one unexpected.
 *
 * @param aggregated tags that must have been aggregated away. Default: none
 */
export function differencesOf(
  expected: readonly Series[],
  served: readonly ServedSeries[],
  aggregated: readonly string[] = [],
): Difference[] {
  const differences: Difference[] = [];
  const answers = new Map<string, ServedSeries>();
  for (const series of served) {
    const key = seriesKey(series);
    if (answers.has(key)) {
      differences.push({ kind: "duplicate", text: `series ${key} was served twice` });
    }
    answers.set(key, series);
  }
  for (const series of expected) {
    const key = seriesKey(series);
    const answer = answers.get(key);
    answers.delete(key);
    if (!answer) {
      differences.push({
        kind: "missing",
        text: `series ${key} is missing (${series.points.length} points sent)`,
      });
      continue;
    }
    differences.push(...comparePoints(key, series.points, answer.points));
    if ([...answer.aggregateTags].sort().join() !== [...aggregated].sort().join()) {
      differences.push({
        kind: "differs",
        text: `${key}: aggregated tags are [${answer.aggregateTags.join(", ")}], expected [${aggregated.join(", ")}]`,
      });
    }
  }
  for (const [key, { points }] of answers) {
    differences.push({
      kind: "unexpected",
      text: `series ${key} was served with ${points.length} points, but never sent`,
    });
  }
  return differences;
}

/** The first differences as one line, with how many there are. */
export function describe(differences: readonly Difference[], shown = 3): string {
  const more = differences.length - shown;
  const texts = differences.slice(0, shown).map(({ text }) => text);
  return texts.join("; ") + (more > 0 ? `; and ${more} more` : "");
}
