/** Brings an environment up, verifies it, and says what to try next. */
import { newCommand, runCommand } from "./command-line";

interface Options {
  environment: string;
  refresh: boolean;
  smoke: boolean;
}

/** Commands to copy, each of which does something with the cluster. */
export function nextSteps(endpoint: string, environment: string, now: number): string {
  const suffix = environment === "local" ? "" : ` -- --environment ${environment}`;
  const moment = Math.floor(now / 1000);
  return `Store a point:
  curl -X POST '${endpoint}/api/put?sync&details' -H 'Content-Type: application/json' \\
    -d '{"metric":"my.first","timestamp":${moment},"value":42,"tags":{"from":"me"}}'
Query it:
  curl '${endpoint}/api/query?start=1h-ago&m=sum:my.first'
The hosts' own load:
  curl '${endpoint}/api/query?start=10m-ago&m=avg:10s-avg:host.cpu.usage_idle\\{host=*\\}'

npm run status${suffix}    hosts, roles and their health
npm run down${suffix}      removes everything`;
}

async function start(options: Options): Promise<void> {
  const [{ bringUp }, { summary }, { formatElapsed }, { verify }, { paint }] = await Promise.all([
    import("./environment/bring-up"),
    import("./environment/changes"),
    import("./terminal/elapsed"),
    import("./environment/verify"),
    import("./terminal/colours"),
  ]);
  const { outputs, result, environment } = await bringUp(
    { environment: options.environment },
    { refresh: options.refresh },
  );
  process.stdout.write(
    `${paint("good", "✓")} up: ${summary(result.changes)} (${formatElapsed(result.duration)})\n`,
  );
  if (options.smoke) {
    await verify(outputs, environment.settings);
  }
  process.stdout.write(`\nOpenTSDB serves at ${paint("strong", outputs.endpoint)}\n\n`);
  process.stdout.write(`${nextSteps(outputs.endpoint, outputs.environment, Date.now())}\n`);
}

if (require.main === module) {
  const command = newCommand("start", "Bring the environment up, verify it, and say what to try next.")
    .option("--no-refresh", "trust the recorded state: do not look for machines that are gone")
    .option("--no-smoke", "leave out the smoke test")
    .action(start);
  void runCommand(command);
}
