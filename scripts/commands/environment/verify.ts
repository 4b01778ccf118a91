import { smoke, SmokeReport } from "../../verify";
import { EnvironmentOutputs } from "../../../stacks/outputs";
import { Settings } from "../../../stacks/settings";
import { CommandError } from "../command-line";

/** Runs the smoke test on an environment: every host's metrics have to arrive in it. */
export function runSmoke(
  outputs: EnvironmentOutputs,
  settings: Settings,
  log?: (line: string) => void,
): Promise<SmokeReport> {
  return smoke({
    endpoint: outputs.endpoint,
    environment: outputs.environment,
    expectHosts: outputs.hosts.map(({ name }) => name),
    collectIntervalSeconds: Math.ceil(settings.collectInterval / 1000),
    ...(log === undefined ? {} : { log }),
  });
}

/** As {@link runSmoke}, with its lines on stdout. @throws when anything differs. */
export async function verify(outputs: EnvironmentOutputs, settings: Settings): Promise<SmokeReport> {
  const report = await runSmoke(outputs, settings, (line) => process.stdout.write(`${line}\n`));
  if (!report.ok) {
    const failed = report.checks.filter(({ ok }) => !ok).map(({ name }) => name);
    throw new CommandError(
      `the smoke test of ${outputs.endpoint} found differences (${failed.join("; ")}); \`npm run status\` shows the hosts' health`,
    );
  }
  process.stdout.write(`data sent is data served: ${report.pointsVerified} points read back and compared\n`);
  return report;
}
