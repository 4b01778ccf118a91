/** The engine's side of a plugin's messages: lines shown at a resource while it is being worked on. */
import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** How grave a line is. */
export type Severity = "debug" | "info" | "warning" | "error";

interface Line {
  urn: string;
  severity: Severity;
  message: string;
  ephemeral: boolean;
}

const SEVERITIES = {
  debug: LogSeverity.DEBUG,
  info: LogSeverity.INFO,
  warning: LogSeverity.WARNING,
  error: LogSeverity.ERROR,
} as const;

/** An answer that takes longer than this (seconds) is given up, so that no step hangs on its log. */
const SEND_TIMEOUT = 5;
/** Lines of one kind that wait are sent together, up to this many, so that a chatty command is not slowed down. */
const LINES_PER_MESSAGE = 100;

/** Sends lines to the engine one after another, in the order in which they were logged. */
export class EngineLog {
  private client: EngineClient | undefined;
  private address = "";
  private readonly waiting: Line[] = [];
  private sending: Promise<void> | undefined;

  /** Names the engine's address (host:port); without one, lines go to stderr. */
  connect(address: string | undefined): void {
    if (!address || address === this.address) return;
    this.client?.close();
    this.address = address;
    this.client = new EngineClient(address, grpc.credentials.createInsecure());
  }

  /** Takes a line to be sent; never throws and never waits. */
  write(line: Line): void {
    this.waiting.push(line);
    this.sending ??= this.drain().finally(() => (this.sending = undefined));
  }

  /** Settles when all lines taken so far have been sent, or given up. */
  async flush(): Promise<void> {
    while (this.sending) await this.sending;
  }

  /** Ends the connection to the engine. */
  close(): void {
    this.client?.close();
    this.client = undefined;
    this.address = "";
  }

  private async drain(): Promise<void> {
    // One turn later, so that `sending` is set before the loop may end.
    await Promise.resolve();
    for (let next = this.takeNext(); next; next = this.takeNext()) await this.send(next);
  }

  private takeNext(): Line | undefined {
    const first = this.waiting.shift();
    if (!first) return undefined;
    const messages = [first.message];
    for (let next = this.waiting[0]; next && messages.length < LINES_PER_MESSAGE; next = this.waiting[0]) {
      if (next.urn !== first.urn || next.severity !== first.severity || next.ephemeral !== first.ephemeral)
        break;
      // Status lines replace one another on the screen, so joining them would show less.
      if (next.ephemeral) break;
      messages.push(next.message);
      this.waiting.shift();
    }
    return { ...first, message: messages.join("\n") };
  }

  private send(line: Line): Promise<void> {
    const client = this.client;
    if (!client) {
      if (line.severity !== "debug") process.stderr.write(`${line.message}\n`);
      return Promise.resolve();
    }
    const request = new LogRequest()
      .setSeverity(SEVERITIES[line.severity])
      .setUrn(line.urn)
      .setMessage(line.message)
      .setEphemeral(line.ephemeral);
    const deadline = Date.now() + SEND_TIMEOUT * 1000;
    return new Promise((resolve) => {
      client.log(request, new grpc.Metadata(), { deadline }, () => resolve());
    });
  }
}
