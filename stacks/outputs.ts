import { z } from "zod";

const host = z.object({
  /** Name inside the environment. A fleet's members have names that change with each replacement. */
  name: z.string(),
  address: z.string(),
  kind: z.enum(["host", "fleet"]),
  /** Roles that the host is to carry, in the order in which they are applied; `base` is not among them. */
  roles: z.array(z.string()),
  /** Public host key, `ssh-ed25519 AAAA…`. */
  hostKey: z.string(),
});

const outputs = z.object({
  environment: z.string(),
  site: z.enum(["local", "aws"]),
  /** Base URL at which clients reach the TSDs, e.g. `http://10.77.0.1:4242`. */
  endpoint: z.string(),
  hosts: z.array(host),
  /** Data hosts that have handed over all they held; they may be dropped from the settings. */
  left: z.array(z.string()).optional(),
  ssh: z.object({
    user: z.string(),
    /** Path of the operator's private key on this machine. */
    privateKeyFile: z.string(),
  }),
});

/** One machine of an environment as its outputs tell. */
export type HostOutput = z.infer<typeof host>;

/** What an environment's stack puts out; the commands that people run need nothing else. */
export type EnvironmentOutputs = z.infer<typeof outputs>;

/**
 * Checks a stack's outputs.
 *
 * @returns `undefined` for a stack that has none, because nothing has been brought up yet.
 * @throws when outputs are there but not as the commands need them, naming the first that is not.
 */
export function parseOutputs(raw: Readonly<Record<string, unknown>>): EnvironmentOutputs | undefined {
  if (Object.keys(raw).length === 0) {
    return undefined;
  }
  const result = outputs.safeParse(raw);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new Error(
      `the stack's output "${issue?.path.join(".") ?? ""}" is not as expected: ${issue?.message ?? "unknown"}; ` +
        `an \`up\` that ended early leaves this behind, and \`npm start\` completes it`,
    );
  }
  return result.data;
}
