/** `command:remote:Command`: a command on a host, over SSH. */
import type { OperationContext, Properties, ResourceDefinition } from "../../provider/resource";
import type { Connection, DialContext } from "./connection";
import { withSession } from "./connections";
import { commandError, LineLog, withoutLastNewline } from "./diagnostics";
import { REMOTE_COMMAND } from "./input-rules";
import { commandResource, previousOutput, type Run, stringInput } from "./lifecycle";
import { ConnectionLost, runIn, unableToSet } from "./remote-process";

/** The connection among checked inputs. */
export function connectionOf(inputs: Properties): Connection {
  const connection = inputs["connection"] as Partial<Connection> | undefined;
  if (!connection?.host) throw new Error("connection.host is missing");
  const defaults = { port: 22, user: "root", dialErrorLimit: 10, perDialTimeout: 15 };
  return {
    ...defaults,
    ...connection,
    host: connection.host,
    ...(connection.proxy && { proxy: { ...defaults, ...connection.proxy } }),
  };
}

/** Dialling on behalf of an operation: attempts that fail are shown as its status. */
export function dialContext(context: OperationContext): DialContext {
  return { signal: context.signal, progress: (message) => context.log("info", message, true) };
}

const run: Run = async (command, inputs, previous, context) => {
  const connection = connectionOf(inputs);
  const where = connection.host;
  const lines = new LineLog(inputs, context);
  const stdin = stringInput(inputs, "stdin");
  const outcome = await withSession(connection, dialContext(context), (client, session) =>
    runIn(client, session, {
      command,
      environment: (inputs["environment"] ?? {}) as Record<string, string>,
      optionalEnvironment: previousOutput(inputs, previous),
      ...(stdin !== undefined && { stdin }),
      signal: context.signal,
      onOutput: (stream, chunk) => lines.take(stream, chunk),
      refused: (name) => context.log("warning", `${where}: ${unableToSet(name)}`),
    }),
  ).catch((error: unknown) => {
    if (error instanceof ConnectionLost)
      throw new Error(`${where}: ${error.message}; whether the command has run to its end is unknown`);
    throw error;
  });
  lines.end();
  if (outcome.code !== 0) throw commandError({ ...outcome, where, command }, inputs, context.secretInputs);
  return { stdout: withoutLastNewline(outcome.stdout), stderr: withoutLastNewline(outcome.stderr) };
};

/** The resource. */
export const remoteCommand: ResourceDefinition = commandResource(REMOTE_COMMAND, run);
