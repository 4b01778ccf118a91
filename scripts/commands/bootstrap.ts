/** Makes everything on this machine that a local environment needs; the other commands do so by themselves. */
import { newCommand, runCommand } from "./command-line";

async function bootstrap(): Promise<void> {
  const [{ prepare }, { Steps }, { REPOSITORY }, { formatSize }] = await Promise.all([
    import("../bootstrap/prepare"),
    import("./terminal/steps"),
    import("./environment/open"),
    import("../../stacks/settings"),
  ]);
  const steps = new Steps();
  const { prepared } = await prepare({ repository: REPOSITORY, steps, machines: true }).finally(() =>
    steps.close(),
  );
  const components = Object.entries(prepared?.software.components ?? {});
  process.stdout.write(`base image  ${prepared?.baseImage ?? ""}\n`);
  for (const [name, { version, directory, sizeBytes }] of components) {
    const size = formatSize(Math.max(1, Math.round(sizeBytes / 2 ** 20)));
    process.stdout.write(`${name.padEnd(10)}  ${version}  ${directory}  ${size}\n`);
  }
}

if (require.main === module) {
  void runCommand(
    newCommand("bootstrap", "Make everything that a local environment needs.").action(bootstrap),
  );
}
