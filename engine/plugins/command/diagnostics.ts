/** What a command's output may become outside of its outputs: log lines while it runs, the error when it fails. */
import { StringDecoder } from "node:string_decoder";
import type { OperationContext, Properties } from "../../provider/resource";

/** The published plugin's names for what is logged. */
export type Logging = "stdout" | "stderr" | "stdoutAndStderr" | "none";
type Stream = "stdout" | "stderr";

/** Lines of output that an error message may hold at most. */
const ERROR_LINES = 30;

/** Why output must not be shown, or `undefined` if it may. The connection is always secret and says nothing of it. */
export function withheld(inputs: Properties, secretInputs: readonly string[] = []): string | undefined {
  if (inputs["logging"] === "none") return "logging is none";
  const secret = secretInputs.filter(
    (name) => !["connection", "stdout", "stderr", "assets", "archive"].includes(name),
  );
  return secret.length > 0 ? `${secret.join(" and ")} ${secret.length > 1 ? "are" : "is"} secret` : undefined;
}

/** Cuts a stream of bytes into lines and logs them as the resource's status, where `logging` asks for it. */
export class LineLog {
  private readonly decoders = { stdout: new StringDecoder("utf8"), stderr: new StringDecoder("utf8") };
  private readonly rest = { stdout: "", stderr: "" };
  private readonly streams: readonly Stream[];

  constructor(
    inputs: Properties,
    private readonly context: Pick<OperationContext, "log" | "secretInputs">,
  ) {
    const logging = (inputs["logging"] as Logging | undefined) ?? "stdoutAndStderr";
    const wanted: Stream[] =
      logging === "stdoutAndStderr" ? ["stdout", "stderr"] : logging === "none" ? [] : [logging];
    this.streams = withheld(inputs, context.secretInputs) ? [] : wanted;
  }

  /** Takes what a stream brought. */
  take(stream: Stream, chunk: Buffer): void {
    if (!this.streams.includes(stream)) return;
    const lines = (this.rest[stream] + this.decoders[stream].write(chunk)).split("\n");
    this.rest[stream] = lines.pop() ?? "";
    for (const line of lines) this.context.log("info", line, true);
  }

  /** Logs a last line that had no end. */
  end(): void {
    for (const stream of this.streams)
      if (this.rest[stream]) this.context.log("info", this.rest[stream], true);
  }
}

/** How a command failed. */
export interface Failure {
  where: string;
  command: string;
  code: number | undefined;
  signal: string | undefined;
  stdout: string;
  stderr: string;
}

/** The error of a command that failed: the status and the last lines of stderr, or of stdout if stderr is empty. */
export function commandError(failure: Failure, inputs: Properties, secretInputs?: readonly string[]): Error {
  const how =
    failure.code === undefined
      ? `was ended by ${failure.signal ?? "an unknown signal"}`
      : `failed with exit status ${failure.code}`;
  const reason = withheld(inputs, secretInputs);
  if (reason) return new Error(`a command on ${failure.where} ${how} (its output is withheld: ${reason})`);
  const [stream, text] = failure.stderr.trim() ? ["stderr", failure.stderr] : ["stdout", failure.stdout];
  const lines = text.trimEnd().split("\n");
  const last = lines.slice(-ERROR_LINES).join("\n");
  const shown = text.trim()
    ? `; ${lines.length > ERROR_LINES ? "the last lines of " : ""}${stream}:\n${last}`
    : "";
  return new Error(`on ${failure.where}, ${abridged(failure.command)} ${how}${shown}`);
}

function abridged(command: string): string {
  const [first = ""] = command.trim().split("\n", 1);
  const short = first.length > 200 ? `${first.slice(0, 200)}…` : first;
  return `'${short}'${command.trim() === short ? "" : " (and more)"}`;
}

/** Output as the published plugin keeps it: without one newline at its end. */
export function withoutLastNewline(text: string): string {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}
