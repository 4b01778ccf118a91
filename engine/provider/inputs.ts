/** Checks inputs against a description of them: types, defaults, limits, and no property that nobody knows. */
import { Archive, Asset } from "./assets";
import { memberPath } from "./differences";
import { isMap } from "./properties";
import { type CheckFailure, type Properties, UNKNOWN } from "./resource";

/** What one input may be. */
export interface InputRule {
  type: "string" | "boolean" | "number" | "integer" | "any" | "asset" | "list" | "map" | "object";
  required?: boolean;
  default?: unknown;
  /** The only values allowed. */
  oneOf?: readonly unknown[];
  /** Smallest number, or shortest list, allowed. */
  min?: number;
  max?: number;
  /** What the members of a list or of a map may be. Default: anything. */
  members?: InputRule;
  /** The properties of an object. */
  properties?: InputRules;
}

/** Inputs by name. */
export type InputRules = Readonly<Record<string, InputRule>>;

/** Inputs completed with defaults, and what is wrong with them; failures name the property by its path. */
export interface Checked {
  inputs: Properties;
  failures: CheckFailure[];
}

/** Checks a set of inputs. Unknown values pass: they are checked again when they are known. */
export function checkInputs(rules: InputRules, news: Properties, parent = ""): Checked {
  const inputs: Properties = {};
  const failures: CheckFailure[] = [];
  for (const [name, value] of Object.entries(news)) {
    // Names that begin with two underscores are the SDK's own (`__defaults`).
    if (!Object.hasOwn(rules, name) && !name.startsWith("__") && value !== undefined && value !== null)
      failures.push({ property: memberPath(parent, name), reason: unknownName(name, Object.keys(rules)) });
  }
  for (const [name, rule] of Object.entries(rules)) {
    const path = memberPath(parent, name);
    const value = news[name] ?? rule.default;
    if (value === undefined || value === null) {
      if (rule.required) failures.push({ property: path, reason: `is missing; it takes ${describe(rule)}` });
      continue;
    }
    const checked = checkValue(rule, value, path);
    inputs[name] = checked.value;
    failures.push(...checked.failures);
  }
  return { inputs, failures };
}

function checkValue(
  rule: InputRule,
  value: unknown,
  path: string,
): { value: unknown; failures: CheckFailure[] } {
  if (value === UNKNOWN) return { value, failures: [] };
  const refuse = () => ({
    value,
    failures: [{ property: path, reason: `is ${shown(value)}; it takes ${describe(rule)}` }],
  });
  if (!hasType(rule, value)) return refuse();
  if (rule.oneOf && !rule.oneOf.includes(value)) return refuse();
  const size = Array.isArray(value) ? value.length : typeof value === "number" ? value : undefined;
  if (size !== undefined && (size < (rule.min ?? -Infinity) || size > (rule.max ?? Infinity)))
    return refuse();
  if (rule.type === "object" && rule.properties && isMap(value)) {
    const { inputs, failures } = checkInputs(rule.properties, value, path);
    return { value: inputs, failures };
  }
  const member = rule.members;
  if (!member) return { value, failures: [] };
  if (Array.isArray(value)) {
    const items = value.map((item, index) => checkValue(member, item, `${path}[${index}]`));
    return { value: items.map((item) => item.value), failures: items.flatMap((item) => item.failures) };
  }
  if (!isMap(value)) return { value, failures: [] };
  const entries = Object.entries(value).map(
    ([key, item]) => [key, checkValue(member, item, memberPath(path, key))] as const,
  );
  return {
    value: Object.fromEntries(entries.map(([key, item]) => [key, item.value])),
    failures: entries.flatMap(([, item]) => item.failures),
  };
}

function hasType(rule: InputRule, value: unknown): boolean {
  switch (rule.type) {
    case "string":
    case "boolean":
      return typeof value === rule.type;
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "integer":
      return Number.isSafeInteger(value);
    case "any":
      return true;
    case "asset":
      return value instanceof Asset || value instanceof Archive;
    case "list":
      return Array.isArray(value);
    case "map":
    case "object":
      return isMap(value);
  }
}

function describe(rule: InputRule): string {
  if (rule.oneOf) return `one of ${rule.oneOf.map((value) => JSON.stringify(value)).join(", ")}`;
  const limits =
    rule.min !== undefined && rule.max !== undefined
      ? ` from ${rule.min} to ${rule.max}`
      : rule.min !== undefined
        ? ` of at least ${rule.min}`
        : rule.max !== undefined
          ? ` of at most ${rule.max}`
          : "";
  const noun = {
    string: "a string",
    boolean: "true or false",
    number: "a number",
    integer: "a whole number",
    any: "any value",
    asset: "an asset or an archive",
    list: "a list",
    map: "a map",
    object: "an object",
  }[rule.type];
  return `${noun}${limits}`;
}

/** A value as an error message may show it: strings may be secrets, so only their kind is named. */
function shown(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") return "a string of another kind";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return "an object";
}

/** What is said of a name that is not there: the nearest one, and all there are. */
export function unknownName(name: string, known: readonly string[]): string {
  const near = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  const hint = near && near.distance <= 2 ? ` Did you mean ${near.candidate}?` : "";
  return `unknown property;${hint} Known are ${[...known].sort().join(", ")}`;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}
