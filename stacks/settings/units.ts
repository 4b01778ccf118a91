/** Sizes and durations as people write them, and as plain numbers. */

const SIZE_UNITS: Readonly<Record<string, number>> = { MiB: 1, GiB: 1024, TiB: 1024 * 1024 };
const DURATION_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d{1,9}) ?([A-Za-z]+)$/.exec(text.trim());
  const factor = Object.hasOwn(units, match?.[2] ?? "") ? units[match?.[2] ?? ""] : undefined;
  return match === null || factor === undefined ? undefined : Number(match[1]) * factor;
}

function formatQuantity(value: number, units: Readonly<Record<string, number>>): string {
  const fitting = Object.entries(units).filter(([, factor]) => value % factor === 0);
  const [unit, factor] = value === 0 ? (Object.entries(units)[0] ?? ["", 1]) : (fitting.at(-1) ?? ["", 1]);
  return `${value / factor}${unit}`;
}

/** Parses a size like `512MiB` or `2GiB` into MiB; `undefined` when the text is no size. */
export function parseSize(text: string): number | undefined {
  return parseQuantity(text, SIZE_UNITS);
}

/** Writes a whole number of MiB in the largest unit that holds it exactly. */
export function formatSize(mebibytes: number): string {
  return formatQuantity(mebibytes, SIZE_UNITS);
}

/** Parses a duration like `50ms`, `10s`, `5m` or `1h` into milliseconds; `undefined` when the text is none. */
export function parseDuration(text: string): number | undefined {
  return parseQuantity(text, DURATION_UNITS);
}

/** Writes a whole number of milliseconds in the largest unit that holds it exactly. */
export function formatDuration(milliseconds: number): string {
  return formatQuantity(milliseconds, DURATION_UNITS);
}
