/** Dialling a host over SSH, through a jump host if there is one, as often as the connection's settings allow. */
import { setTimeout as pause } from "node:timers/promises";
import { Client, type AuthenticationType, type ConnectConfig } from "ssh2";
import { algorithmsFor, fingerprint, type HostKey, keyType, parseHostKey } from "./host-key";

/** Where and as whom to connect; the fields are @pulumi/command's. */
export interface Endpoint {
  host: string;
  port: number;
  user: string;
  password?: string;
  privateKey?: string;
  privateKeyPassword?: string;
  agentSocketPath?: string;
  hostKey?: string;
  /** Failed attempts that are forgiven; below 0: all. */
  dialErrorLimit: number;
  /** Seconds for one attempt; 0: no limit. */
  perDialTimeout: number;
}

/** An endpoint, and the jump host in front of it. */
export interface Connection extends Endpoint {
  proxy?: Endpoint;
}

/** What dialling may use of the operation that needs the connection. */
export interface DialContext {
  signal: AbortSignal;
  /** Told about each failed attempt. */
  progress(message: string): void;
}

/** A host that vanishes is noticed after this many unanswered keepalives, this many milliseconds apart. */
const KEEPALIVE = { keepaliveInterval: 10_000, keepaliveCountMax: 3 };

/** Waiting between attempts, as Pulumi's own retries do: 0.1 s at first, half as long again each time, at most 5 s. */
export function backoff(failures: number): number {
  return Math.min(100 * 1.5 ** (failures - 1), 5_000);
}

/** An error that another attempt cannot mend. */
class Final extends Error {}

/** Opens an SSH connection. The caller ends it. */
export async function dial(connection: Connection, context: DialContext): Promise<Client> {
  const { proxy } = connection;
  if (!proxy) return dialWithRetry("Dial", connection, context, () => attempt(connection));
  const jump = await dialWithRetry("Dial proxy", proxy, context, () => attempt(proxy)).catch(
    (error: unknown) => {
      throw new Error(`proxy: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    },
  );
  try {
    // A new channel for each attempt: a handshake that failed leaves nothing to be used again.
    const client = await dialWithRetry("Dial from proxy", connection, context, async () =>
      attempt(connection, await forward(jump, connection)),
    );
    client.once("close", () => jump.end());
    return client;
  } catch (error) {
    jump.end();
    throw error;
  }
}

async function dialWithRetry(
  what: string,
  endpoint: Endpoint,
  context: DialContext,
  tryOnce: () => Promise<Client>,
): Promise<Client> {
  const limit = endpoint.dialErrorLimit;
  for (let failures = 1; ; failures++) {
    context.signal.throwIfAborted();
    try {
      return await tryOnce();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (error instanceof Final) throw error;
      if (limit >= 0 && failures > limit)
        throw new Error(
          `cannot connect to ${endpoint.user}@${endpoint.host}:${endpoint.port} after ${failures} failed attempts: ${message}`,
          { cause: error },
        );
      context.progress(`${what} ${failures}/${limit < 0 ? "inf" : limit} failed: retrying (${message})`);
    }
    await pause(backoff(failures), undefined, { signal: context.signal }).catch(() => undefined);
  }
}

function forward(jump: Client, { host, port }: Endpoint): Promise<NonNullable<ConnectConfig["sock"]>> {
  return new Promise((resolve, reject) => {
    jump.forwardOut("127.0.0.1", 0, host, port, (error, channel) =>
      error
        ? reject(new Error(`the jump host cannot reach ${host}:${port}: ${error.message}`))
        : resolve(channel),
    );
  });
}

function attempt(endpoint: Endpoint, sock?: ConnectConfig["sock"]): Promise<Client> {
  const expected =
    endpoint.hostKey === undefined ? undefined : orFinal(() => parseHostKey(endpoint.hostKey ?? ""));
  return new Promise((resolve, reject) => {
    const client = new Client();
    let refusal: Error | undefined;
    let agentError = "";
    const fail = (error: Error): void => {
      client.removeAllListeners();
      // Late errors of a connection that is given up are nobody's.
      client.on("error", () => undefined);
      client.destroy();
      reject(refusal ?? new Error(`${error.message}${agentError}`, { cause: error }));
    };
    client.on("ready", () => {
      client.removeAllListeners();
      client.on("error", () => undefined);
      resolve(client);
    });
    client.on("error", (error) => {
      // An agent that fails is one way less to log in; the next way is tried.
      if (error.level === "agent") agentError = ` (the SSH agent: ${error.message})`;
      else fail(error);
    });
    client.on("close", () => fail(new Error("the server closed the connection")));
    client.on("keyboard-interactive", (_name, _instructions, _lang, prompts, answer) =>
      answer(prompts.map(() => endpoint.password ?? "")),
    );
    try {
      client.connect({
        ...loginOf(endpoint),
        ...KEEPALIVE,
        host: endpoint.host,
        port: endpoint.port,
        username: endpoint.user,
        readyTimeout: endpoint.perDialTimeout * 1000,
        ...(sock && { sock }),
        ...(expected && {
          algorithms: { serverHostKey: algorithmsFor(expected.type) },
          hostVerifier: (seen: Buffer) => {
            if (seen.equals(expected.blob)) return true;
            refusal = mismatch(endpoint, expected, seen);
            return false;
          },
        }),
      });
    } catch (error) {
      // ssh2 throws here for what is wrong with the settings: a private key that it cannot read, for one.
      const message = error instanceof Error ? error.message : String(error);
      refusal = new Final(`connection to ${endpoint.host}: ${message}`);
      fail(refusal);
    }
  });
}

function orFinal<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Final(error instanceof Error ? error.message : String(error));
  }
}

function mismatch(endpoint: Endpoint, expected: HostKey, seen: Buffer): Error {
  return new Final(
    `refusing ${endpoint.host}:${endpoint.port}: its host key is ${keyType(seen)} ${fingerprint(seen)}, expected was ` +
      `${expected.type} ${fingerprint(expected.blob)} (connection.hostKey). If the machine was made anew on purpose, ` +
      `give its new key; otherwise somebody else answers at this address`,
  );
}

/** Ways to log in, in the order of the published plugin: key, password, agent. */
function loginOf(endpoint: Endpoint): ConnectConfig {
  const agent = endpoint.agentSocketPath ?? process.env["SSH_AUTH_SOCK"];
  const methods: AuthenticationType[] = [];
  if (endpoint.privateKey !== undefined) methods.push("publickey");
  if (endpoint.password !== undefined) methods.push("password", "keyboard-interactive");
  if (agent) methods.push("agent");
  if (methods.length === 0) methods.push("none");
  return {
    authHandler: methods,
    tryKeyboard: endpoint.password !== undefined,
    ...(endpoint.privateKey !== undefined && { privateKey: endpoint.privateKey }),
    ...(endpoint.privateKeyPassword !== undefined && { passphrase: endpoint.privateKeyPassword }),
    ...(endpoint.password !== undefined && { password: endpoint.password }),
    ...(agent && { agent }),
  };
}
