/** Writes points through the endpoint, reads every one back and compares. */
import { CommandError, newCommand, runCommand } from "./command-line";

interface Options {
  environment: string;
  json: boolean;
}

async function runSmokeCommand(options: Options): Promise<void> {
  const [{ findRunning }, { runSmoke, verify }, { renderReportJson }] = await Promise.all([
    import("./environment/running"),
    import("./environment/verify"),
    import("../verify"),
  ]);
  const { outputs, environment } = await findRunning(options.environment);
  if (!options.json) {
    await verify(outputs, environment.settings);
    return;
  }
  const report = await runSmoke(outputs, environment.settings);
  process.stdout.write(renderReportJson(report));
  if (!report.ok) {
    throw new CommandError("");
  }
}

if (require.main === module) {
  const command = newCommand(
    "smoke",
    "Store points, read every one back, compare; exit code 1 on any difference.",
  )
    .option("--json", "print the report as JSON", false)
    .action(runSmokeCommand);
  void runCommand(command);
}
