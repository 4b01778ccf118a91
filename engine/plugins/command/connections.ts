/** Connections that are kept open between the steps of an update, one step at a time on each. */
import type { Client, ClientChannel } from "ssh2";
import { type Connection, dial, type DialContext } from "./connection";
import { openSession } from "./remote-process";

/** An idle connection is closed after this many milliseconds. */
const IDLE = 30_000;
/** A kept connection that does not open a session within this many milliseconds is taken for dead. */
const SESSION_TIMEOUT = 3_000;

interface Kept {
  client: Client;
  expiry: NodeJS.Timeout;
}

/** Idle connections by what they were dialled with. */
const idle = new Map<string, Kept[]>();

function keyOf(connection: Connection): string {
  return JSON.stringify([connection, process.env["SSH_AUTH_SOCK"] ?? ""]);
}

function takeIdle(key: string): Client | undefined {
  const kept = idle.get(key)?.pop();
  if (!kept) return undefined;
  clearTimeout(kept.expiry);
  return kept.client;
}

function forget(key: string, client: Client): void {
  const kept = idle.get(key)?.find((entry) => entry.client === client);
  if (kept) clearTimeout(kept.expiry);
  idle.set(
    key,
    (idle.get(key) ?? []).filter((entry) => entry !== kept),
  );
}

function keep(key: string, client: Client): void {
  const expiry = setTimeout(() => client.end(), IDLE);
  idle.set(key, [...(idle.get(key) ?? []), { client, expiry }]);
}

async function sessionOf(client: Client): Promise<ClientChannel> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer")), SESSION_TIMEOUT);
  });
  try {
    return await Promise.race([openSession(client), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Closes every idle connection. */
export function closeIdle(): void {
  for (const kept of [...idle.values()].flat()) {
    clearTimeout(kept.expiry);
    kept.client.end();
  }
  idle.clear();
}

/**
 * Gives `use` a connection and an open session on it. A kept connection that turns out to be dead is dialled anew:
 * nothing was sent on it. After a failure the connection is closed, otherwise kept for the next step.
 */
export async function withSession<T>(
  connection: Connection,
  context: DialContext,
  use: (client: Client, session: ClientChannel) => Promise<T>,
): Promise<T> {
  const key = keyOf(connection);
  let open: { client: Client; session: ClientChannel } | undefined;
  for (let client = takeIdle(key); client && !open; client = open ? undefined : takeIdle(key)) {
    try {
      open = { client, session: await sessionOf(client) };
      break;
    } catch {
      client.destroy();
    }
  }
  if (!open) {
    const client = await dial(connection, context);
    client.once("close", () => forget(key, client));
    try {
      open = { client, session: await openSession(client) };
    } catch (error) {
      client.end();
      throw error;
    }
  }
  const { client, session } = open;
  let lost = false;
  client.once("close", () => (lost = true));
  try {
    const result = await use(client, session);
    if (!lost) keep(key, client);
    return result;
  } catch (error) {
    client.end();
    throw error;
  }
}
