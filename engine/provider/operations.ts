/** What the engine asks of a resource, answered by its definition: from wire messages to plain calls and back. */
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { decideChange, type Change, inputDifferences } from "./differences";
import { decode, encode, keepAllSecrets, secretNames, unwrapAll } from "./properties";
import {
  type CheckFailure,
  type OperationContext,
  type Properties,
  type ProviderDefinition,
  type ResourceDefinition,
  Secret,
} from "./resource";

/** Makes the context of one operation on one resource. */
export type MakeContext = (
  urn: string,
  preview: boolean,
  secretInputs: readonly string[],
) => OperationContext;

/** The resource type in a URN: what stands after the last `$` of its third part. */
export function typeOfUrn(urn: string): string {
  return urn.split("::")[2]?.split("$").pop() ?? "";
}

/** Finds the definition of a URN's type, or says which types there are. */
export function findResource(definitions: readonly ProviderDefinition[], urn: string): ResourceDefinition {
  const type = typeOfUrn(urn);
  for (const { resources } of definitions) {
    const found = Object.hasOwn(resources, type) ? resources[type] : undefined;
    if (found) return found;
  }
  const known = definitions.flatMap(({ resources }) => Object.keys(resources));
  throw new Error(`there is no resource type ${type} in this plugin; it has ${known.join(", ")}`);
}

function secretOutputs(definition: ResourceDefinition, outputs: Properties): Properties {
  const names = definition.secretOutputs ?? [];
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [
      name,
      names.includes(name) && value !== undefined && !(value instanceof Secret) ? new Secret(value) : value,
    ]),
  );
}

/** Failures in the form that Check and Invoke answer with. */
export function failureList(failures: readonly CheckFailure[]): proto.CheckFailure[] {
  return failures.map(({ property, reason }) =>
    new proto.CheckFailure().setProperty(property).setReason(reason),
  );
}

/** Answers Check: inputs completed by the definition, still as secret as they came. */
export async function check(
  definition: ResourceDefinition,
  request: proto.CheckRequest,
  makeContext: MakeContext,
): Promise<proto.CheckResponse> {
  const news = decode(request.getNews());
  const olds = request.getOlds();
  const context = makeContext(request.getUrn(), true, secretNames(news));
  const result = await definition.check(unwrapAll(news), olds && unwrapAll(decode(olds)), context);
  return new proto.CheckResponse()
    .setInputs(encode(keepAllSecrets(news, result.inputs)))
    .setFailuresList(failureList(result.failures));
}

/** Answers Diff: names, nested paths, and whether the change replaces. */
export async function diff(
  definition: ResourceDefinition,
  request: proto.DiffRequest,
  makeContext: MakeContext,
): Promise<proto.DiffResponse> {
  const news = decode(request.getNews());
  const oldOutputs = unwrapAll(decode(request.getOlds()));
  const oldInputs = request.hasOldInputs() ? unwrapAll(decode(request.getOldInputs())) : oldOutputs;
  const plain = unwrapAll(news);
  const ignores = request.getIgnorechangesList();
  const context = makeContext(request.getUrn(), true, secretNames(news));
  const own = await definition.diff?.(request.getId(), oldOutputs, oldInputs, plain, context);
  return diffResponse(decideChange(definition, inputDifferences(oldInputs, plain, ignores), own, ignores));
}

function diffResponse(change: Change): proto.DiffResponse {
  const { DiffChanges } = proto.DiffResponse;
  const response = new proto.DiffResponse()
    .setChanges(change.names.length > 0 ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE)
    .setDiffsList(change.names)
    .setReplacesList(change.replaces)
    .setDeletebeforereplace(change.replaces.length > 0 && change.deleteBeforeReplace)
    .setHasdetaileddiff(true);
  const { Kind } = proto.PropertyDiff;
  const kinds = {
    add: [Kind.ADD, Kind.ADD_REPLACE],
    delete: [Kind.DELETE, Kind.DELETE_REPLACE],
    update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
  } as const;
  for (const { path, kind, replace, input } of change.details) {
    const entry = new proto.PropertyDiff().setKind(kinds[kind][replace ? 1 : 0]).setInputdiff(input);
    response.getDetaileddiffMap().set(path, entry);
  }
  return response;
}

