/** Runs everything that tells whether the repository is sound; the last line says how many passed and failed. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { CommandError, EXIT, newCommand, runCommand } from "./command-line";
import { REPOSITORY } from "./environment/open";
import { allParts, chooseParts, Part } from "./suites/list";
import { closingLine, Outcome, skippedNote, total } from "./suites/outcome";
import { runPart } from "./suites/run";
import { paint } from "./terminal/colours";
import { formatElapsed } from "./terminal/elapsed";

interface Options {
  only: string[];
}

/** Shell scripts of the repository: by ending or by first line. */
function shellFiles(): string[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: REPOSITORY,
    encoding: "utf8",
  });
  return listed.split("\0").filter((file) => {
    if (file.endsWith(".sh")) {
      return true;
    }
    // A file without an ending may be a script.
    return /(^|\/)[^./]+$/.test(file) && /^#!.*\b(ba)?sh\b/.test(firstLine(join(REPOSITORY, file)));
  });
}

function firstLine(file: string): string {
  try {
    return readFileSync(file, "utf8").split("\n", 1)[0] ?? "";
  } catch {
    // Listed by git, but deleted, or a folder's link.
    return "";
  }
}

/** What a part needs to have been made before. */
async function prepareFor(parts: readonly Part[]): Promise<void> {
  const needsMachines = parts.some(({ name }) =>
    ["bundle", "verify", "engine", "hosts", "cluster"].includes(name),
  );
  if (needsMachines) {
    const [{ prepare }, { Steps }] = await Promise.all([
      import("../bootstrap/prepare"),
      import("./terminal/steps"),
    ]);
    const steps = new Steps();
    await prepare({ repository: REPOSITORY, steps, machines: true }).finally(() => steps.close());
  }
}

async function test(options: Options): Promise<void> {
  const parts = chooseParts(allParts(shellFiles()), options.only);
  await prepareFor(parts);
  const outcomes: Outcome[] = [];
  for (const part of parts) {
    process.stdout.write(`\n${paint("strong", `== ${part.name}`)}\n`);
    const began = Date.now();
    const outcome = await runPart(REPOSITORY, part);
    outcomes.push(outcome);
    const mark = outcome.failed === 0 ? paint("good", "✓") : paint("bad", "✗");
    process.stdout.write(
      `${mark} ${part.name}: ${closingLine(outcome)}${skippedNote(outcome)} (${formatElapsed(Date.now() - began)})\n`,
    );
  }
  const sum = total(outcomes);
  if (sum.failures.length > 0) {
    process.stdout.write(`\nfailed:\n${sum.failures.map((failure) => `  ${failure}\n`).join("")}`);
  }
  if (sum.skipped > 0) {
    process.stdout.write(`\n${sum.skipped} tests were skipped\n`);
  }
  process.stdout.write(`\n${closingLine(sum)}\n`);
  if (sum.failed > 0 || sum.passed === 0) {
    throw new CommandError("", EXIT.failed);
  }
}

if (require.main === module) {
  const names = allParts([]).map(({ name }) => name);
  const command = newCommand("test", "Run types, lint, format, shell checks and all tests.")
    .option("--only <names...>", `only these parts: ${names.join(", ")}`, [])
    .action(test);
  void runCommand(command);
}
