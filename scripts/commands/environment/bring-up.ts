import type { Stack } from "@pulumi/pulumi/automation";

import { prepare } from "../../bootstrap/prepare";
import { EnvironmentOutputs, parseOutputs } from "../../../stacks/outputs";
import { planHosts } from "../../../stacks/topology";
import { Output } from "../terminal/live";
import { Steps } from "../terminal/steps";
import { Recorded, unreadyDepartures } from "./departures";
import { claim, Environment, EnvironmentArgs, findEnvironment, openStack, REPOSITORY } from "./open";
import { update, UpdateResult } from "./update";

/** Options of {@link bringUp}. */
export interface BringUpOptions {
  /** Compares the state with the machines first. Default: true. */
  refresh?: boolean;
  /** Where progress goes. Default: stderr. */
  output?: Output;
}

/** An environment that has been brought up. */
export interface BroughtUp {
  environment: Environment;
  outputs: EnvironmentOutputs;
  result: UpdateResult;
  /** How long bootstrap took before, in milliseconds. */
  bootstrapDuration: number;
}

/** Checks the settings, makes what is missing on this machine, and brings the environment to what its settings say. */
export async function bringUp(args: EnvironmentArgs, options: BringUpOptions = {}): Promise<BroughtUp> {
  // Wrong settings are refused before anything is installed or created.
  findEnvironment(args);
  const began = Date.now();
  const steps = new Steps(options.output);
  const { environment: variables } = await prepare({ repository: REPOSITORY, steps, machines: true }).finally(
    () => steps.close(),
  );
  const bootstrapDuration = Date.now() - began;
  const environment = findEnvironment({ ...args, variables });
  const stack = await openStack(environment);
  await claim(stack, environment, (line) => (options.output ?? process.stderr).write(`${line}\n`));
  const refusal = unreadyDepartures(
    await recordedOutputs(stack),
    planHosts(environment.settings).map(({ name }) => name),
  );
  if (refusal !== undefined) {
    throw new Error(refusal);
  }
  const result = await update(stack, "up", {
    refresh: options.refresh ?? true,
    ...(options.output === undefined ? {} : { output: options.output }),
  });
  const raw = await stack.outputs();
  const outputs = parseOutputs(
    Object.fromEntries(Object.entries(raw).map(([name, { value }]) => [name, value as unknown])),
  );
  if (outputs === undefined) {
    throw new Error(
      `environment "${environment.name}" came up without outputs; stacks/program.ts must return them`,
    );
  }
  return { environment, outputs, result, bootstrapDuration };
}

/** What the state holds of the last update; nothing where there was none or it ended early. */
async function recordedOutputs(stack: Stack): Promise<Recorded | undefined> {
  const exported = await stack.exportStack();
  const deployment = exported.deployment as {
    resources?: { type?: string; outputs?: Record<string, unknown> }[];
  } | null;
  const outputs = deployment?.resources?.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
  try {
    return parseOutputs(outputs);
  } catch {
    return undefined;
  }
}
