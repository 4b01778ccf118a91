/**
 * Pulumi's wire format for property values, to and from plain values. The signatures are part of Pulumi's
 * plugin protocol (sdk/proto/README.md of pulumi/pulumi and `runtime/rpc` of its Node SDK).
 */
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { Archive, Asset, ResourceReference } from "./assets";
import { type Properties, Secret, UNKNOWN } from "./resource";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** What the engine writes for a value of a string type that is not known yet; it accepts this for every type. */
const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const UNKNOWNS = new Set([
  UNKNOWN_STRING,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

type Plain = Record<string, unknown>;

/** True for a map of properties: neither a list nor one of the classes that stand for special values. */
export function isMap(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Reads a message's properties; secrets arrive as {@link Secret}, unknowns as `UNKNOWN`. */
export function decode(struct: Struct | undefined): Properties {
  return struct ? mapValues(struct.toJavaScript(), decodeValue) : {};
}

/** Writes properties for a message; `undefined` members are left out. */
export function encode(properties: Properties): Struct {
  return Struct.fromJavaScript(encodeMap(properties) as Record<string, JavaScriptValue>);
}

function mapValues(map: Plain, change: (value: unknown) => unknown): Plain {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}

function decodeValue(value: unknown): unknown {
  if (typeof value === "string") return UNKNOWNS.has(value) ? UNKNOWN : value;
  if (Array.isArray(value)) return value.map(decodeValue);
  if (!isMap(value)) return value;
  switch (value[SIGNATURE]) {
    case undefined:
      return mapValues(value, decodeValue);
    case SECRET:
      return new Secret(decodeValue(value["value"]));
    case ASSET:
      return decodeAsset(value);
    case ARCHIVE:
      return decodeArchive(value);
    case RESOURCE:
      return new ResourceReference(
        text(value["urn"]),
        value["id"] === undefined ? undefined : decodeValue(value["id"]),
        text(value["packageVersion"]),
      );
    case OUTPUT: {
      const known = "value" in value ? decodeValue(value["value"]) : UNKNOWN;
      return value["secret"] === true ? new Secret(known) : known;
    }
    default:
      throw new Error(
        `a property has the unknown signature ${text(value[SIGNATURE])}: the Pulumi CLI is newer than this plugin`,
      );
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function decodeAsset(value: Plain): Asset {
  // The engine sends all three fields; the empty text is an asset too, so it is the last to be tried.
  if (text(value["path"])) return new Asset("path", text(value["path"]), text(value["hash"]));
  if (text(value["uri"])) return new Asset("uri", text(value["uri"]), text(value["hash"]));
  return new Asset("text", text(value["text"]), text(value["hash"]));
}

function decodeArchive(value: Plain): Archive {
  const hash = text(value["hash"]);
  if (text(value["path"])) return new Archive({ source: "path", value: text(value["path"]) }, hash);
  if (text(value["uri"])) return new Archive({ source: "uri", value: text(value["uri"]) }, hash);
  const members: Record<string, Asset | Archive> = {};
  for (const [name, member] of Object.entries(isMap(value["assets"]) ? value["assets"] : {})) {
    const decoded = decodeValue(member);
    if (!(decoded instanceof Asset || decoded instanceof Archive))
      throw new Error(`the archive member ${name} is neither an asset nor an archive`);
    members[name] = decoded;
  }
  return new Archive({ source: "assets", members }, hash);
}

function encodeMap(map: Plain): Plain {
  return Object.fromEntries(
    Object.entries(map)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, encodeValue(value)]),
  );
}

function encodeValue(value: unknown): unknown {
  if (value === UNKNOWN) return UNKNOWN_STRING;
  if (value === undefined) return null;
  if (value instanceof Secret) return { [SIGNATURE]: SECRET, value: encodeValue(unwrap(value.value)) };
  if (value instanceof Asset)
    return { [SIGNATURE]: ASSET, [value.source]: value.value, ...(value.hash && { hash: value.hash }) };
  if (value instanceof Archive) return encodeArchive(value);
  if (value instanceof ResourceReference)
    return {
      [SIGNATURE]: RESOURCE,
      urn: value.urn,
      ...(value.id !== undefined && { id: encodeValue(value.id) }),
      packageVersion: value.packageVersion,
    };
  if (Array.isArray(value)) return value.map(encodeValue);
  if (typeof value === "object" && value !== null) return encodeMap(value as Plain);
  return value;
}

function encodeArchive({ content, hash }: Archive): Plain {
  const body =
    content.source === "assets"
      ? { assets: encodeMap(content.members) }
      : { [content.source]: content.value };
  return { [SIGNATURE]: ARCHIVE, ...body, ...(hash && { hash }) };
}

/** The same value without any {@link Secret} around or inside it. */
export function unwrap(value: unknown): unknown {
  if (value instanceof Secret) return unwrap(value.value);
  if (Array.isArray(value)) return value.map(unwrap);
  return isMap(value) ? mapValues(value, unwrap) : value;
}

/** {@link unwrap} for a whole set of properties. */
export function unwrapAll(properties: Properties): Properties {
  return mapValues(properties, unwrap);
}

/** True when `test` holds for the value or for anything inside it. */
export function contains(value: unknown, test: (value: unknown) => boolean): boolean {
  if (test(value)) return true;
  if (value instanceof Secret) return contains(value.value, test);
  if (Array.isArray(value)) return value.some((item) => contains(item, test));
  return isMap(value) && Object.values(value).some((item) => contains(item, test));
}

/** True when the value, or anything inside it, is not known yet. */
export const hasUnknown = (value: unknown): boolean => contains(value, (item) => item === UNKNOWN);

/** Names of the properties that are, or hold, a secret. */
export function secretNames(properties: Properties): string[] {
  return Object.keys(properties).filter((name) =>
    contains(properties[name], (item) => item instanceof Secret),
  );
}

/**
 * Makes secret in `value` what was secret in `source` at the same place. Where the two have different shapes and
 * the source held a secret, all of the value becomes secret: it may have moved.
 */
export function keepSecrets(source: unknown, value: unknown): unknown {
  if (value === undefined || value instanceof Secret) return value;
  if (source instanceof Secret) return new Secret(value);
  if (!contains(source, (item) => item instanceof Secret)) return value;
  if (Array.isArray(source) && Array.isArray(value) && source.length === value.length)
    return value.map((item, index) => keepSecrets(source[index], item));
  if (isMap(source) && isMap(value) && Object.keys(source).every((key) => key in value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, keepSecrets(source[key], item)]),
    );
  return new Secret(value);
}

/** {@link keepSecrets} property by property; a property that the source lacks stays as it is. */
export function keepAllSecrets(source: Properties, properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, keepSecrets(source[name], value)]),
  );
}
