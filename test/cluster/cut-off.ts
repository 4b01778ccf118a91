/** A process of its own that brings a cluster up, so that a test can kill it: `cut-off.ts ARGUMENTS-AS-JSON`. */
import { bringUp } from "../../scripts/commands/environment/bring-up";
import { EnvironmentArgs } from "../../scripts/commands/environment/open";

void bringUp(JSON.parse(process.argv[2] ?? "{}") as EnvironmentArgs, {
  refresh: false,
  output: process.stdout,
});
