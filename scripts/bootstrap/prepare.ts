/** The TypeScript side of bootstrap: what is made once per machine, and found there afterwards. */
import { spawn } from "node:child_process";
import { join } from "node:path";

import { prepareEngine } from "../../engine/home";
import { Prepared, writePrepared } from "../../stacks/prepared";
import { StepLog, Steps } from "../commands/terminal/steps";
import { ensureBuildTools } from "./build-tools";
import { writeFirstSettings } from "./first-settings";

/** Arguments of {@link prepare}. */
export interface PrepareArgs {
  repository: string;
  steps: Steps;
  /** Also what local machines boot and run: the base image and the software bundle. */
  machines: boolean;
  /** PULUMI_HOME to lay out. Default: the repository's own. */
  home?: string;
}

/** Runs a script, hands its stderr on line by line, and gives the last line of its stdout. */
async function lastLineOf(script: string, log: StepLog): Promise<string> {
  const child = spawn("bash", [script], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let pending = "";
  const tail: string[] = [];
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => {
    const lines = (pending + chunk.toString()).split(/\r?\n|\r/);
    pending = lines.pop() ?? "";
    for (const line of lines.filter((text) => text.trim() !== "")) {
      tail.push(line);
      log(line.trim());
    }
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const last = output.trimEnd().split("\n").at(-1) ?? "";
  if (code !== 0 || last === "") {
    const lines = [...tail, pending].filter((line) => line.trim() !== "").slice(-15);
    throw new Error(`${script} ended with exit code ${code ?? "none"}; its last lines:\n${lines.join("\n")}`);
  }
  return last;
}

async function prepareMachines(repository: string, steps: Steps): Promise<Prepared> {
  const [baseImage, software] = await Promise.all([
    steps.run("hosts' base image", (log) =>
      lastLineOf(join(repository, "scripts", "bootstrap", "base-image.sh"), log),
    ),
    steps.run("software bundle", async (log) => {
      // Loaded late: commands that need no machines do without it.
      const { buildBundle, softwareDirectory } = await import("../bundle/build");
      const { components } = await buildBundle({ log });
      return { directory: softwareDirectory(), components };
    }),
  ]);
  const prepared: Prepared = { formatVersion: 1, baseImage, software };
  writePrepared(repository, prepared);
  return prepared;
}

/**
 * Makes what is missing: the engine's plugins and PULUMI_HOME, the Pulumi CLI, and for machines the base image and
 * the software bundle; independent parts side by side.
 *
 * @returns the environment variables with which the engine is to be called.
 */
export async function prepare(
  args: PrepareArgs,
): Promise<{ environment: Record<string, string>; prepared?: Prepared }> {
  const { repository, steps, machines, home } = args;
  const built = await ensureBuildTools(repository, steps);
  const engine = steps.run("Pulumi's engine", (log) =>
    prepareEngine({ repository, log, ...(home === undefined ? {} : { home }) }),
  );
  // All parts come to their end before a failure is told, so that nothing is cut off half-way.
  const [environment, prepared] = await Promise.allSettled([
    engine,
    machines ? prepareMachines(repository, steps) : Promise.resolve(undefined),
  ]);
  if (environment.status === "rejected") {
    throw environment.reason;
  }
  if (prepared.status === "rejected") {
    throw prepared.reason;
  }
  if (machines) {
    built();
    writeFirstSettings(repository);
  }
  return {
    environment: environment.value,
    ...(prepared.value === undefined ? {} : { prepared: prepared.value }),
  };
}
