/** What no setting can know by itself: values that do not go together. */
import { planHosts } from "../topology";
import { NAMESPACE, Settings } from "./schema";

/** Fewest region servers of each topology: the replicas that each keeps of a block. */
export const FEWEST_REGION_SERVERS = { basic: 2, ha: 3 } as const;

/** One sentence for each pair of settings that contradict each other. */
export function findConflicts(settings: Settings): string[] {
  const { topology, regionServers, leaving, rollHosts } = settings;
  const hosts = planHosts(settings);
  const all = hosts.map(({ name }) => name);
  const data = hosts.filter(({ kind }) => kind === "data").map(({ name }) => name);
  const problems: string[] = [];
  const fewest = FEWEST_REGION_SERVERS[topology];

  if (settings.site === "aws") {
    problems.push(`${NAMESPACE}:site is "aws", which is not available yet; it must be "local" for now.`);
  }
  if (regionServers < fewest) {
    problems.push(
      `${NAMESPACE}:regionServers is ${regionServers}, but ${NAMESPACE}:topology is "${topology}"; ` +
        `it must be "auto" or a whole number from ${fewest} to 8.`,
    );
  }
  for (const name of leaving.filter((host) => !data.includes(host))) {
    problems.push(
      `${NAMESPACE}:leaving names "${name}"; it must be one of the data hosts ${data.join(", ")}.`,
    );
  }
  const staying = data.filter((host) => !leaving.includes(host)).length;
  if (leaving.length > 0 && regionServers >= fewest && staying < fewest) {
    problems.push(
      `${NAMESPACE}:leaving is [${leaving.join(", ")}], which leaves ${staying} of ${regionServers} data hosts; ` +
        `at least ${fewest} must stay with ${NAMESPACE}:topology "${topology}".`,
    );
  }
  // The count drops hosts from the end of the list, so only those can leave for good.
  const last = data.slice(data.length - leaving.length);
  if (leaving.every((host) => data.includes(host)) && leaving.some((host) => !last.includes(host))) {
    problems.push(
      `${NAMESPACE}:leaving is [${leaving.join(", ")}]; it must be the last data hosts [${last.join(", ")}], ` +
        `as a lower ${NAMESPACE}:regionServers drops those.`,
    );
  }
  for (const name of rollHosts.filter((host) => !all.includes(host))) {
    problems.push(`${NAMESPACE}:rollHosts names "${name}"; it must be one of ${all.join(", ")}.`);
  }
  // Members of formed groups: only one of them may be away at a time.
  const grouped = hosts.filter(({ kind }) => kind === "master" || kind === "data").map(({ name }) => name);
  const stateful = rollHosts.filter((host) => grouped.includes(host));
  if (stateful.length > 1) {
    problems.push(
      `${NAMESPACE}:rollHosts names ${stateful.length} stateful hosts (${stateful.join(", ")}); ` +
        `at most one may be named at a time, the next one after it has rejoined.`,
    );
  }
  return problems;
}
