/** Which properties differ between two sets of inputs, as Pulumi's property paths. */
import { Archive, Asset, ResourceReference } from "./assets";
import { isMap } from "./properties";
import type { DiffResult, Properties, ResourceDefinition } from "./resource";

/** One differing place: its property path and what happened there. */
export interface Difference {
  path: string;
  kind: "add" | "delete" | "update";
}

/** What the engine is told about a resource's change. */
export interface Change {
  /** Top-level names that differ. */
  names: string[];
  /** The subset of `names` that replaces the resource. */
  replaces: string[];
  deleteBeforeReplace: boolean;
  /** Every differing place; `input` is false where the inputs themselves are the same. */
  details: (Difference & { replace: boolean; input: boolean })[];
}

/** Property path of a member: `.name`, or `["na.me"]` where the name would be misread. */
export function memberPath(parent: string, name: string): string {
  if (!/^[^.[\]"]+$/.test(name)) return `${parent}[${JSON.stringify(name)}]`;
  return parent ? `${parent}.${name}` : name;
}

/** The first name of a property path. */
export function topName(path: string): string {
  const quoted = /^\["((?:[^"\\]|\\.)*)"\]/.exec(path);
  return quoted ? (JSON.parse(`"${quoted[1]}"`) as string) : (path.split(/[.[]/, 1)[0] ?? path);
}

/** All places below (and at) `path` where the two values differ. */
export function differences(olds: unknown, news: unknown, path: string): Difference[] {
  if (olds === undefined && news === undefined) return [];
  if (olds === undefined) return [{ path, kind: "add" }];
  if (news === undefined) return [{ path, kind: "delete" }];
  if (Array.isArray(olds) && Array.isArray(news))
    return Array.from({ length: Math.max(olds.length, news.length) }).flatMap((_, index) =>
      differences(olds[index], news[index], `${path}[${index}]`),
    );
  if (isMap(olds) && isMap(news))
    return [...new Set([...Object.keys(olds), ...Object.keys(news)])].flatMap((key) =>
      differences(olds[key], news[key], memberPath(path, key)),
    );
  return sameLeaf(olds, news) ? [] : [{ path, kind: "update" }];
}

function sameLeaf(olds: unknown, news: unknown): boolean {
  if (olds instanceof Asset && news instanceof Asset)
    // The content decides: the same path may hold another text now, and another path the same text.
    return olds.hash && news.hash
      ? olds.hash === news.hash
      : olds.source === news.source && olds.value === news.value;
  if (olds instanceof Archive && news instanceof Archive)
    return olds.hash && news.hash
      ? olds.hash === news.hash
      : JSON.stringify(olds.content) === JSON.stringify(news.content);
  if (olds instanceof ResourceReference && news instanceof ResourceReference)
    return olds.urn === news.urn && olds.id === news.id;
  return Object.is(olds, news);
}

/** True when an `ignoreChanges` entry (`a`, `a.b`, `a[*]`, `*`) names the path or one of its parents. */
export function ignored(path: string, ignores: readonly string[]): boolean {
  const steps = splitPath(path);
  return ignores.some((ignore) => {
    const pattern = splitPath(ignore);
    return pattern.length <= steps.length && pattern.every((step, i) => step === "*" || step === steps[i]);
  });
}

function splitPath(path: string): string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[([^\]]*)\]|([^.[\]]+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? "",
  );
}

/** Places that differ between old and new inputs, without those that `ignoreChanges` names. */
export function inputDifferences(
  olds: Properties,
  news: Properties,
  ignores: readonly string[],
): Difference[] {
  return [...new Set([...Object.keys(olds), ...Object.keys(news)])]
    .filter((name) => !name.startsWith("__"))
    .flatMap((name) => differences(olds[name], news[name], memberPath("", name)))
    .filter(({ path }) => !ignored(path, ignores));
}

/**
 * Puts together what a resource says of a change (`own`, if it has a diff) with what the inputs say: nested paths,
 * kinds, replacements. A resource without `update` is replaced by every change.
 */
export function decideChange(
  definition: Pick<ResourceDefinition, "replaceOn" | "deleteBeforeReplace" | "update">,
  inputs: Difference[],
  own: DiffResult | undefined,
  ignores: readonly string[],
): Change {
  const changed = own
    ? own.changed.filter((path) => !ignored(path, ignores))
    : inputs.map(({ path }) => path);
  const names = [...new Set(changed.map(topName))];
  const replaceNames = new Set((own ? own.replaces : (definition.replaceOn ?? [])).map(topName));
  const replaces = names.filter((name) => !definition.update || replaceNames.has(name));
  const details = names.flatMap((name) => {
    const replace = replaces.includes(name);
    const below = inputs.filter(({ path }) => topName(path) === name);
    if (below.length > 0) return below.map((difference) => ({ ...difference, replace, input: true }));
    const paths = changed.filter((path) => topName(path) === name);
    return paths.map((path) => ({ path, kind: "update" as const, replace, input: false }));
  });
  return {
    names,
    replaces,
    deleteBeforeReplace: own?.deleteBeforeReplace ?? definition.deleteBeforeReplace ?? false,
    details,
  };
}
