/** What remote and local commands share: which command a step runs, what it returns, how its resource is named. */
import { randomBytes } from "node:crypto";
import type { InputRules } from "../../provider/inputs";
import { checkInputs } from "../../provider/inputs";
import {
  type OperationContext,
  type Properties,
  type ResourceDefinition,
  UNKNOWN,
} from "../../provider/resource";

/** What a run leaves behind; its members become outputs. */
export type RunOutputs = Properties & { stdout: string; stderr: string };

/** Runs a command with a resource's inputs; `previous` holds the outputs of the run before, if there was one. */
export type Run = (
  command: string,
  inputs: Properties,
  previous: Properties,
  context: OperationContext,
) => Promise<RunOutputs>;

/** The names that a run gives to its outputs. */
const RESULTS = ["stdout", "stderr", "assets", "archive"] as const;

/** An id as the published plugin makes them: the resource's name and eight random hex digits. */
export function newId(urn: string): string {
  return `${urn.split("::").slice(3).join("::")}${randomBytes(4).toString("hex")}`;
}

/** A string input, if it was given. */
export function stringInput(inputs: Properties, name: string): string | undefined {
  const value = inputs[name];
  return typeof value === "string" ? value : undefined;
}

/** The environment variables that carry a previous run's output; none when they are switched off or empty. */
export function previousOutput(inputs: Properties, previous: Properties): Record<string, string> {
  if (inputs["addPreviousOutputInEnv"] === false) return {};
  return Object.fromEntries(
    [
      ["PULUMI_COMMAND_STDOUT", stringInput(previous, "stdout") ?? ""],
      ["PULUMI_COMMAND_STDERR", stringInput(previous, "stderr") ?? ""],
    ].filter(([, value]) => value !== ""),
  ) as Record<string, string>;
}

/** A resource that runs commands when it is made, changed and removed. A change of `triggers` replaces it. */
export function commandResource(rules: InputRules, run: Run): ResourceDefinition {
  return {
    replaceOn: ["triggers"],
    check: (news) => Promise.resolve(checkInputs(rules, news)),
    create: async (inputs, context) => {
      const command = stringInput(inputs, "create");
      if (context.preview) return { id: "", outputs: previewOf(inputs, inputs["create"]) };
      const results =
        command === undefined ? { stdout: "", stderr: "" } : await run(command, inputs, {}, context);
      return { id: newId(context.urn), outputs: { ...inputs, ...results } };
    },
    update: async (_id, oldOutputs, _oldInputs, news, context) => {
      const results = Object.fromEntries(RESULTS.map((name) => [name, oldOutputs[name]]));
      // Also an empty `update` is one: it is the way to have changes do nothing.
      const input = news["update"] === undefined ? "create" : "update";
      if (news[input] === undefined) return { ...news, ...results };
      if (context.preview) return previewOf(news, news[input]);
      return { ...news, ...(await run(stringInput(news, input) ?? "", news, oldOutputs, context)) };
    },
    delete: async (_id, outputs, _inputs, context) => {
      const command = stringInput(outputs, "delete");
      if (command !== undefined) await run(command, outputs, outputs, context);
    },
  };
}

function previewOf(inputs: Properties, command: unknown): Properties {
  if (command === undefined) return { ...inputs, stdout: "", stderr: "" };
  return {
    ...inputs,
    stdout: UNKNOWN,
    stderr: UNKNOWN,
    ...(inputs["assetPaths"] !== undefined && { assets: UNKNOWN }),
    ...(inputs["archivePaths"] !== undefined && { archive: UNKNOWN }),
  };
}
