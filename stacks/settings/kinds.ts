/** The kinds of values that a setting may have. Each parses, says what it allows, and knows its type in Pulumi.yaml. */
import { formatSubnet, isPrivate, parseCidr } from "../../components/network/ipv4";
import { formatDuration, formatSize, parseDuration, parseSize } from "./units";

/** The type that Pulumi's own `config:` section knows; the engine checks it before the program runs. */
export type ProjectType = "string" | "integer" | "boolean" | "array";

/** One setting: where its type, default, limits and documentation stand together. */
export interface Setting<T> {
  /** One sentence for people. */
  readonly doc: string;
  readonly projectType: ProjectType;
  /** As it stands in Pulumi.yaml. */
  readonly defaultValue: string | number | readonly string[];
  /** What is allowed, as the end of "must be …". */
  readonly allowed: string;
  /** The typed value, or `undefined` when the raw one is not allowed. */
  parse(raw: unknown): T | undefined;
}

/** Arguments that every kind takes. */
interface Described<D> {
  doc: string;
  default: D;
}

function textOf(raw: unknown): string | undefined {
  if (typeof raw === "string") {
    return raw.trim();
  }
  return typeof raw === "number" ? String(raw) : undefined;
}

function within(value: number | undefined, min: number, max: number): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined;
}

function integerOf(raw: unknown): number | undefined {
  const text = textOf(raw);
  return text !== undefined && /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** One of a few words. */
export function choice<const T extends string>(
  options: readonly T[],
  { doc, default: defaultValue }: Described<T>,
): Setting<T> {
  return {
    doc,
    projectType: "string",
    defaultValue,
    allowed: options.map((option) => `"${option}"`).join(" or "),
    parse: (raw) => options.find((option) => option === textOf(raw)),
  };
}

/** A whole number within limits, both included. */
export function integer(args: Described<number> & { min: number; max: number }): Setting<number> {
  return {
    doc: args.doc,
    projectType: "integer",
    defaultValue: args.default,
    allowed: `a whole number from ${args.min} to ${args.max}`,
    parse: (raw) => within(integerOf(raw), args.min, args.max),
  };
}

/** A whole number within limits, or `auto`: chosen by the other settings. */
export function integerOrAuto(args: { doc: string; min: number; max: number }): Setting<number | "auto"> {
  return {
    doc: args.doc,
    projectType: "string",
    defaultValue: "auto",
    allowed: `"auto" or a whole number from ${args.min} to ${args.max}`,
    parse: (raw) => (textOf(raw) === "auto" ? "auto" : within(integerOf(raw), args.min, args.max)),
  };
}

/** A size with its unit; parsed into MiB. */
export function size(args: Described<string> & { min: string; max: string }): Setting<number> {
  const [min, max] = [parseSize(args.min) ?? NaN, parseSize(args.max) ?? NaN];
  return {
    doc: args.doc,
    projectType: "string",
    defaultValue: args.default,
    allowed: `a size from ${formatSize(min)} to ${formatSize(max)}, e.g. ${args.default}`,
    parse: (raw) => within(typeof raw === "string" ? parseSize(raw) : undefined, min, max),
  };
}

/** A duration with its unit; parsed into milliseconds. */
export function duration(args: Described<string> & { min: string; max: string }): Setting<number> {
  const [min, max] = [parseDuration(args.min) ?? NaN, parseDuration(args.max) ?? NaN];
  return {
    doc: args.doc,
    projectType: "string",
    defaultValue: args.default,
    allowed: `a duration from ${formatDuration(min)} to ${formatDuration(max)}, e.g. ${args.default}`,
    parse: (raw) => within(typeof raw === "string" ? parseDuration(raw) : undefined, min, max),
  };
}

/** A private IPv4 network whose prefix length lies within limits. */
export function privateSubnet(
  args: Described<string> & { shortest: number; longest: number },
): Setting<string> {
  return {
    doc: args.doc,
    projectType: "string",
    defaultValue: args.default,
    allowed: `a private IPv4 network from /${args.shortest} to /${args.longest}, written with its first address, e.g. ${args.default}`,
    parse: (raw) => {
      const subnet = typeof raw === "string" ? parseCidr(raw) : undefined;
      const fits = subnet !== undefined && subnet.prefix >= args.shortest && subnet.prefix <= args.longest;
      return fits && isPrivate(subnet) ? formatSubnet(subnet) : undefined;
    },
  };
}

function listOf(raw: unknown): unknown[] | undefined {
  if (Array.isArray(raw)) {
    return raw as unknown[];
  }
  // Pulumi hands lists to programs as JSON text.
  if (typeof raw === "string" && raw.trim().startsWith("[")) {
    try {
      const parsed: unknown = JSON.parse(raw);
      return Array.isArray(parsed) ? (parsed as unknown[]) : undefined;
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/** A list of host names, none twice. */
export function hostNameList(args: { doc: string }): Setting<readonly string[]> {
  return {
    doc: args.doc,
    projectType: "array",
    defaultValue: [],
    allowed: "a list of host names, none twice, e.g. [data-3]",
    parse: (raw) => {
      const list = listOf(raw);
      const valid = list?.every((name) => typeof name === "string" && /^[a-z][a-z0-9-]*$/.test(name));
      return valid === true && new Set(list).size === list?.length ? (list as string[]) : undefined;
    },
  };
}
