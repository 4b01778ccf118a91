/** Running the machine's own tools. */
import { execFile } from "node:child_process";

/**
 * Runs a program to its end and returns what it wrote to stdout.
 * @throws Error with the command line and the last lines of its stderr.
 */
export function execute(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const said = (stderr || stdout || error.message).trim().split("\n").slice(-5).join("\n");
      reject(new Error(`"${[program, ...args].join(" ")}" failed: ${said}`));
    });
  });
}

/** Runs a program whose failure means that there was nothing to do, and says whether it succeeded. */
export async function attempt(program: string, args: readonly string[]): Promise<boolean> {
  try {
    await execute(program, args);
    return true;
  } catch {
    return false;
  }
}

/** Resolves after a number of milliseconds, or at once when the signal is aborted. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener("abort", done);
  });
}

/** Asks again every `everyMs` until the answer is true or `withinMs` have passed, and returns the last answer. */
export async function eventually(
  question: () => boolean | Promise<boolean>,
  withinMs: number,
  everyMs = 50,
  signal?: AbortSignal,
): Promise<boolean> {
  const end = Date.now() + withinMs;
  for (;;) {
    if (await question()) return true;
    if (Date.now() >= end || signal?.aborted) return false;
    await pause(everyMs, signal);
  }
}
