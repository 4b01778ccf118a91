/** Whether each host carries its roles and each role is healthy. */
import { z } from "zod";

import { EnvironmentOutputs, HostOutput } from "../../../stacks/outputs";
import { RemoteResult, runRemote, sshArguments, withKnownHosts } from "./ssh";

/** A role on a host. */
export interface RoleHealth {
  role: string;
  healthy: boolean;
  /** Why it is not. */
  reason?: string;
}

/** A host and its roles. */
export interface HostHealth {
  name: string;
  address: string;
  kind: HostOutput["kind"];
  roles: RoleHealth[];
  healthy: boolean;
  /** One sentence for each thing that is wrong. */
  problems: string[];
}

/** An environment at one moment. */
export interface EnvironmentHealth {
  endpoint: string;
  environment: string;
  hosts: HostHealth[];
  /** All that is wrong, with the host's name in front. */
  problems: string[];
}

/** A host that has not answered after this (milliseconds) is given up. */
const HOST_TIMEOUT = 10_000;

/** What `platform-role status` prints. */
const statusOutput = z.object({
  host: z.string(),
  roles: z.array(
    z.object({
      role: z.string(),
      healthy: z.boolean(),
      reason: z.string().optional(),
      hash: z.string().optional(),
    }),
  ),
});

function unreachable(result: RemoteResult): string {
  if (result.code === undefined) {
    return `did not answer within ${HOST_TIMEOUT / 1000} s`;
  }
  const last = result.stderr.trim().split("\n").at(-1) ?? "";
  return result.code === 255
    ? `cannot be reached by SSH: ${last === "" ? "the connection ended" : last}`
    : `platform-role status ended with exit code ${result.code}${last === "" ? "" : `: ${last}`}`;
}

function parseStatus(text: string): z.infer<typeof statusOutput> | undefined {
  try {
    return statusOutput.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** What a host's own answer says about the roles that it is to have. Pure. */
export function judgeHost(host: HostOutput, result: RemoteResult): HostHealth {
  const { name, address, kind } = host;
  const status = result.code === 0 ? parseStatus(result.stdout) : undefined;
  if (status === undefined) {
    const problem = result.code === 0 ? "platform-role status gave no JSON" : unreachable(result);
    const roles = host.roles.map((role) => ({ role, healthy: false, reason: "unknown" }));
    return { name, address, kind, roles, healthy: false, problems: [problem] };
  }
  const expected = [
    ...host.roles,
    ...status.roles.map(({ role }) => role).filter((role) => !host.roles.includes(role)),
  ];
  const roles = expected.map((role): RoleHealth => {
    const found = status.roles.find((candidate) => candidate.role === role);
    if (found === undefined) {
      return { role, healthy: false, reason: "is not on the host" };
    }
    return found.healthy
      ? { role, healthy: true }
      : { role, healthy: false, reason: (found.reason ?? "").trim() || "unhealthy" };
  });
  const problems = roles
    .filter(({ healthy }) => !healthy)
    .map(({ role, reason }) => `${role}: ${reason ?? "unhealthy"}`);
  return {
    name,
    address,
    kind,
    // Every host has the base role; it is worth a word only when something is wrong with it.
    roles: roles.filter(({ role, healthy }) => role !== "base" || !healthy),
    healthy: problems.length === 0,
    problems,
  };
}

/** Why the endpoint does not serve, or `undefined` when it does. */
async function endpointProblem(endpoint: string): Promise<string | undefined> {
  try {
    const answer = await fetch(new URL("/api/version", endpoint), { signal: AbortSignal.timeout(5000) });
    return answer.ok ? undefined : `endpoint ${endpoint} answers /api/version with status ${answer.status}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return `endpoint ${endpoint} does not answer: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}

/** Asks every host and the endpoint, all at once. */
export async function checkHealth(outputs: EnvironmentOutputs): Promise<EnvironmentHealth> {
  return withKnownHosts(outputs, async (knownHostsFile) => {
    const [problem, ...hosts] = await Promise.all([
      endpointProblem(outputs.endpoint),
      ...outputs.hosts.map(async (host) =>
        judgeHost(
          host,
          await runRemote(
            sshArguments({ outputs, host, knownHostsFile, batch: true, command: "platform-role status" }),
            HOST_TIMEOUT,
          ),
        ),
      ),
    ]);
    return {
      endpoint: outputs.endpoint,
      environment: outputs.environment,
      hosts,
      problems: [
        ...(problem === undefined ? [] : [problem]),
        ...hosts.flatMap(({ name, problems }) => problems.map((text) => `${name}: ${text}`)),
      ],
    };
  });
}
