import { EngineEvent, Stack } from "@pulumi/pulumi/automation";

import { LiveBlock, Output } from "../terminal/live";
import { activeLines, Changes, followChange, NO_CHANGES } from "./changes";
import { Failure, failuresOf, renderFailures } from "./failure";

/** An update that did not come to its end; the message is made for people. */
export class UpdateError extends Error {
  override readonly name = "UpdateError";

  constructor(
    readonly failures: readonly Failure[],
    message: string,
  ) {
    super(message);
  }
}

/** What an update did. */
export interface UpdateResult {
  changes: Changes;
  /** In milliseconds. */
  duration: number;
}

/** What is done to a stack. */
export type Operation = "up" | "destroy";

/** Lines of the engine that are shown when no resource gave a reason. */
const TAIL_LINES = 20;

/**
 * Ctrl-C reaches the engine by itself, as a member of the terminal's process group; this process only has to wait
 * for it. A SIGTERM reaches this process alone and is handed on.
 */
function handOnSignals(note: (line: string) => void): { signal: AbortSignal; end: () => void } {
  const abort = new AbortController();
  const interrupted = () => note("stopping after the steps in progress; once more gives up on them");
  const terminated = () => {
    interrupted();
    abort.abort();
  };
  process.on("SIGINT", interrupted);
  process.on("SIGTERM", terminated);
  return {
    signal: abort.signal,
    end: () => {
      process.off("SIGINT", interrupted);
      process.off("SIGTERM", terminated);
    },
  };
}

/** Options of {@link update}. */
export interface UpdateOptions {
  /** Compares the state with the machines first, so that what is gone is made again. */
  refresh?: boolean;
  output?: Output;
}

/**
 * Brings a stack up or down, telling each step.
 *
 * @throws {UpdateError} with the resources that failed and the reasons that they gave.
 */
export async function update(
  stack: Stack,
  operation: Operation,
  options: UpdateOptions = {},
): Promise<UpdateResult> {
  const began = Date.now();
  let changes = NO_CHANGES;
  const events: EngineEvent[] = [];
  const block = new LiveBlock(() => activeLines(changes, Date.now()), options.output);
  const signals = handOnSignals((line) => block.line(line));
  const onEvent = (event: EngineEvent) => {
    if (event.diagnosticEvent?.severity === "error") {
      events.push(event);
    }
    const { after, line } = followChange(changes, event, Date.now());
    changes = after;
    if (line !== undefined) {
      block.line(line);
    }
  };
  try {
    const common = {
      onEvent,
      signal: signals.signal,
      refresh: options.refresh === true,
      suppressOutputs: true,
    };
    await (operation === "up" ? stack.up(common) : stack.destroy(common));
    return { changes, duration: Date.now() - began };
  } catch (error) {
    const failures = failuresOf(events);
    const reasons = renderFailures(failures);
    const told =
      error instanceof Error
        ? error.message.trimEnd().split("\n").slice(-TAIL_LINES).join("\n")
        : String(error);
    throw new UpdateError(failures, reasons === "" ? told : reasons);
  } finally {
    signals.end();
    block.close();
  }
}
