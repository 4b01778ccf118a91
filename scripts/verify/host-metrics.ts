import { EndpointClient } from "./client";
import { ServedSeries } from "./compare";

/** Metrics that every host's agent sends, with what a sensible value is. */
const CHECKED: readonly { metric: string; sensible: (value: number) => boolean; allowed: string }[] = [
  { metric: "host.cpu.usage_idle", sensible: (value) => value >= 0 && value <= 100.001, allowed: "0 to 100" },
  { metric: "host.mem.total", sensible: (value) => value > 0, allowed: "above 0" },
  { metric: "host.system.uptime", sensible: (value) => value > 0, allowed: "above 0" },
];

/** What is known of the host metrics just now. */
export interface HostMetricsState {
  /** Hosts whose metrics are all fresh. */
  fresh: string[];
  /** `host metric` pairs without a fresh point. */
  waitingFor: string[];
  /** Values that cannot be, and tags that are wrong: no waiting helps. */
  wrong: string[];
  /** Fresh points that were looked at. */
  points: number;
}

/**
 * Decides on one answer.
 *
 * @param since a point is fresh from this moment on, in s
 */
export function judgeHostMetrics(
  served: readonly ServedSeries[],
  expected: { environment: string; hosts: readonly string[]; since: number },
): HostMetricsState {
  const state: HostMetricsState = { fresh: [], waitingFor: [], wrong: [], points: 0 };
  for (const host of expected.hosts) {
    const missing = CHECKED.filter(({ metric, sensible, allowed }) => {
      const points = served
        .filter((series) => series.metric === metric && series.tags.host === host)
        .filter((series) => series.tags.environment === expected.environment)
        .flatMap((series) => series.points)
        .filter(({ timestamp }) => timestamp >= expected.since);
      for (const { value, timestamp } of points) {
        if (!sensible(Number(value))) {
          state.wrong.push(`${metric} of ${host} at ${timestamp} is ${value}; allowed is ${allowed}`);
        }
      }
      state.points += points.length;
      return points.length === 0;
    });
    if (missing.length === 0) {
      state.fresh.push(host);
    } else {
      state.waitingFor.push(...missing.map(({ metric }) => `${metric} of ${host}`));
    }
  }
  return state;
}

/** Looks once whether every host's metrics arrive. */
export async function lookAtHostMetrics(
  client: EndpointClient,
  expected: { environment: string; hosts: readonly string[]; intervalSeconds: number },
  now: number,
): Promise<HostMetricsState> {
  const since = now - 3 * expected.intervalSeconds;
  const answers = await Promise.all(
    CHECKED.map(({ metric }) =>
      client.query({
        start: since,
        end: now + expected.intervalSeconds,
        queries: [
          {
            metric,
            aggregator: "none",
            filters: [{ type: "wildcard", tagk: "host", filter: "*", groupBy: true }],
          },
        ],
      }),
    ),
  );
  return judgeHostMetrics(answers.flat(), { ...expected, since });
}
