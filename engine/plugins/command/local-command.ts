/** `command:local:Command` and the function `command:local:run`: commands on the machine that runs Pulumi. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Archive, Asset } from "../../provider/assets";
import { checkInputs } from "../../provider/inputs";
import type { OperationContext, Properties, ResourceDefinition } from "../../provider/resource";
import { commandError, LineLog, withoutLastNewline } from "./diagnostics";
import { selectFiles } from "./globs";
import { LOCAL_COMMAND, LOCAL_RUN } from "./input-rules";
import { commandResource, previousOutput, type Run, stringInput } from "./lifecycle";

/** A cancelled command gets this many milliseconds between SIGTERM and SIGKILL. */
const TERM_GRACE = 5_000;
const SHELL = ["/bin/sh", "-c"];

interface Ended {
  stdout: string;
  stderr: string;
  code: number | undefined;
  signal: string | undefined;
}

function runProcess(
  argv: readonly string[],
  folder: string,
  environment: Record<string, string>,
  stdin: string | undefined,
  lines: LineLog,
  signal: AbortSignal,
): Promise<Ended> {
  const [program = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    // A group of its own, so that a cancelled command takes its children with it.
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...process.env, ...environment },
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].on("data", (chunk: Buffer) => {
        output[stream].push(chunk);
        lines.take(stream, chunk);
      });
    const kill = (name: NodeJS.Signals): void => {
      try {
        if (child.pid) process.kill(-child.pid, name);
      } catch {
        // The group is gone already.
      }
    };
    let hard: NodeJS.Timeout | undefined;
    const abort = (): void => {
      kill("SIGTERM");
      hard = setTimeout(() => kill("SIGKILL"), TERM_GRACE);
    };
    signal.addEventListener("abort", abort, { once: true });
    const finished = (): void => {
      signal.removeEventListener("abort", abort);
      clearTimeout(hard);
    };
    child.on("error", (error) => {
      finished();
      reject(new Error(`cannot run ${program} in ${folder}: ${error.message}`));
    });
    child.on("close", (code, signalName) => {
      finished();
      if (signal.aborted) return reject(signal.reason as Error);
      lines.end();
      const text = (stream: "stdout" | "stderr"): string => Buffer.concat(output[stream]).toString("utf8");
      resolve({
        stdout: text("stdout"),
        stderr: text("stderr"),
        code: code ?? undefined,
        signal: signalName ?? undefined,
      });
    });
    // A command may end without reading its stdin.
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin ?? "");
  });
}

function assetsOf(folder: string, globs: readonly string[]): Record<string, Asset> {
  return Object.fromEntries(
    selectFiles(folder, globs).map((path) => {
      const absolute = join(folder, path);
      const hash = createHash("sha256").update(readFileSync(absolute)).digest("hex");
      return [path, new Asset("path", absolute, hash)];
    }),
  );
}

const run: Run = async (command, inputs, previous, context) => {
  const folder = stringInput(inputs, "dir") ?? process.cwd();
  const ended = await runProcess(
    [...((inputs["interpreter"] as string[] | undefined) ?? SHELL), command],
    folder,
    { ...((inputs["environment"] ?? {}) as Record<string, string>), ...previousOutput(inputs, previous) },
    stringInput(inputs, "stdin"),
    new LineLog(inputs, context),
    context.signal,
  );
  if (ended.code !== 0)
    throw commandError({ ...ended, where: "this machine", command }, inputs, context.secretInputs);
  const assetPaths = inputs["assetPaths"] as string[] | undefined;
  const archivePaths = inputs["archivePaths"] as string[] | undefined;
  return {
    stdout: withoutLastNewline(ended.stdout),
    stderr: withoutLastNewline(ended.stderr),
    ...(assetPaths && { assets: assetsOf(folder, assetPaths) }),
    ...(archivePaths && {
      archive: new Archive({ source: "assets", members: assetsOf(folder, archivePaths) }),
    }),
  };
};

/** The resource. */
export const localCommand: ResourceDefinition = commandResource(LOCAL_COMMAND, run);

/** The function: runs its command in every preview and update. */
export async function localRun(args: Properties, context: OperationContext): Promise<Properties> {
  const { inputs, failures } = checkInputs(LOCAL_RUN, args);
  if (failures.length > 0)
    throw new Error(failures.map(({ property, reason }) => `${property}: ${reason}`).join("; "));
  return { ...inputs, ...(await run(String(inputs["command"]), inputs, {}, context)) };
}
