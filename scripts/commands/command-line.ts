/** What all commands have in common on their command line: options, exit codes, how a failure is told. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";

import { paint } from "./terminal/colours";

/** Exit codes of every command. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** A failure of a command whose message needs nothing around it; `usage` when the arguments are at fault. */
export class CommandError extends Error {
  override readonly name = "CommandError";

  constructor(
    message: string,
    readonly code: number = EXIT.failed,
  ) {
    super(message);
  }
}

/** A command named as npm calls it, with the option that all share. */
export function newCommand(name: string, description: string): Command {
  const npm = name === "start" || name === "test" ? `npm ${name}` : `npm run ${name}`;
  return new Command(`${npm} --`)
    .description(description)
    .addOption(new Option("-e, --environment <name>", "environment to work on").default("local"))
    .helpOption("-h, --help", "show this")
    .showHelpAfterError("(--help shows what there is)")
    .exitOverride();
}

/** Parses a whole number of at least one. */
export function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new InvalidArgumentError("must be a whole number of at least 1");
  }
  return Number(text);
}

/** A failure as it is shown. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return process.env["DEBUG"] === undefined ? error.message : (error.stack ?? error.message);
}

/** Runs a command to its end and sets the exit code; nothing is thrown out of it. */
export async function runCommand(
  command: Command,
  args: readonly string[] = process.argv.slice(2),
): Promise<void> {
  try {
    await command.parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has told what is wrong; asking for help is no failure.
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    } else {
      const message = describeError(error);
      if (message !== "") {
        process.stderr.write(`${paint("bad", "failed:", process.stderr)} ${message}\n`);
      }
      process.exitCode = error instanceof CommandError ? error.code : EXIT.failed;
    }
  }
  // Connections that plugins or probes leave open must not keep the command alive.
  await new Promise((resolve) => process.stdout.write("", resolve));
  process.exit();
}
