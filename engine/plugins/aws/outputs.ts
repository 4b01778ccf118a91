/** What a resource shows after it is made, and what of it a preview can know. */
import { isMap } from "../../provider/properties";
import { type Properties, UNKNOWN } from "../../provider/resource";
import { type InputFact, RESOURCES, shortName } from "./catalog";
import type { Configuration } from "./configuration";
import { regionOf } from "./identities";
import { makerOf, makesInput, type Making, tagsAll } from "./makers";

/** Inputs with the provider's defaults, nested ones too. */
function withDefaults(facts: Readonly<Record<string, InputFact>>, inputs: Properties): Properties {
  const result: Properties = {};
  for (const [name, fact] of Object.entries(facts)) {
    const value = inputs[name] ?? fact.default;
    if (value === undefined || fact.writeOnly) continue;
    const { properties } = fact;
    const complete = (item: unknown): unknown =>
      properties && isMap(item) ? withDefaults(properties, item) : item;
    result[name] = Array.isArray(value) ? value.map(complete) : complete(value);
  }
  return result;
}

function emptyOf(type: string): unknown {
  if (type.endsWith("[]")) return [];
  if (type.startsWith("map")) return {};
  if (type === "boolean") return false;
  if (type === "number") return 0;
  return /^(string|enum)\b/.test(type) ? "" : undefined;
}

/** Names of the outputs that the provider makes: those that are no inputs, and inputs left out that it fills in. */
function madeNames(token: string, inputs: Properties): [name: string, type: string][] {
  const fact = RESOURCES[token];
  if (!fact) return [];
  const left = Object.entries(fact.inputs).filter(
    ([name, { computed }]) => inputs[name] === undefined && (computed || makesInput(shortName(token), name)),
  );
  return [...left.map(([name, { type }]): [string, string] => [name, type]), ...Object.entries(fact.outputs)];
}

/** All outputs of a resource that was made. */
export function madeOutputs(making: Making): Properties {
  const { token } = making.origin;
  const outputs = withDefaults(RESOURCES[token]?.inputs ?? {}, making.inputs);
  for (const [name, type] of madeNames(token, making.inputs)) {
    if (outputs[name] !== undefined) continue;
    const maker = makerOf(shortName(token), name);
    const value = maker ? maker(making, outputs) : emptyOf(type);
    if (value !== undefined) outputs[name] = value;
  }
  return outputs;
}

/** What a preview knows of a resource that is to be made: inputs, defaults, region and tags. */
export function previewOutputs(token: string, inputs: Properties, configuration: Configuration): Properties {
  const outputs = withDefaults(RESOURCES[token]?.inputs ?? {}, inputs);
  for (const [name] of madeNames(token, inputs)) outputs[name] ??= UNKNOWN;
  return { ...outputs, ...knownOutputs(token, inputs, configuration) };
}

function knownOutputs(token: string, inputs: Properties, configuration: Configuration): Properties {
  const fact = RESOURCES[token];
  return {
    ...(fact?.outputs["tagsAll"] && { tagsAll: tagsAll(inputs, configuration) }),
    ...(fact?.inputs["region"] && { region: regionOf(inputs, configuration) }),
  };
}

/** Outputs that a change in place gives anew, with what they are afterwards. */
function changedBy(token: string, olds: Properties, changed: readonly string[]): Properties {
  const names = new Set(changed.map((path) => path.split(/[.[]/)[0]).filter((name) => name !== "tagsAll"));
  const next = (name: string): number => Number(olds[name] ?? 0) + 1;
  switch (shortName(token)) {
    case "ec2.LaunchTemplate": {
      const version =
        names.size > [...names].filter((name) => name === "tags").length ? next("latestVersion") : undefined;
      return version === undefined ? {} : { latestVersion: version };
    }
    case "ssm.Parameter":
      return names.has("value") || names.has("insecureValue") ? { version: next("version") } : {};
    case "ssm.Document":
      return names.has("content") ? { latestVersion: String(next("latestVersion")) } : {};
    default:
      return {};
  }
}

/** Outputs that follow from inputs and are made again when these change. */
const FOLLOWING: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "elasticache.Cluster": { cacheNodes: ["numCacheNodes"], engineVersionActual: ["engineVersion"] },
  "s3.BucketObject": {
    etag: ["source", "content", "contentBase64"],
    versionId: ["source", "content", "contentBase64"],
  },
  "s3.BucketObjectv2": {
    etag: ["source", "content", "contentBase64"],
    versionId: ["source", "content", "contentBase64"],
  },
  "autoscaling.Group": { availabilityZones: ["vpcZoneIdentifiers"] },
  "ec2.VpcEndpoint": { networkInterfaceIds: ["subnetIds"] },
  "route53.Record": { fqdn: ["name"] },
};

/** Outputs after a change in place; without a `making` as a preview knows them. */
export function updatedOutputs(
  token: string,
  olds: Properties,
  news: Properties,
  changed: readonly string[],
  configuration: Configuration,
  making?: Making,
): Properties {
  const fact = RESOURCES[token];
  const kept = Object.fromEntries(
    Object.entries(olds).filter(([name]) => {
      const input = fact?.inputs[name];
      return !input || input.computed || news[name] !== undefined;
    }),
  );
  const outputs: Properties = {
    ...kept,
    ...withDefaults(fact?.inputs ?? {}, news),
    ...knownOutputs(token, news, configuration),
  };
  const names = changed.map((path) => path.split(/[.[]/)[0] ?? "");
  const all = making && madeOutputs(making);
  for (const [name, sources] of Object.entries(FOLLOWING[shortName(token)] ?? {}))
    if (news[name] === undefined && sources.some((source) => names.includes(source)))
      outputs[name] = all ? all[name] : UNKNOWN;
  for (const [name, value] of Object.entries(changedBy(token, olds, changed)))
    outputs[name] = making ? value : UNKNOWN;
  return outputs;
}
