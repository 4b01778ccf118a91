/**
 * What a provider plugin of this repository is made of: resource definitions in plain values. The gRPC side
 * (`serve.ts`) turns Pulumi's wire format into these calls and back, so that a resource never sees a protobuf.
 */

/** Stands for a value that is not known before the update (an output of a resource that is not made yet). */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** Properties as plain values: JSON values, `UNKNOWN`, {@link Secret}, assets and archives. */
export type Properties = Record<string, unknown>;

/** A secret value; the wire keeps it encrypted in the state. Inputs reach definitions unwrapped. */
export class Secret {
  constructor(readonly value: unknown) {}
}

/** An input that was refused, named by its property, in a sentence that says what is allowed. */
export interface CheckFailure {
  property: string;
  reason: string;
}

/** The outcome of a diff. Without one of its own, a resource compares inputs and uses `replaceOn`. */
export interface DiffResult {
  /** Names (paths) of the inputs that changed. */
  changed: string[];
  /** The subset of `changed` that replaces the resource. */
  replaces: string[];
  deleteBeforeReplace?: boolean;
}

/** What an operation may use of the engine. */
export interface OperationContext {
  urn: string;
  /** True while previewing: nothing may be made or changed. */
  preview: boolean;
  /** Aborted when the engine cancels the update. */
  signal: AbortSignal;
  /** Names of the inputs (on `delete` and `read` also outputs) that are, or hold, a secret. */
  secretInputs?: readonly string[];
  /** A line for the person who runs the update, shown at the resource. `ephemeral` lines are progress only. */
  log(severity: "debug" | "info" | "warning" | "error", message: string, ephemeral?: boolean): void;
}

/** One resource type. All methods may be asynchronous; a thrown Error fails the step with its message. */
export interface ResourceDefinition {
  /** Inputs whose change replaces the resource. */
  replaceOn?: readonly string[];
  /** Replacement deletes the old one first. Default: false. */
  deleteBeforeReplace?: boolean;
  /** Names of outputs that are secret whatever they came from. */
  secretOutputs?: readonly string[];
  /** Validates and completes inputs. `olds` are the inputs of the last update, if any. */
  check(
    news: Properties,
    olds: Properties | undefined,
    context: OperationContext,
  ): Promise<{ inputs: Properties; failures: CheckFailure[] }>;
  /** Decides between nothing, update and replacement. Default: compare inputs, see `replaceOn`. */
  diff?(
    id: string,
    oldOutputs: Properties,
    oldInputs: Properties,
    news: Properties,
    context: OperationContext,
  ): Promise<DiffResult>;
  /** Makes the resource. In a preview `id` is ignored and outputs may hold `UNKNOWN`. */
  create(inputs: Properties, context: OperationContext): Promise<{ id: string; outputs: Properties }>;
  /** Reads the resource as it is; `undefined` says that it is gone. Default: what the state has. */
  read?(
    id: string,
    outputs: Properties,
    inputs: Properties,
    context: OperationContext,
  ): Promise<{ id: string; inputs: Properties; outputs: Properties } | undefined>;
  /** Changes the resource in place. Without it, every change replaces. */
  update?(
    id: string,
    oldOutputs: Properties,
    oldInputs: Properties,
    news: Properties,
    context: OperationContext,
  ): Promise<Properties>;
  /** Removes the resource; succeeds when it is already gone. */
  delete(id: string, outputs: Properties, inputs: Properties, context: OperationContext): Promise<void>;
}

/** A provider plugin: its package name, the version it stands for, and its resources by type token. */
export interface ProviderDefinition {
  name: string;
  version: string;
  /** Keys are type tokens, e.g. `command:remote:Command`. */
  resources: Record<string, ResourceDefinition>;
  /** Functions by token, e.g. `command:local:run`. */
  functions?: Record<string, (args: Properties, context: OperationContext) => Promise<Properties>>;
}
