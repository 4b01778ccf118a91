/** Removing everything of a site, whatever state it is in. */
import * as fs from "node:fs";
import { loopsOf } from "../machine/volume";
import { killGroup, removeGroup, siteGroup } from "./cgroup";
import { attempt, execute } from "./execute";
import { bridgeName, cableName, machineNames, namespacePrefix, siteDirectory } from "./places";

/** What is left of a site on this machine, in words; empty when nothing is. */
export async function siteRemains(site: string): Promise<string[]> {
  const links = [bridgeName(site), ...cablesOf(site)];
  return [
    ...(fs.existsSync(siteGroup(site)) ? [`control group ${siteGroup(site)}`] : []),
    ...(await namespacesOf(site)).map((name) => `network namespace ${name}`),
    ...links.filter((link) => fs.existsSync(`/sys/class/net/${link}`)).map((link) => `link ${link}`),
    ...(await loopsOf(siteDirectory(site))).map((loop) => `loop device ${loop}`),
    ...mountsOf(site).map((point) => `mount ${point}`),
    ...(fs.existsSync(siteDirectory(site)) ? [`folder ${siteDirectory(site)}`] : []),
  ];
}

/**
 * Removes everything of a site: processes, namespaces, links, loop devices, mounts, control groups and the folder,
 * with all volumes in it. Repeatable; what half an `up` or half a `down` left goes too.
 * @throws Error naming what could not be removed.
 */
export async function sweepSite(site: string): Promise<void> {
  await killGroup(siteGroup(site));
  for (const link of cablesOf(site)) await attempt("ip", ["link", "delete", link]);
  for (const namespace of await namespacesOf(site)) await attempt("ip", ["netns", "delete", namespace]);
  await attempt("ip", ["link", "delete", bridgeName(site)]);
  for (const point of mountsOf(site).reverse()) await attempt("umount", ["--lazy", point]);
  for (const loop of await loopsOf(siteDirectory(site))) await attempt("losetup", ["--detach", loop]);
  removeGroup(siteGroup(site));
  fs.rmSync(siteDirectory(site), { recursive: true, force: true, maxRetries: 3 });
  await forgetEmptyNamespaceFolder();
  const remains = await siteRemains(site);
  if (remains.length > 0)
    throw new Error(`site ${site} is not wholly removed: ${remains.join(", ")} is left`);
}

/** The cables on the site's bridge, also of machines whose folder is gone, and those that lost their bridge. */
function cablesOf(site: string): string[] {
  const ports = `/sys/class/net/${bridgeName(site)}/brif`;
  const plugged = fs.existsSync(ports) ? fs.readdirSync(ports) : [];
  const known = machineNames(site).map((machine) => cableName(site, machine));
  return [...new Set([...plugged, ...known])].filter((link) => fs.existsSync(`/sys/class/net/${link}`));
}

async function namespacesOf(site: string): Promise<string[]> {
  const listed = await execute("ip", ["netns", "list"]);
  return listed
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "")
    .filter((name) => name.startsWith(namespacePrefix(site)));
}

function mountsOf(site: string): string[] {
  return fs
    .readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .filter((point) => point.startsWith(`${siteDirectory(site)}/`));
}

/** `ip netns` mounts its folder when it makes its first namespace and never unmounts it. */
async function forgetEmptyNamespaceFolder(): Promise<void> {
  const folder = "/run/netns";
  // Without --lazy this fails, as it should, while anyone's namespace is mounted below.
  if (fs.existsSync(folder) && fs.readdirSync(folder).length === 0) await attempt("umount", [folder]);
}
