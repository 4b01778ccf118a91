/**
 * Breaking machines on purpose, for tests and demonstrations, and mending them.
 *   ts-node faults.ts ACTION SITE HOST [OTHER_HOST]
 */
import { freezeGroup, machineGroup } from "./site/cgroup";
import { execute } from "./site/execute";
import { namespaceName } from "./site/places";
import { switchCable } from "./machine/cable";
import { awaitSsh, cutPower, powerOn as switchOn } from "./machine/power";
import { requireRecord } from "./machine/record";

/** Cuts a host's power: its peers see silence, not the end of a connection. It stays off. */
export async function cut(site: string, host: string): Promise<void> {
  requireRecord(site, host);
  await cutPower(site, host);
}

/** Switches a host that is off on again, the same machine with its disks, and waits until its sshd answers. */
export async function powerOn(site: string, host: string): Promise<void> {
  const record = requireRecord(site, host);
  await switchOn(site, record);
  await awaitSsh(site, record, new AbortController().signal);
}

/** Stops all of a host's processes where they are; its connections stay open and silent. */
export function freeze(site: string, host: string): void {
  requireRecord(site, host);
  freezeGroup(machineGroup(site, host), true);
}

/** Lets a frozen host go on. */
export function thaw(site: string, host: string): void {
  requireRecord(site, host);
  freezeGroup(machineGroup(site, host), false);
}

/** Drops every packet between two hosts; both still reach all others. */
export async function partition(site: string, host: string, other: string): Promise<void> {
  const { address } = requireRecord(site, other);
  const table = partitionTable(other);
  await inNamespace(site, host, [
    `add table ip ${table}`,
    `delete table ip ${table}`,
    `add table ip ${table}`,
    `add chain ip ${table} in { type filter hook input priority 0; }`,
    `add chain ip ${table} out { type filter hook output priority 0; }`,
    `add rule ip ${table} in ip saddr ${address} drop`,
    `add rule ip ${table} out ip daddr ${address} drop`,
  ]);
}

/** Ends a partition of two hosts, in whichever order they were named. */
export async function heal(site: string, host: string, other: string): Promise<void> {
  for (const [at, from] of [
    [host, other],
    [other, host],
  ] as const) {
    const table = partitionTable(from);
    await inNamespace(site, at, [`add table ip ${table}`, `delete table ip ${table}`]);
  }
}

/** Unplugs a host's cable. */
export async function linkDown(site: string, host: string): Promise<void> {
  requireRecord(site, host);
  await switchCable(site, host, false);
}

/** Plugs a host's cable in again. */
export async function linkUp(site: string, host: string): Promise<void> {
  requireRecord(site, host);
  await switchCable(site, host, true);
}

function partitionTable(other: string): string {
  return `partition_${other.replaceAll("-", "_")}`;
}

async function inNamespace(site: string, host: string, rules: string[]): Promise<void> {
  requireRecord(site, host);
  await execute("ip", ["netns", "exec", namespaceName(site, host), "nft", rules.join("; ")]);
}

const ACTIONS: Record<string, (site: string, host: string, other: string) => Promise<void> | void> = {
  cut,
  "power-on": powerOn,
  freeze,
  thaw,
  partition,
  heal,
  "link-down": linkDown,
  "link-up": linkUp,
};

async function main(words: readonly string[]): Promise<void> {
  const [action = "", site = "", host = "", other = ""] = words;
  const run = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
  const needsOther = action === "partition" || action === "heal";
  if (!run || !site || !host || (needsOther && !other)) {
    throw new Error(
      `usage: faults.ts ACTION SITE HOST [OTHER_HOST], with ACTION one of ${Object.keys(ACTIONS).join(", ")}`,
    );
  }
  await run(site, host, other);
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
