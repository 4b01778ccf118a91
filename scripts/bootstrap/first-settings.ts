import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// One real setting stands in it: the CLI drops the comments of a file that has none.
const FIRST_SETTINGS = `# Settings of this machine's own cluster (environment "local"). Every setting has a default, so nothing needs to
# stand here; \`npm run settings\` lists all with their limits, and docs/settings.md says what each does. For example:
#
#   opentsdb:tsds: 3
#   opentsdb:dataVolume: 8GiB
#
# \`npm start\` brings a change about. Pulumi adds \`encryptionsalt\`; leave it.
config:
  opentsdb:topology: basic
`;

/** Writes Pulumi.local.yaml when there is none; git ignores it, since it also holds this machine's salt. */
export function writeFirstSettings(repository: string): void {
  const file = join(repository, "Pulumi.local.yaml");
  if (!existsSync(file)) {
    writeFileSync(file, FIRST_SETTINGS, { flag: "wx" });
  }
}
