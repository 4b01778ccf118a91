/** Random characters, numbers and orders from the machine's cryptographic generator, or repeatable ones from a seed. */
import { createHash, randomBytes } from "node:crypto";

/** Gives `count` bytes. */
export type ByteSource = (count: number) => Buffer;

/** The machine's cryptographic generator. */
export const secureBytes: ByteSource = (count) => randomBytes(count);

/** A repeatable stream of bytes: SHA-256 over the seed and a counter. Not the published plugin's sequence. */
export function seededBytes(seed: string): ByteSource {
  let counter = 0;
  let rest = Buffer.alloc(0);
  return (count) => {
    while (rest.length < count)
      rest = Buffer.concat([rest, createHash("sha256").update(`${counter++}:${seed}`).digest()]);
    const taken = rest.subarray(0, count);
    rest = rest.subarray(count);
    return taken;
  };
}

/** A whole number from 0 to `bound` - 1, each as likely as the others (`bound` up to 2^53). */
export function numberBelow(bound: number, bytes: ByteSource): number {
  if (!Number.isSafeInteger(bound) || bound < 1) throw new RangeError(`no number is below ${bound}`);
  const limit = BigInt(bound);
  const span = 1n << 64n;
  // Values past the last whole multiple of the bound are thrown away: they would make small results likelier.
  const fair = span - (span % limit);
  for (;;) {
    const value = bytes(8).readBigUInt64BE(0);
    if (value < fair) return Number(value % limit);
  }
}

/** The items in a random order (Fisher-Yates). */
export function shuffled<T>(items: readonly T[], bytes: ByteSource): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = numberBelow(last + 1, bytes);
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}

/** What a random string is made of. */
export interface StringSettings {
  length: number;
  lower: boolean;
  upper: boolean;
  numeric: boolean;
  special: boolean;
  minLower: number;
  minUpper: number;
  minNumeric: number;
  minSpecial: number;
  /** The special characters; empty means the default ones. */
  overrideSpecial: string;
}

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/** A random string that holds at least the wanted number of each class. */
export function randomString(settings: StringSettings, bytes: ByteSource): string {
  const special = settings.overrideSpecial || SPECIAL;
  const classes = [
    { wanted: settings.special, least: settings.minSpecial, characters: special },
    { wanted: settings.numeric, least: settings.minNumeric, characters: DIGITS },
    { wanted: settings.lower, least: settings.minLower, characters: LOWER },
    { wanted: settings.upper, least: settings.minUpper, characters: LOWER.toUpperCase() },
  ];
  const pick = (characters: string): string => characters[numberBelow(characters.length, bytes)] ?? "";
  const least = classes.flatMap(({ least, characters }) =>
    Array.from({ length: least }, () => pick(characters)),
  );
  const all = classes
    .filter(({ wanted }) => wanted)
    .map(({ characters }) => characters)
    .join("");
  const rest = Array.from({ length: settings.length - least.length }, () => pick(all));
  return shuffled([...least, ...rest], bytes).join("");
}

/** A UUID of version 4 (random), or 7 (the time in milliseconds, then random). */
export function uuid(version: 4 | 7, bytes: ByteSource, now = Date.now()): string {
  const raw = Buffer.from(bytes(16));
  if (version === 7) raw.writeUIntBE(now, 0, 6);
  raw[6] = ((raw[6] ?? 0) & 0x0f) | (version << 4);
  raw[8] = ((raw[8] ?? 0) & 0x3f) | 0x80;
  const hex = raw.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
