/** Data hosts may only be dropped from the plan when they have left. Pure. */
import { EnvironmentOutputs } from "../../../stacks/outputs";

/** What the state keeps of the last update that came to its end. */
export type Recorded = Pick<EnvironmentOutputs, "hosts" | "left">;

/**
 * Why an update must not begin: it would drop data hosts with what they hold.
 *
 * @param planned names of the hosts that the settings ask for
 * @returns one sentence with the way out, or `undefined` when nothing is in the way
 */
export function unreadyDepartures(
  recorded: Recorded | undefined,
  planned: readonly string[],
): string | undefined {
  const dropped = (recorded?.hosts ?? [])
    .filter(({ name, roles }) => roles.includes("datanode") && !planned.includes(name))
    .map(({ name }) => name)
    .filter((name) => !(recorded?.left ?? []).includes(name));
  if (dropped.length === 0) {
    return undefined;
  }
  const [names, verb] = [dropped.join(", "), dropped.length === 1 ? "has" : "have"];
  return (
    `${names} would be removed together with the volume, but ${verb} not left the cluster: ` +
    `set opentsdb:regionServers back, name ${names} under opentsdb:leaving, bring the environment up, ` +
    `and lower opentsdb:regionServers then.`
  );
}
