import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Check, Part, Suite } from "./list";
import { checkOutcome, mochaOutcome, NOTHING, Outcome } from "./outcome";

/** After this (milliseconds) a part that was asked to end is killed. */
const GRACE = 60_000;

/** Runs a program of the repository with this process's output; tells how it ended badly, or `undefined`. */
function run(repository: string, command: readonly string[], minutes: number): Promise<string | undefined> {
  const [name = "", ...args] = command;
  const own = join(repository, "node_modules", ".bin", name);
  return new Promise((resolve) => {
    const child = spawn(existsSync(own) ? own : name, args, { cwd: repository, stdio: "inherit" });
    let late = false;
    let kill: NodeJS.Timeout | undefined;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGINT");
      // Tests that take machines down on SIGINT get the time for it.
      kill = setTimeout(() => child.kill("SIGKILL"), GRACE);
    }, minutes * 60_000);
    const end = (ended: string | undefined) => {
      clearTimeout(timer);
      clearTimeout(kill);
      resolve(late ? `took longer than ${minutes} minutes and was ended` : ended);
    };
    child.once("error", (error) => end(`could not be started: ${error.message}`));
    child.once("close", (code, signal) =>
      end(
        code === 0 ? undefined : signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`,
      ),
    );
  });
}

/** Test files of a suite, below its folder. */
export function testFiles(repository: string, { folder }: Pick<Suite, "folder">): string[] {
  const root = join(repository, folder);
  if (!existsSync(root)) {
    return [];
  }
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => join(folder, file))
    .sort();
}

async function runCheck(repository: string, check: Check): Promise<Outcome> {
  return checkOutcome(check.name, await run(repository, check.command, 10));
}

async function runSuite(repository: string, suite: Suite): Promise<Outcome> {
  const files = testFiles(repository, suite);
  if (files.length === 0) {
    process.stdout.write(`${suite.name}: there are no tests in ${suite.folder}\n`);
    return NOTHING;
  }
  const folder = mkdtempSync(join(tmpdir(), "opentsdb-tests-"));
  try {
    const report = join(folder, "report.json");
    const reporter = join(repository, "scripts", "commands", "suites", "reporter.ts");
    const ended = await run(
      repository,
      // Mocha colours its output wherever CI is set, also into files.
      [
        "mocha",
        process.stdout.isTTY ? "--color" : "--no-color",
        "--reporter",
        reporter,
        "--reporter-option",
        `report=${report}`,
        ...files,
      ],
      suite.minutes,
    );
    const text = existsSync(report) ? readFileSync(report, "utf8") : undefined;
    return mochaOutcome(suite.name, text, ended);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs one part; its own output goes straight to this process's. */
export function runPart(repository: string, part: Part): Promise<Outcome> {
  return part.kind === "check" ? runCheck(repository, part) : runSuite(repository, part);
}
