/** Checks inputs against the recorded facts: names, types, limits, enumerations, formats, combinations. */
import { Archive, Asset, ResourceReference } from "../../provider/assets";
import { memberPath } from "../../provider/differences";
import { unknownName } from "../../provider/inputs";
import { hasUnknown, isMap } from "../../provider/properties";
import { type CheckFailure, type Properties, UNKNOWN } from "../../provider/resource";
import { autonameOf, enumeration, type InputFact, moduleOf, RESOURCES, shortName } from "./catalog";
import { formatAt } from "./formats";

/** Inputs in the provider's own form, and what is wrong with them. */
export interface Checked {
  inputs: Properties;
  failures: CheckFailure[];
}

interface Place {
  /** The resource type's token. */
  token: string;
  /** The property path, with indexes. */
  path: string;
  /** The names on the way, without indexes. */
  names: string;
  secret: boolean;
}

/** Statistics may be percentiles and trimmed means too, which no enumeration lists. */
const EXTENDED_STATISTIC = /^(p|tm|wm|tc|ts|IQM)\(?[\d.%:]*\)?$/;

/** Checks a resource's inputs; unknown ones pass, they are checked again when they are known. */
export function checkResource(token: string, news: Properties, secrets: readonly string[] = []): Checked {
  const facts = RESOURCES[token]?.inputs ?? {};
  return checkObject(facts, news, { token, path: "", names: "", secret: false }, secrets);
}

function checkObject(
  facts: Readonly<Record<string, InputFact>>,
  news: Properties,
  place: Place,
  secrets: readonly string[] = [],
): Checked {
  const inputs: Properties = {};
  const failures: CheckFailure[] = [];
  for (const [name, value] of Object.entries(news)) {
    // Names that begin with two underscores are the SDK's own (`__defaults`).
    if (value === undefined || value === null || name.startsWith("__")) continue;
    const path = memberPath(place.path, name);
    const fact = Object.hasOwn(facts, name) ? facts[name] : undefined;
    if (!fact) {
      failures.push({ property: path, reason: unknownName(name, Object.keys(facts)) });
      continue;
    }
    const names = place.names ? `${place.names}.${name}` : name;
    const secret = place.secret || fact.secret === true || secrets.includes(name);
    inputs[name] = checkValue(fact, fact.type, value, { ...place, path, names, secret }, failures);
  }
  failures.push(...combinationFailures(facts, inputs, place.path, autonamed(place)));
  return { inputs, failures };
}

/** The name that Pulumi fills in later, at the top level of a resource. */
function autonamed(place: Place): string | undefined {
  return place.path === "" ? autonameOf(shortName(place.token))?.property : undefined;
}

function checkValue(
  fact: InputFact,
  type: string,
  given: unknown,
  place: Place,
  failures: CheckFailure[],
): unknown {
  const value = plainForm(fact, type, given);
  if (value === UNKNOWN) return value;
  const refuse = (what: string): unknown => {
    failures.push({ property: place.path, reason: `is ${shown(value, place.secret)}; it takes ${what}` });
    return value;
  };
  if (type.endsWith("[]")) {
    if (!Array.isArray(value)) return refuse("a list");
    const most = fact.maxItems === undefined ? Infinity : Number(fact.maxItems);
    const least = Number(fact.minItems ?? 0);
    if (value.length > most || value.length < least)
      return refuse(`a list of ${most === Infinity ? `at least ${least}` : `${least} to ${most}`}`);
    const member = type.slice(0, -2);
    return value.map((item, index) =>
      checkValue(fact, member, item, { ...place, path: `${place.path}[${index}]` }, failures),
    );
  }
  if (type === "map<string>") {
    if (!isMap(value)) return refuse("a map of strings");
    const wrong = Object.entries(value).find(([, item]) => item !== UNKNOWN && typeof item !== "string");
    if (wrong) failures.push({ property: memberPath(place.path, wrong[0]), reason: "takes a string" });
    return value;
  }
  if (type === "number" || type === "boolean") {
    if (typeof value !== type) return refuse(type === "number" ? "a number" : "true or false");
    const limits = numberLimits(fact, value);
    return limits ? refuse(limits) : value;
  }
  if (type.includes("pulumi.asset."))
    return value instanceof Asset || value instanceof Archive ? value : refuse("an asset or an archive");
  if (/^(string|enum)\b/.test(type)) {
    if (typeof value !== "string") return refuse("a string");
    const wanted = textRule(fact, type, value, place);
    return wanted === undefined ? value : refuse(wanted);
  }
  if (!isMap(value)) return refuse("an object");
  if (!fact.properties) return value;
  const checked = checkObject(fact.properties, value, place);
  failures.push(...checked.failures);
  return checked.inputs;
}

/** A resource given for its id becomes the id; a policy given as an object becomes its document. */
function plainForm(fact: InputFact, type: string, value: unknown): unknown {
  if (value instanceof ResourceReference) return value.id ?? UNKNOWN;
  const document =
    isMap(value) && type.startsWith("string") && (fact.format === "json" || type.includes("|"));
  if (!document) return value;
  return hasUnknown(value) ? UNKNOWN : JSON.stringify(value);
}

