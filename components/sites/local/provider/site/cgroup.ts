/**
 * Groups of processes. What a site runs is found, frozen and killed by its control group and by nothing else: no pid
 * is ever remembered, so none can be mistaken for another process that got the same number.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { eventually } from "./execute";

const PARENT = "opentsdb-platform";

/** Where cgroup v2 is mounted: alone on current systems, under `unified` beside v1. */
function hierarchy(): string {
  const plain = "/sys/fs/cgroup";
  return fs.existsSync(`${plain}/cgroup.controllers`) ? plain : `${plain}/unified`;
}

/** The group of a whole site. */
export function siteGroup(site: string): string {
  return path.join(hierarchy(), PARENT, site);
}

/** The group of one machine: its supervisor and all processes of its guest. */
export function machineGroup(site: string, machine: string): string {
  return path.join(siteGroup(site), "hosts", machine);
}

/** The group of the site's load balancer. */
export function balancerGroup(site: string): string {
  return path.join(siteGroup(site), "balancer");
}

/** Makes a group, and those above it, where missing. */
export function makeGroup(group: string): void {
  fs.mkdirSync(group, { recursive: true });
}

/** Whether any process lives in a group or below it. */
export function populated(group: string): boolean {
  try {
    return /^populated 1$/m.test(fs.readFileSync(path.join(group, "cgroup.events"), "utf8"));
  } catch {
    return false;
  }
}

/** The pids in a group and below it, of this moment. */
export function processes(group: string): number[] {
  try {
    const own = fs
      .readFileSync(path.join(group, "cgroup.procs"), "utf8")
      .split("\n")
      .filter(Boolean)
      .map(Number);
    return own.concat(...subgroups(group).map(processes));
  } catch {
    return [];
  }
}

/** Kills everything in a group, and says whether it is empty within the time. */
export async function killGroup(group: string, withinMs = 10_000): Promise<boolean> {
  if (!fs.existsSync(group)) return true;
  fs.writeFileSync(path.join(group, "cgroup.kill"), "1");
  return eventually(() => !populated(group), withinMs, 20);
}

/** Stops or continues all processes of a group where they are. */
export function freezeGroup(group: string, frozen: boolean): void {
  fs.writeFileSync(path.join(group, "cgroup.freeze"), frozen ? "1" : "0");
}

/** Removes an empty group with all below it, and the groups above it that this leaves empty. */
export function removeGroup(group: string): void {
  if (fs.existsSync(group)) {
    for (const child of subgroups(group)) removeGroup(child);
    try {
      fs.rmdirSync(group);
    } catch {
      return;
    }
  }
  const above = path.dirname(group);
  const ours = path.join(hierarchy(), PARENT);
  if (
    (above === ours || above.startsWith(`${ours}/`)) &&
    fs.existsSync(above) &&
    subgroups(above).length === 0
  ) {
    removeGroup(above);
  }
}

function subgroups(group: string): string[] {
  return fs
    .readdirSync(group, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(group, entry.name));
}