/** Answers Create; in a preview the id stays unknown. */
export async function create(
  definition: ResourceDefinition,
  request: proto.CreateRequest,
  makeContext: MakeContext,
): Promise<proto.CreateResponse> {
  const inputs = decode(request.getProperties());
  const preview = request.getPreview();
  const context = makeContext(request.getUrn(), preview, secretNames(inputs));
  const { id, outputs } = await definition.create(unwrapAll(inputs), context);
  if (!preview && !id) throw new Error(`${request.getUrn()} was made without an id`);
  return new proto.CreateResponse()
    .setId(preview ? "" : id)
    .setProperties(encode(secretOutputs(definition, keepAllSecrets(inputs, outputs))));
}

/** Answers Read; an empty answer says that the resource is gone. */
export async function read(
  definition: ResourceDefinition,
  request: proto.ReadRequest,
  makeContext: MakeContext,
): Promise<proto.ReadResponse> {
  const outputs = decode(request.getProperties());
  const inputs = decode(request.getInputs());
  const secrets = { ...outputs, ...inputs };
  const response = new proto.ReadResponse();
  if (!definition.read)
    return response
      .setId(request.getId())
      .setProperties(encode(outputs))
      .setInputs(request.hasInputs() ? encode(inputs) : undefined);
  const context = makeContext(request.getUrn(), false, secretNames(secrets));
  const found = await definition.read(request.getId(), unwrapAll(outputs), unwrapAll(inputs), context);
  if (!found) return response;
  const marked = keepAllSecrets(inputs, keepAllSecrets(outputs, found.outputs));
  return response
    .setId(found.id)
    .setProperties(encode(secretOutputs(definition, marked)))
    .setInputs(encode(keepAllSecrets(secrets, found.inputs)));
}

/** Answers Update. */
export async function update(
  definition: ResourceDefinition,
  request: proto.UpdateRequest,
  makeContext: MakeContext,
): Promise<proto.UpdateResponse> {
  if (!definition.update)
    throw new Error(`${typeOfUrn(request.getUrn())} cannot be changed in place, only replaced`);
  const news = decode(request.getNews());
  const oldOutputs = unwrapAll(decode(request.getOlds()));
  const oldInputs = request.hasOldInputs() ? unwrapAll(decode(request.getOldInputs())) : oldOutputs;
  const context = makeContext(request.getUrn(), request.getPreview(), secretNames(news));
  const outputs = await definition.update(request.getId(), oldOutputs, oldInputs, unwrapAll(news), context);
  return new proto.UpdateResponse().setProperties(
    encode(secretOutputs(definition, keepAllSecrets(news, outputs))),
  );
}

/** Carries out Delete. */
export async function remove(
  definition: ResourceDefinition,
  request: proto.DeleteRequest,
  makeContext: MakeContext,
): Promise<void> {
  const outputs = decode(request.getProperties());
  const inputs = request.hasOldInputs() ? decode(request.getOldInputs()) : outputs;
  const secrets = [...new Set([...secretNames(outputs), ...secretNames(inputs)])];
  const context = makeContext(request.getUrn(), false, secrets);
  await definition.delete(request.getId(), unwrapAll(outputs), unwrapAll(inputs), context);
}

/** Answers Invoke: a function by its token. */
export async function invoke(
  definitions: readonly ProviderDefinition[],
  request: proto.InvokeRequest,
  makeContext: MakeContext,
): Promise<proto.InvokeResponse> {
  const token = request.getTok();
  const call = definitions.map(({ functions }) => functions?.[token]).find((found) => found !== undefined);
  if (!call) {
    const known = definitions.flatMap(({ functions }) => Object.keys(functions ?? {}));
    throw new Error(`there is no function ${token} in this plugin; it has ${known.join(", ") || "none"}`);
  }
  const args = decode(request.getArgs());
  const result = await call(unwrapAll(args), makeContext("", request.getPreview(), secretNames(args)));
  return new proto.InvokeResponse().setReturn(encode(keepAllSecrets(args, result)));
}
