/** Prints the variables with which plain `pulumi` works on this repository: `eval "$(npm run -s env)"`. */
import { delimiter } from "node:path";

import { newCommand, runCommand } from "./command-line";

/**
 * One `export` line for each variable, safe for any POSIX shell. Of PATH only those folders are told that `path`, the
 * PATH of this process, lacks: the shell that evaluates the lines has a PATH of its own, without npm's additions.
 */
export function exportLines(variables: Readonly<Record<string, string>>, path: string): string {
  const quoted = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;
  const present = new Set(path.split(delimiter));
  return Object.entries(variables)
    .map(([name, value]) => {
      if (name !== "PATH") {
        return `export ${name}=${quoted(value)}\n`;
      }
      const added = value.split(delimiter).filter((folder) => folder !== "" && !present.has(folder));
      return added.length === 0 ? "" : `export PATH=${quoted(added.join(delimiter))}"${delimiter}$PATH"\n`;
    })
    .join("");
}

async function env(): Promise<void> {
  const [{ prepare }, { Steps }, { REPOSITORY }] = await Promise.all([
    import("../bootstrap/prepare"),
    import("./terminal/steps"),
    import("./environment/open"),
  ]);
  const steps = new Steps();
  const { environment } = await prepare({ repository: REPOSITORY, steps, machines: false }).finally(() =>
    steps.close(),
  );
  process.stdout.write(exportLines(environment, process.env["PATH"] ?? ""));
}

if (require.main === module) {
  void runCommand(
    newCommand("env", 'Print variables for plain `pulumi`, for: eval "$(npm run -s env)"').action(env),
  );
}
