/** Shows hosts, roles, their health and the endpoint. */
import { CommandError, newCommand, runCommand } from "./command-line";
import type { EnvironmentHealth, HostHealth } from "./environment/health";
import { paint } from "./terminal/colours";
import { renderTable } from "./terminal/table";

interface Options {
  environment: string;
  json: boolean;
}

/** What programs get: roles by name, problems as sentences. */
export function statusJson(health: EnvironmentHealth): string {
  const hosts = health.hosts.map(({ name, address, kind, roles, healthy, problems }) => ({
    name,
    address,
    kind,
    roles: roles.map(({ role }) => role),
    healthy,
    problems,
  }));
  const { endpoint, environment, problems } = health;
  return `${JSON.stringify({ endpoint, environment, hosts, problems }, null, 2)}\n`;
}

function row(host: HostHealth): string[] {
  const roles = host.roles.map(({ role, healthy }) => (healthy ? role : paint("bad", `✗ ${role}`)));
  const state = host.healthy ? paint("good", "healthy") : paint("bad", "unhealthy");
  return [host.name, host.address, state, roles.join(", "), host.problems.join("\n")];
}

/** What people get. */
export function statusText(health: EnvironmentHealth): string {
  const table = renderTable(
    [
      { heading: "HOST" },
      { heading: "ADDRESS" },
      { heading: "HEALTH" },
      { heading: "ROLES" },
      { heading: "REASON" },
    ],
    health.hosts.map(row),
  );
  const ofEndpoint = health.problems.filter((problem) => problem.startsWith("endpoint "));
  const endpoint = ofEndpoint.length === 0 ? paint("good", "serves") : paint("bad", ofEndpoint.join("; "));
  return `environment  ${health.environment}\nendpoint     ${health.endpoint}  ${endpoint}\n\n${table}\n`;
}

async function status(options: Options): Promise<void> {
  const [{ findRunning }, { checkHealth }] = await Promise.all([
    import("./environment/running"),
    import("./environment/health"),
  ]);
  const { outputs } = await findRunning(options.environment);
  const health = await checkHealth(outputs);
  process.stdout.write(options.json ? statusJson(health) : statusText(health));
  if (health.problems.length > 0) {
    // The table, or the JSON, has said what.
    throw new CommandError("");
  }
}

if (require.main === module) {
  const command = newCommand(
    "status",
    "Show hosts, roles, health and the endpoint; exit code 1 when anything is unhealthy.",
  )
    .option(
      "--json",
      "for programs: {endpoint, environment, hosts: [{name, address, roles, healthy, …}], problems}",
      false,
    )
    .action(status);
  void runCommand(command);
}