function numberLimits(fact: InputFact, value: unknown): string | undefined {
  const number = Number(value);
  const [least, most] = [fact.between?.[0], fact.between?.[1]];
  if (least !== undefined && most !== undefined && !(number >= least && number <= most))
    return `a number from ${least} to ${most}`;
  if (fact.atLeast !== undefined && !(number >= fact.atLeast)) return `a number of at least ${fact.atLeast}`;
  return undefined;
}

function valuesOf(fact: InputFact, type: string, place: Place): readonly string[] | undefined {
  const module = moduleOf(place.token);
  if (fact.oneOf) return fact.oneOf;
  if (fact.enumType) {
    const found = enumeration(module, fact.enumType);
    if (found) return found;
  }
  const typed = /enum ([\w]+)\.(\w+)/.exec(type);
  if (typed) return enumeration(typed[1] ?? "", typed[2] ?? "");
  return place.names === "instanceType" && module === "ec2" ? enumeration("ec2", "InstanceType") : undefined;
}

function textRule(fact: InputFact, type: string, value: string, place: Place): string | undefined {
  const values = valuesOf(fact, type, place);
  const extended = fact.enumType === "Statistic" && EXTENDED_STATISTIC.test(value);
  if (values && !values.includes(value) && !extended) return oneOf(values, value);
  if (fact.between || fact.atLeast !== undefined) return numberLimits(fact, value);
  const [least, most] = [fact.length?.[0], fact.length?.[1]];
  if (least !== undefined && most !== undefined && (value.length < least || value.length > most))
    return `a string of ${least} to ${most} characters; this one has ${value.length}`;
  // An empty text stands for "not given" in many places of the provider.
  return value === "" ? undefined : formatAt(shortName(place.token), place.names, fact.format)?.(value);
}

/** Long enumerations are shown by those members that are close to the value. */
function oneOf(values: readonly string[], value: string): string {
  const family = value.split(/[.:]/)[0] ?? "";
  const near = values.length > 40 ? values.filter((item) => item.startsWith(family)) : values;
  const listed = near.length > 0 ? near.slice(0, 40) : values.slice(0, 10);
  return `one of ${listed.join(", ")}${listed.length < values.length ? ", …" : ""}`;
}

function shown(value: unknown, secret: boolean): string {
  if (secret) return "a secret that does not fit";
  if (typeof value === "string")
    return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return Array.isArray(value) ? `a list of ${value.length}` : "an object";
}

/** The facts name siblings as the provider does, in the singular; an input may have the plural. */
function sibling(facts: Readonly<Record<string, InputFact>>, name: string): string | undefined {
  return [name, `${name}s`, name.replace(/y$/, "ies"), name.replace(/s$/, "")].find((form) =>
    Object.hasOwn(facts, form),
  );
}

function combinationFailures(
  facts: Readonly<Record<string, InputFact>>,
  inputs: Properties,
  parent: string,
  filledIn: string | undefined,
): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const given = (name: string): boolean => inputs[name] !== undefined && inputs[name] !== false;
  const said = new Set<string>();
  const say = (name: string, reason: string, once: readonly string[]): void => {
    const key = [...once].sort().join();
    if (said.has(key)) return;
    said.add(key);
    failures.push({ property: memberPath(parent, name), reason });
  };
  for (const [name, fact] of Object.entries(facts)) {
    const group = (names?: readonly string[]): string[] => [
      ...new Set((names ?? []).flatMap((other) => sibling(facts, other) ?? [])),
    ];
    if (fact.required && inputs[name] === undefined && name !== filledIn)
      say(name, `is missing; it takes ${article(fact.type)}`, [name]);
    const exactly = group(fact.exactlyOneOf);
    const some = exactly.filter(given);
    if (exactly.length > 1 && some.length !== 1)
      say(
        name,
        `exactly one of ${exactly.join(", ")} must be given, not ${some.join(" and ") || "none"}`,
        exactly,
      );
    const least = group(fact.atLeastOneOf);
    if (least.length > 0 && !least.some((other) => inputs[other] !== undefined))
      say(name, `at least one of ${least.join(", ")} must be given`, least);
    if (!given(name)) continue;
    for (const other of group(fact.conflictsWith).filter((other) => other !== name && given(other)))
      say(name, `cannot be given together with ${other}`, [name, other]);
    // With several names, one of a record's `records` and the like is enough only where all are inputs.
    for (const other of group(fact.requires).filter((other) => inputs[other] === undefined && other !== name))
      say(name, `needs ${other} to be given too`, [name, other, "requires"]);
  }
  return failures;
}

function article(type: string): string {
  if (type.endsWith("[]")) return "a list";
  if (type === "number") return "a number";
  if (type === "boolean") return "true or false";
  return type.startsWith("string") ? "a string" : type.startsWith("map") ? "a map" : "an object";
}
