import { setTimeout as pause } from "node:timers/promises";

import { EndpointClient, EndpointError, Query } from "./client";
import { Difference, ServedSeries, describe, differencesOf } from "./compare";
import { averaged, summed } from "./expected";
import { lookAtHostMetrics } from "./host-metrics";
import { Series, countPoints } from "./points";
import {
  DOWNSAMPLE_SECONDS,
  RunPlace,
  Samples,
  WINDOW_SECONDS,
  choosePlace,
  inMilliseconds,
  samplesOf,
} from "./samples";

/** What a smoke run is told. */
export interface SmokeArgs {
  /** Where clients reach the cluster: `HOST:PORT` or a URL. */
  endpoint: string;
  /** Name of the environment; the hosts' metrics must carry it. */
  environment: string;
  /** Hosts whose metrics must arrive. */
  expectHosts: readonly string[];
  /** Receives a line when a check is done. */
  log?: (line: string) => void;
  signal?: AbortSignal;
  /** How often hosts send their metrics, in s. Default: 10. */
  collectIntervalSeconds?: number;
  /** How long hosts may take to appear, in s. Default: 90. */
  hostWaitSeconds?: number;
  /** How long points that were not acknowledged (telnet) may take to be served, in s. Default: 20. */
  telnetWaitSeconds?: number;
}

/** Points in a body; below the size at which a TSD of default settings wants chunks. */
const BATCH_POINTS = 50;

/** Bodies on their way at a time: an acknowledged one waits for the flush interval, however small it is. */
const WRITERS = 6;

const POLL_MS = 500;

/** What a check found when all is well. */
export interface Finding {
  detail: string;
  counts?: Record<string, number>;
}

/** What every check of a run works with. */
export interface Run {
  client: EndpointClient;
  args: SmokeArgs;
  place: RunPlace;
  samples: Samples;
  verified: number;
}

/** What the cluster served is not what it should be. */
export class CheckFailed extends Error {
  override readonly name = "CheckFailed";
}

function batchesOf(series: readonly Series[]): Series[][] {
  return series.flatMap((one) => {
    const batches = [];
    for (let from = 0; from < one.points.length; from += BATCH_POINTS) {
      batches.push([{ ...one, points: one.points.slice(from, from + BATCH_POINTS) }]);
    }
    return batches;
  });
}

function queryFor(
  run: Run,
  metric: string,
  options: Partial<Query["queries"][number]> & { milliseconds?: boolean },
): Query {
  const { milliseconds = false, ...rest } = options;
  return {
    start: run.place.start,
    // The end is part of the answer, and belongs to the next window.
    end: run.place.start + WINDOW_SECONDS - 1,
    milliseconds,
    queries: [
      {
        metric,
        aggregator: "none",
        filters: [{ type: "literal_or", tagk: "run", filter: run.place.slot, groupBy: true }],
        ...rest,
      },
    ],
  };
}

function metricsOf(series: readonly Series[]): Series[][] {
  const metrics = new Map<string, Series[]>();
  for (const one of series) {
    metrics.set(one.metric, [...(metrics.get(one.metric) ?? []), one]);
  }
  return [...metrics.values()];
}

async function readBack(run: Run, series: readonly Series[]): Promise<Difference[]> {
  const answers = await Promise.all(
    metricsOf(series).map(async (same) => {
      const [first] = same;
      const milliseconds = first !== undefined && inMilliseconds(first);
      const served = first ? await run.client.query(queryFor(run, first.metric, { milliseconds })) : [];
      return differencesOf(same, served);
    }),
  );
  return answers.flat();
}

function demandEqual(run: Run, series: readonly Series[], differences: readonly Difference[]): Finding {
  if (differences.length > 0) {
    throw new CheckFailed(describe(differences));
  }
  const points = countPoints(series);
  run.verified += points;
  return {
    detail: `${points} points of ${series.length} series are what was sent`,
    counts: { points, series: series.length },
  };
}

/** Half of the batches ask for details, the other half for the bare acknowledgement. */
async function writeHttp(run: Run): Promise<Finding> {
  const batches = batchesOf(run.samples.http);
  for (let from = 0; from < batches.length; from += WRITERS) {
    const together = batches.slice(from, from + WRITERS);
    await Promise.all(
      together.map((batch, index) => run.client.put(batch, index % 2 === 0 ? "details" : "plain")),
    );
  }
  const points = countPoints(run.samples.http);
  return {
    detail: `${points} points acknowledged in ${batches.length} bodies`,
    counts: { points, bodies: batches.length },
  };
}

async function writeTelnet(run: Run): Promise<Finding> {
  await run.client.putTelnet(run.samples.telnet);
  const points = countPoints(run.samples.telnet);
  return { detail: `${points} points sent, none refused`, counts: { points } };
}

async function readHttp(run: Run): Promise<Finding> {
  return demandEqual(run, run.samples.http, await readBack(run, run.samples.http));
}

