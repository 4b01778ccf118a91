/** Checking inputs against a schema: unknown names, wrong types and wrong values are refused by name. */
import { z } from "zod";
import { hasUnknown } from "../../../../../engine/provider/properties";
import type { CheckFailure, Properties, ResourceDefinition } from "../../../../../engine/provider/resource";
import { NAME } from "../site/places";
import { parseAddress } from "../../../../network/ipv4";

/** What a site, machine or listener may be called. */
export const name = z
  .string()
  .regex(
    NAME,
    "must be lower-case letters, digits and dashes, begin with a letter, and have at most 40 characters",
  );

/** An IPv4 address. */
export const address = z
  .string()
  .refine((text) => parseAddress(text) !== undefined, "must be an IPv4 address like 10.77.0.10");

/** A TCP port. */
export const port = z.number().int().min(1).max(65535);

/** A size in MiB of memory or disk. */
export const mebibytes = z.number().int().min(16);

/** A full path without line breaks: it becomes a line of the runtime's arguments. */
export const fullPath = z.string().regex(/^\/[^\n\r]*$/, "must be a full path on one line");

/** Folders of this machine that guests see read-only. */
export const binds = z.array(z.strictObject({ source: fullPath, target: fullPath }));

/** A `check` that holds every known input against its place in the schema; what is unknown yet passes. */
export function checker(
  schema: z.ZodObject,
  more: (inputs: Properties, olds: Properties | undefined) => CheckFailure[] = () => [],
): ResourceDefinition["check"] {
  return (news, olds) => {
    const failures = Object.keys({ ...schema.shape, ...news }).flatMap((key) =>
      fieldFailures(schema, key, news[key]),
    );
    return Promise.resolve({
      inputs: news,
      failures: failures.length > 0 ? failures : more(news, olds),
    });
  };
}

function fieldFailures(schema: z.ZodObject, key: string, value: unknown): CheckFailure[] {
  const field = schema.shape[key] as z.ZodType | undefined;
  if (!field) {
    if (key.startsWith("__")) return [];
    return [
      { property: key, reason: `${key} is not an input; there are ${Object.keys(schema.shape).join(", ")}` },
    ];
  }
  if (hasUnknown(value)) return [];
  const parsed = field.safeParse(value);
  return parsed.success
    ? []
    : parsed.error.issues.map((issue) => ({ property: key, reason: describe(key, value, issue) }));
}

function describe(key: string, value: unknown, issue: z.core.$ZodIssue): string {
  const where = [key, ...issue.path].join(".");
  const at = issue.path.reduce<unknown>(
    (inner, step) => (inner as Properties | undefined)?.[String(step)],
    value,
  );
  if (at === undefined) return `${where} is missing`;
  // Never show what may be a key.
  const shown = /key/i.test(key) ? "" : ` is ${JSON.stringify(at)}:`;
  return `${where}${shown} ${issue.message}`;
}

/** Reads a resource's inputs as its schema has them. */
export function typed<Schema extends z.ZodObject>(_schema: Schema, inputs: Properties): z.infer<Schema> {
  return inputs as z.infer<Schema>;
}

/** Says for each of these inputs that changed that it cannot. */
export function unchangeable(names: readonly string[], why: string) {
  return (news: Properties, olds: Properties | undefined): CheckFailure[] =>
    names
      .filter((key) => olds?.[key] !== undefined && !hasUnknown(news[key]) && olds[key] !== news[key])
      .map((key) => ({
        property: key,
        reason: `${key} cannot change from ${JSON.stringify(olds?.[key])} to ${JSON.stringify(news[key])}: ${why}`,
      }));
}
