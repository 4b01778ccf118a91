/**
 * Where a site keeps what it owns, and what its things are called on this machine. Every name holds the site, so
 * that two sites run side by side and each finds all of its own again.
 */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

/** Everything that local sites keep; only root may enter. */
export const STATE = "/var/lib/opentsdb-platform";

/** What a site or machine may be called: it becomes a host name, a folder and part of a namespace's name. */
export const NAME = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/;

function short(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 10);
}

/** The folder of a site. */
export function siteDirectory(site: string): string {
  return path.join(STATE, "sites", site);
}

/** The names of all sites that have a folder. */
export function sites(): string[] {
  return folders(path.join(STATE, "sites"));
}

/** The folder of one machine of a site. */
export function machineDirectory(site: string, machine: string): string {
  return path.join(siteDirectory(site), "hosts", machine);
}

/** The names of all machines of a site that have a folder, whatever state they are in. */
export function machineNames(site: string): string[] {
  return folders(path.join(siteDirectory(site), "hosts"));
}

/** The folder that holds the site's hosts file; it is bound into every machine. */
export function namesDirectory(site: string): string {
  return path.join(siteDirectory(site), "names");
}

/** The folder of one volume. */
export function volumeDirectory(site: string, volumeId: string): string {
  return path.join(siteDirectory(site), "volumes", volumeId);
}

/** The load balancer's folder. */
export function balancerDirectory(site: string): string {
  return path.join(siteDirectory(site), "balancer");
}

/** The site's bridge; the kernel allows 15 characters. */
export function bridgeName(site: string): string {
  return `ob${short(site)}`;
}

/** This machine's end of a machine's cable. */
export function cableName(site: string, machine: string): string {
  return `ov${short(`${site}/${machine}`)}`;
}

/** The network namespaces of a site all begin with this; names hold no dots, so no other site's do. */
export function namespacePrefix(site: string): string {
  return `opentsdb.${site}.`;
}

/** The network namespace of one machine, as `ip netns` lists it. */
export function namespaceName(site: string, machine: string): string {
  return namespacePrefix(site) + machine;
}

/** The sub-folders' names, sorted; none when the folder is missing. */
function folders(directory: string): string[] {
  if (!fs.existsSync(directory)) return [];
  return fs
    .readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** Writes a file so that a reader, or a crash, meets either the old content or the new. Mode: 0600 unless told. */
export function writeWhole(file: string, content: string, mode = 0o600): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.part`;
  fs.writeFileSync(draft, content, { mode });
  fs.chmodSync(draft, mode);
  fs.renameSync(draft, file);
}

/** Reads a JSON file, or `undefined` when there is none or it was never finished. */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