/** Telnet acknowledges nothing, so points may still be on their way: only a missing one is waited for. */
async function readTelnet(run: Run): Promise<Finding> {
  const deadline = Date.now() + (run.args.telnetWaitSeconds ?? 20) * 1000;
  let differences = await readBack(run, run.samples.telnet);
  while (
    differences.length > 0 &&
    differences.every(({ kind }) => kind === "missing") &&
    Date.now() < deadline
  ) {
    await pause(POLL_MS, undefined, { signal: run.args.signal });
    differences = await readBack(run, run.samples.telnet);
  }
  return demandEqual(run, run.samples.telnet, differences);
}

async function readComputed(
  run: Run,
  expected: readonly Series[],
  options: { aggregator: string; downsample?: string },
  aggregated: readonly string[],
): Promise<Finding> {
  const metric = expected[0]?.metric ?? "";
  const served = await run.client.query(queryFor(run, metric, options));
  const differences = differencesOf(expected, served, aggregated);
  if (differences.length > 0) {
    throw new CheckFailed(describe(differences));
  }
  const values = countPoints(expected);
  return { detail: `${values} values equal what is computed here`, counts: { values } };
}

/** What is wrong must be refused with a client's error, not stored and not dropped in silence. */
async function refuseWrong(run: Run): Promise<Finding> {
  const tags = { run: run.place.slot };
  const body = `[{"metric":"platform.smoke wrong","timestamp":${run.place.start},"value":1,"tags":${JSON.stringify(tags)}}]`;
  const { status } = await run.client.request("/api/put?sync", body);
  if (status !== 400) {
    throw new CheckFailed(`a metric's name with a space in it was answered with ${status}, expected 400`);
  }
  return { detail: "a point with a wrong name is refused with 400" };
}

async function readHosts(run: Run): Promise<Finding> {
  const { environment, expectHosts: hosts, collectIntervalSeconds: intervalSeconds = 10 } = run.args;
  if (hosts.length === 0) {
    return { detail: "no hosts are expected" };
  }
  const deadline = Date.now() + (run.args.hostWaitSeconds ?? 90) * 1000;
  for (;;) {
    const now = Math.floor(Date.now() / 1000);
    const state = await lookAtHostMetrics(run.client, { environment, hosts, intervalSeconds }, now);
    if (state.wrong.length > 0) {
      throw new CheckFailed(state.wrong.slice(0, 3).join("; "));
    }
    if (state.waitingFor.length === 0) {
      return {
        detail: `${hosts.length} hosts sent theirs within the last ${3 * intervalSeconds} s`,
        counts: { hosts: hosts.length, points: state.points },
      };
    }
    if (Date.now() >= deadline) {
      const shown = state.waitingFor.slice(0, 4).join(", ");
      const more = state.waitingFor.length > 4 ? ` and ${state.waitingFor.length - 4} more` : "";
      throw new CheckFailed(
        `no fresh points of ${shown}${more}; look at the unit collector.service of these hosts`,
      );
    }
    await pause(POLL_MS, undefined, { signal: run.args.signal });
  }
}

/** A slot and window without points; another run may have been there. */
export async function emptyPlace(client: EndpointClient): Promise<RunPlace> {
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const place = choosePlace(Math.floor(Date.now() / 1000), Math.random);
    const run = { place } as Run;
    const metrics = metricsOf([...samplesOf(place).http, ...samplesOf(place).telnet]);
    const answers = await Promise.all(
      metrics.map(async ([first]): Promise<ServedSeries[]> =>
        first ? client.query(queryFor(run, first.metric, {})) : [],
      ),
    );
    if (countPoints(answers.flat()) === 0) {
      return place;
    }
  }
  throw new EndpointError("eight places for this run's points held points of other runs; try again later");
}

type Check = [name: string, check: (run: Run) => Promise<Finding>];

/** All checks of a run, in their order: reading comes after writing. */
export const CHECKS: readonly Check[] = [
  ["write over HTTP", writeHttp],
  ["write over telnet", writeTelnet],
  ["read back what HTTP sent", readHttp],
  ["read back what telnet sent", readTelnet],
  [
    "downsampled query",
    (run) =>
      readComputed(
        run,
        run.samples.gauge.map(averaged),
        { aggregator: "none", downsample: `${DOWNSAMPLE_SECONDS}s-avg` },
        [],
      ),
  ],
  [
    "aggregated query",
    (run) => readComputed(run, [summed(run.samples.gauge)], { aggregator: "sum" }, ["series"]),
  ],
  [
    "downsampled and aggregated query",
    (run) =>
      readComputed(
        run,
        [summed(run.samples.gauge.map(averaged))],
        { aggregator: "sum", downsample: `${DOWNSAMPLE_SECONDS}s-avg` },
        ["series"],
      ),
  ],
  ["refuse what is wrong", refuseWrong],
  ["host metrics", readHosts],
];
