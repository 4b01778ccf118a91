import { NumberText, Point, Series } from "./points";

/**
 * What a smoke run writes, and where it cannot be mistaken for what another run wrote.
 *
 * OpenTSDB forgets no name, so a run must not bring new ones: a run takes one of {@link RUN_SLOTS} values of the tag
 * `run` and, inside it, a window of time that is empty when it begins. Values are drawn from the run's seed, so
 * points that another run left behind could not pass for this one's.
 */
export interface RunPlace {
  /** Value of the tag `run`. */
  slot: string;
  /** Start of the window, in s; a multiple of {@link WINDOW_SECONDS}. */
  start: number;
  /** What the values are drawn from. */
  seed: number;
}

/** Values that the tag `run` takes in all. */
export const RUN_SLOTS = 64;

/** Length of a run's window, in s. A multiple of the downsampling interval, which OpenTSDB aligns to 1970. */
export const WINDOW_SECONDS = 240;

/** Downsampling interval of the computed queries, in s. A power of two, so that averages of quarters are exact. */
export const DOWNSAMPLE_SECONDS = 8;

/** How far back windows are chosen, in s. */
const REACH_SECONDS = 6 * 3600;

const METRIC_PREFIX = "platform.smoke";

/** A small generator of evenly spread numbers in [0, 1) (mulberry32): equal seeds give equal runs. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A place for a run: any slot, any full window of the last hours. */
export function choosePlace(nowSeconds: number, random: () => number): RunPlace {
  const newest = Math.floor(nowSeconds / WINDOW_SECONDS) - 1;
  const windows = Math.floor(REACH_SECONDS / WINDOW_SECONDS);
  const slot = Math.floor(random() * RUN_SLOTS);
  return {
    slot: `slot-${String(slot).padStart(2, "0")}`,
    start: (newest - Math.floor(random() * windows)) * WINDOW_SECONDS,
    seed: Math.floor(random() * 2 ** 32),
  };
}

/** How a series' points lie in time and what their values are. */
interface Shape {
  metric: string;
  series: number;
  points: number;
  stepMs: number;
  value(index: number, random: () => number): NumberText;
}

/** Takes fixed values first, then what the generator gives. */
function after(fixed: readonly NumberText[], draw: (random: () => number) => NumberText): Shape["value"] {
  return (index, random) => fixed[index] ?? draw(random);
}

/** A double with a decimal point, so that OpenTSDB stores it as one. */
function double(value: number): NumberText {
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

const integers = after(
  ["0", "1", "-1", "127", "-128", "32767", "-32768", "2147483648", "-2147483649"],
  (random) => String(Math.floor((random() - 0.5) * 2 ** 40)),
);

const doubles = after(
  ["0.0", "0.1", "-1.5", "1e-7", "123456.789", "1.7976931348623157e308", "5e-324"],
  (random) => double((random() - 0.5) * 10 ** Math.floor(random() * 12)),
);

/** Beyond 2^53, where a double is no longer enough. Only the first and the last are fixed: the ends of 63 bits. */
const large = after(["9223372036854775807", "-9223372036854775807", "9007199254740993"], (random) =>
  String(2n ** 60n + BigInt(Math.floor(random() * 2 ** 48))),
);

const quarters: Shape["value"] = (_index, random) => double(Math.floor(random() * 4000 - 2000) / 4);

/** Over HTTP: integers, floating point, numbers beyond 53 bits, milliseconds, and a gauge that queries are computed on. */
const HTTP_SHAPES: readonly Shape[] = [
  { metric: "integer", series: 3, points: 60, stepMs: 1000, value: integers },
  { metric: "float", series: 3, points: 60, stepMs: 1000, value: doubles },
  { metric: "large", series: 1, points: 20, stepMs: 2000, value: large },
  { metric: "millisecond", series: 2, points: 60, stepMs: 250, value: integers },
  { metric: "gauge", series: 3, points: WINDOW_SECONDS, stepMs: 1000, value: quarters },
];

const TELNET_SHAPES: readonly Shape[] = [
  { metric: "telnet.integer", series: 2, points: 40, stepMs: 1000, value: integers },
  { metric: "telnet.float", series: 2, points: 40, stepMs: 1000, value: doubles },
];

function timestampOf(shape: Shape, place: RunPlace, index: number): number {
  return shape.stepMs % 1000 === 0
    ? place.start + (index * shape.stepMs) / 1000
    : place.start * 1000 + index * shape.stepMs + 1;
}

function seriesOf(shape: Shape, place: RunPlace, random: () => number): Series[] {
  return Array.from({ length: shape.series }, (_unused, number) => ({
    metric: `${METRIC_PREFIX}.${shape.metric}`,
    tags: { run: place.slot, series: `s${number}` },
    points: Array.from({ length: shape.points }, (_point, index): Point => ({
      timestamp: timestampOf(shape, place, index),
      value: shape.value(index, random),
    })),
  }));
}

/** All series of a run. */
export interface Samples {
  /** To be written over HTTP. */
  http: Series[];
  /** To be written over telnet. */
  telnet: Series[];
  /** Those of `http` that downsampled and aggregated queries are computed on; all have the same moments. */
  gauge: Series[];
}

/** What a run writes. Equal places give equal samples. */
export function samplesOf(place: RunPlace): Samples {
  const random = randomFrom(place.seed);
  const http = HTTP_SHAPES.flatMap((shape) => seriesOf(shape, place, random));
  const telnet = TELNET_SHAPES.flatMap((shape) => seriesOf(shape, place, random));
  return { http, telnet, gauge: http.filter(({ metric }) => metric === `${METRIC_PREFIX}.gauge`) };
}

/** Whether a series has millisecond timestamps. */
export function inMilliseconds(series: Series): boolean {
  return series.points.some(({ timestamp }) => timestamp > 1e11);
}
