import { DOWNSAMPLE_SECONDS } from "./samples";
import { Point, Series } from "./points";

function byInterval(series: Series): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const { timestamp, value } of series.points) {
    const start = Math.floor(timestamp / DOWNSAMPLE_SECONDS) * DOWNSAMPLE_SECONDS;
    groups.set(start, [...(groups.get(start) ?? []), Number(value)]);
  }
  return groups;
}

/** The series as `<interval>s-avg` without fill: the mean of each aligned interval, at its start. */
export function averaged(series: Series): Series {
  const points = [...byInterval(series)].map(([timestamp, values]): Point => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { timestamp, value: String(mean) };
  });
  return { ...series, points };
}

/**
 * The series added up into one, as the aggregator `sum` does over series with equal moments. Tags on which they
 * differ are aggregated away.
 */
export function summed(series: readonly Series[]): Series {
  const [first] = series;
  if (!first) {
    throw new Error("there is no series to add up");
  }
  const tags = Object.fromEntries(
    Object.entries(first.tags).filter(([name, value]) => series.every((one) => one.tags[name] === value)),
  );
  const points = first.points.map(({ timestamp }, index): Point => {
    const values = series.map((one) => one.points[index]);
    if (values.some((point) => point?.timestamp !== timestamp)) {
      throw new Error(`${first.metric}: the series to be added up have different moments`);
    }
    return { timestamp, value: String(values.reduce((sum, point) => sum + Number(point?.value), 0)) };
  });
  return { metric: first.metric, tags, points };
}
