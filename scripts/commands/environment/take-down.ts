import { prepare } from "../../bootstrap/prepare";
import { Output } from "../terminal/live";
import { Steps } from "../terminal/steps";
import { Changes, NO_CHANGES } from "./changes";
import { claim, EnvironmentArgs, hasState, locateEnvironment, openStack, REPOSITORY, siteOf } from "./open";
import { update } from "./update";

/** What taking down did. */
export interface TakenDown {
  /** What the engine removed. */
  changes: Changes;
  /** What was left on this machine after that, in words, and then swept away. */
  swept: readonly string[];
  /** Why the engine could not remove everything, if it could not. */
  engineProblem?: string;
}

/**
 * Removes an environment: by the engine, and for the local site also by sweeping away what no state knows, as after
 * an update that was cut off.
 *
 * @throws when somebody else is changing the environment, or when something could not be removed.
 */
export async function takeDown(args: EnvironmentArgs, output: Output = process.stderr): Promise<TakenDown> {
  // Settings that are wrong meanwhile must not keep anyone from removing what is there.
  let environment = locateEnvironment(args);
  const local = siteOf(environment) === "local";
  let changes = NO_CHANGES;
  let engineProblem: string | undefined;

  if (hasState(environment)) {
    const steps = new Steps(output);
    const { environment: variables } = await prepare({
      repository: REPOSITORY,
      steps,
      machines: false,
    }).finally(() => steps.close());
    environment = locateEnvironment({ ...args, variables });
    const stack = await openStack(environment);
    await claim(stack, environment, (line) => output.write(`${line}\n`));
    try {
      ({ changes } = await update(stack, "destroy", { output }));
    } catch (error) {
      if (!local) {
        throw error;
      }
      engineProblem = error instanceof Error ? error.message : String(error);
      // The machines go below in any case; with them the state has nothing left to tell.
      await stack.workspace.removeStack(environment.name, { force: true, preserveConfig: true });
    }
  }
  const swept = local ? await sweep(environment.name) : [];
  return { changes, swept, ...(engineProblem === undefined ? {} : { engineProblem }) };
}

async function sweep(site: string): Promise<readonly string[]> {
  // Tools of the network and of loop devices are there wherever a site has ever been.
  const { siteRemains, sweepSite } = await import("../../../components/sites/local/provider/site/sweep");
  const remains = await siteRemains(site);
  if (remains.length > 0) {
    await sweepSite(site);
  }
  return remains;
}
