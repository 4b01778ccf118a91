import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { EnvironmentOutputs, parseOutputs } from "../../../stacks/outputs";
import { prepare } from "../../bootstrap/prepare";
import { Steps } from "../terminal/steps";
import { hasState, Location, REPOSITORY } from "./open";

const run = promisify(execFile);

/**
 * What a running environment put out. One call of the CLI: the Automation API takes four for the same.
 *
 * @throws when it has not been brought up.
 */
export async function readOutputs(location: Location): Promise<EnvironmentOutputs> {
  const { name, workDirectory } = location;
  const missing = new Error(
    `environment "${name}" has not been brought up; run \`npm start${name === "local" ? "" : ` -- --environment ${name}`}\``,
  );
  if (!hasState(location)) {
    throw missing;
  }
  const steps = new Steps();
  const { environment } = await prepare({ repository: REPOSITORY, steps, machines: false }).finally(() =>
    steps.close(),
  );
  const variables = { ...location.variables, PATH: environment["PATH"] ?? location.variables["PATH"] };
  const { stdout } = await run(
    "pulumi",
    ["stack", "output", "--json", "--stack", name, "--cwd", workDirectory, "--non-interactive"],
    { env: { ...process.env, ...variables }, maxBuffer: 64 * 2 ** 20 },
  );
  const outputs = parseOutputs(JSON.parse(stdout) as Record<string, unknown>);
  if (outputs === undefined) {
    throw missing;
  }
  return outputs;
}
