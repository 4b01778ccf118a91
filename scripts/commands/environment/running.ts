import { EnvironmentOutputs } from "../../../stacks/outputs";
import { Environment, findEnvironment } from "./open";
import { readOutputs } from "./outputs";

/**
 * An environment that is to be running, and what it put out.
 *
 * @throws when it has not been brought up.
 */
export async function findRunning(
  name: string,
): Promise<{ environment: Environment; outputs: EnvironmentOutputs }> {
  const environment = findEnvironment({ environment: name });
  return { environment, outputs: await readOutputs(environment) };
}
