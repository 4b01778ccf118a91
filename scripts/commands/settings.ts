/** Lists the settings, checks an environment's, and writes what is generated from the schema. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { SettingsError } from "../../stacks/settings";
import { withProjectConfig, withSettingsTable } from "../../stacks/settings/render";
import { NAMESPACE, SETTING_NAMES, SETTINGS } from "../../stacks/settings/schema";
import { CommandError, newCommand, runCommand } from "./command-line";
import { findEnvironment, REPOSITORY } from "./environment/open";
import { renderTable } from "./terminal/table";

interface Options {
  environment: string;
  json: boolean;
  write: boolean;
}

const PAGE = "# Settings\n\nWhat can stand under `config:` in `Pulumi.<environment>.yaml`.\n";

/** Files that are made from the schema, with the text that they are to have. */
export function generatedFiles(repository: string): { file: string; text: string }[] {
  const [project, page] = [join(repository, "Pulumi.yaml"), join(repository, "docs", "settings.md")];
  return [
    { file: project, text: withProjectConfig(readFileSync(project, "utf8")) },
    { file: page, text: withSettingsTable(existsSync(page) ? readFileSync(page, "utf8") : PAGE) },
  ];
}

function write(): void {
  for (const { file, text } of generatedFiles(REPOSITORY)) {
    if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      process.stdout.write(`written: ${file.slice(REPOSITORY.length + 1)}\n`);
    }
  }
}

function settings(options: Options): void {
  if (options.write) {
    write();
    return;
  }
  const found = findEnvironment({ environment: options.environment });
  const values = found.settings as Readonly<Record<string, unknown>>;
  if (options.json) {
    process.stdout.write(`${JSON.stringify(values, null, 2)}\n`);
    return;
  }
  const rows = SETTING_NAMES.map((name) => {
    const { allowed, defaultValue } = SETTINGS[name];
    return [`${NAMESPACE}:${name}`, JSON.stringify(values[name]), JSON.stringify(defaultValue), allowed];
  });
  const table = renderTable(
    [{ heading: "SETTING" }, { heading: "VALUE (MiB, ms)" }, { heading: "DEFAULT" }, { heading: "ALLOWED" }],
    rows,
  );
  process.stdout.write(
    `${table}\n\nSet one in Pulumi.${options.environment}.yaml; docs/settings.md says what each does.\n`,
  );
}

if (require.main === module) {
  const command = newCommand("settings", "List all settings with the environment's values, checked.")
    .option("--json", "print the values as JSON; sizes in MiB, durations in ms", false)
    .option("--write", "write Pulumi.yaml's config section and docs/settings.md anew from the schema", false)
    .action((options: Options) => {
      try {
        settings(options);
      } catch (error) {
        throw error instanceof SettingsError ? new CommandError(error.message) : error;
      }
    });
  void runCommand(command);
}
