/**
 * A command on a host: environment, standard input, streamed output, exit status. ssh2's own `exec` sends environment
 * variables without asking whether the server took them, so a session channel is opened and asked step by step; the
 * few internals needed for that are typed here, and ssh2's version is pinned.
 */
import type { Client, ClientChannel } from "ssh2";

/** How a command ended. */
export interface Outcome {
  stdout: string;
  stderr: string;
  /** Undefined when a signal ended the command. */
  code: number | undefined;
  signal: string | undefined;
}

/** What to run, and who listens. */
export interface RemoteProcess {
  command: string;
  /** Variables without which the command must not run. */
  environment: Readonly<Record<string, string>>;
  /** Variables that are set if the server allows it; `refused` is told of the others. */
  optionalEnvironment: Readonly<Record<string, string>>;
  stdin?: string;
  signal: AbortSignal;
  onOutput(stream: "stdout" | "stderr", chunk: Buffer): void;
  refused(name: string): void;
}

interface SessionChannel extends ClientChannel {
  outgoing: { id: number; state: string };
  _callbacks: ((failed: boolean | Error) => void)[];
}

interface ClientInternals {
  _chanMgr: {
    add(opened: ((error: Error | undefined, channel: SessionChannel) => void) & { type?: string }): number;
  };
  _protocol: {
    session(localId: number, window: number, packet: number): void;
    env(remoteId: number, name: string, value: string, wantReply: boolean): void;
    exec(remoteId: number, command: string, wantReply: boolean): void;
  };
}

/** ssh2's own limits for a channel: the window and the packet size, in bytes. */
const WINDOW = 2 * 1024 * 1024;
const PACKET = 32 * 1024;

/** The connection ended before the command did; whether the command went on is unknown. */
export class ConnectionLost extends Error {}

/** Opens a session on a connection; nothing has been run when this fails. */
export function openSession(client: Client): Promise<ClientChannel> {
  const { _chanMgr: channels, _protocol: protocol } = client as unknown as ClientInternals;
  return new Promise((resolve, reject) => {
    const lost = (): void => reject(new ConnectionLost("the connection closed before a session was open"));
    client.once("close", lost);
    const opened = (error: Error | undefined, channel: SessionChannel): void => {
      client.removeListener("close", lost);
      if (error) reject(error);
      else resolve(channel);
    };
    const local = channels.add(Object.assign(opened, { type: "session" }));
    if (local === -1) return reject(new Error("no free channel on the connection"));
    try {
      protocol.session(local, WINDOW, PACKET);
    } catch (error) {
      reject(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

function request(channel: SessionChannel, send: () => void): Promise<boolean> {
  return new Promise((resolve, reject) => {
    if (channel.outgoing.state !== "open") return reject(new ConnectionLost("the session is closed"));
    channel._callbacks.push((failed) => {
      // The same callback is used for a refusal and for a channel that closes; only the state tells them apart.
      if (failed && channel.outgoing.state !== "open") reject(new ConnectionLost("the session was closed"));
      else resolve(!failed);
    });
    send();
  });
}

/** Runs a command in an open session; settles when it has ended and all of its output has arrived. */
export async function runIn(
  client: Client,
  session: ClientChannel,
  process: RemoteProcess,
): Promise<Outcome> {
  const channel = session as SessionChannel;
  const { _protocol: protocol } = client as unknown as ClientInternals;
  const setVariable = (name: string, value: string): Promise<boolean> =>
    request(channel, () => protocol.env(channel.outgoing.id, name, value, true));
  try {
    for (const [name, value] of Object.entries(process.environment))
      if (!(await setVariable(name, value))) throw new Error(unableToSet(name));
    for (const [name, value] of Object.entries(process.optionalEnvironment))
      if (!(await setVariable(name, value))) process.refused(name);
    const ended = collect(channel, process);
    ended.catch(() => undefined);
    if (!(await request(channel, () => protocol.exec(channel.outgoing.id, process.command, true))))
      throw new Error("the server refused to run a command");
    channel.end(process.stdin ?? "");
    return await ended;
  } finally {
    if (channel.outgoing.state === "open" || channel.outgoing.state === "eof") channel.close();
  }
}

/** What is said when sshd refuses a variable. */
export function unableToSet(name: string): string {
  return (
    `Unable to set '${name}'. This only works if the host's sshd accepts the variable (AcceptEnv in sshd_config). ` +
    `Otherwise pass the value on stdin, or write it before the command: 'VAR=value command'`
  );
}

function collect(channel: SessionChannel, process: RemoteProcess): Promise<Outcome> {
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  return new Promise((resolve, reject) => {
    const listen = (stream: "stdout" | "stderr") => (chunk: Buffer) => {
      output[stream].push(chunk);
      process.onOutput(stream, chunk);
    };
    channel.on("data", listen("stdout"));
    channel.stderr.on("data", listen("stderr"));
    // A command may end without reading its stdin; that is its own business.
    channel.on("error", () => undefined);
    let exit: { code: number | undefined; signal: string | undefined } | undefined;
    channel.on("exit", (code: number | null, signal?: string) => {
      exit = { code: code ?? undefined, signal };
    });
    const abort = (): void => {
      // sshd passes the signal on to the command; closing alone would let it run on.
      channel.signal("TERM");
      channel.close();
      reject(process.signal.reason as Error);
    };
    process.signal.addEventListener("abort", abort, { once: true });
    if (process.signal.aborted) abort();
    channel.on("close", () => {
      process.signal.removeEventListener("abort", abort);
      if (!exit) return reject(new ConnectionLost("the connection was lost before the command ended"));
      const text = (stream: "stdout" | "stderr"): string => Buffer.concat(output[stream]).toString("utf8");
      resolve({ stdout: text("stdout"), stderr: text("stderr"), ...exit });
    });
  });
}
