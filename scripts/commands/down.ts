/** Removes an environment. A local one goes without a question, with its data. */
import { CommandError, newCommand, runCommand } from "./command-line";

interface Options {
  environment: string;
  yes: boolean;
}

async function down(options: Options): Promise<void> {
  const [{ takeDown }, { locateEnvironment, siteOf }, { summary }] = await Promise.all([
    import("./environment/take-down"),
    import("./environment/open"),
    import("./environment/changes"),
  ]);
  const { environment } = options;
  if (siteOf(locateEnvironment({ environment })) !== "local" && !options.yes) {
    throw new CommandError(
      `"${environment}" is not on this machine; to remove it with all its data, add --yes`,
      2,
    );
  }
  const { changes, swept, engineProblem } = await takeDown({ environment });
  if (engineProblem !== undefined) {
    process.stdout.write(`the engine could not remove everything:\n${engineProblem}\n`);
  }
  if (swept.length > 0) {
    process.stdout.write(`swept away what was left:\n${swept.map((item) => `  ${item}\n`).join("")}`);
  }
  const nothing = Object.keys(changes.done).length === 0 && swept.length === 0;
  process.stdout.write(
    nothing
      ? `${environment}: there was nothing to remove\n`
      : `${environment}: ${summary(changes)}; nothing is left\n`,
  );
}

if (require.main === module) {
  const command = newCommand("down", "Remove the environment and all its data.")
    .option("-y, --yes", "without a question; needed for environments that are not on this machine", false)
    .action(down);
  void runCommand(command);
}
