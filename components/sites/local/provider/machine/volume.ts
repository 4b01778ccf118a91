/** Volumes: disks that outlive the machines which they are attached to. A volume is never formatted here. */
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { execute } from "../site/execute";
import { readJson, volumeDirectory, writeWhole } from "../site/places";

/** Where a guest finds a volume. */
export function devicePath(volumeId: string): string {
  return `/dev/disk/by-id/vol-${volumeId}`;
}

function imageOf(site: string, volumeId: string): string {
  return path.join(volumeDirectory(site, volumeId), "image");
}

/** Makes a blank volume and returns its identity. */
export function makeVolume(site: string, name: string, sizeMiB: number): string {
  const volumeId = randomBytes(8).toString("hex");
  const image = imageOf(site, volumeId);
  fs.mkdirSync(path.dirname(image), { recursive: true, mode: 0o700 });
  writeWhole(path.join(volumeDirectory(site, volumeId), "volume.json"), JSON.stringify({ name }) + "\n");
  fs.writeFileSync(image, "", { mode: 0o600 });
  fs.truncateSync(image, sizeMiB * 1024 * 1024);
  return volumeId;
}

/** The volume's size in MiB, or `undefined` when it is gone. */
export function volumeSize(site: string, volumeId: string): number | undefined {
  const stat = fs.statSync(imageOf(site, volumeId), { throwIfNoEntry: false });
  return stat && stat.size / (1024 * 1024);
}

/** Makes a volume larger, also under a running guest, which sees the larger device at once. */
export async function growVolume(site: string, volumeId: string, sizeMiB: number): Promise<void> {
  const now = volumeSize(site, volumeId);
  if (now === undefined) throw new Error(`volume ${volumeId} of site ${site} is gone`);
  if (sizeMiB > now) fs.truncateSync(imageOf(site, volumeId), sizeMiB * 1024 * 1024);
  for (const loop of await loopsOf(imageOf(site, volumeId)))
    await execute("losetup", ["--set-capacity", loop]);
}

/**
 * Removes a volume with its data; one that is gone is no error.
 * @throws Error when a host that `lives` holds it.
 */
export async function removeVolume(
  site: string,
  volumeId: string,
  lives: (host: string) => boolean,
): Promise<void> {
  const holder = holderOf(site, volumeId);
  if (holder !== undefined && lives(holder)) {
    throw new Error(`volume ${volumeId} is attached to host ${holder}; detach it first`);
  }
  await closeVolume(site, volumeId);
  fs.rmSync(volumeDirectory(site, volumeId), { recursive: true, force: true });
}

/** The host that holds the volume. */
export function holderOf(site: string, volumeId: string): string | undefined {
  const held = readJson(path.join(volumeDirectory(site, volumeId), "holder.json")) as
    { host?: string } | undefined;
  return held?.host;
}

/**
 * Gives a volume to a host, as a block device of this machine.
 * @throws Error when it is gone, or when another host that `lives` holds it.
 */
export async function openVolume(
  site: string,
  volumeId: string,
  host: string,
  lives: (host: string) => boolean,
): Promise<string> {
  if (volumeSize(site, volumeId) === undefined) {
    throw new Error(`volume ${volumeId} of host ${host} is gone from site ${site}; a refresh makes it known`);
  }
  const holder = holderOf(site, volumeId);
  if (holder !== undefined && holder !== host && lives(holder)) {
    throw new Error(`volume ${volumeId} cannot be attached to host ${host}: host ${holder} holds it`);
  }
  writeWhole(path.join(volumeDirectory(site, volumeId), "holder.json"), JSON.stringify({ host }) + "\n");
  const [loop] = await loopsOf(imageOf(site, volumeId));
  if (loop !== undefined) return loop;
  return (await execute("losetup", ["--find", "--show", "--nooverlap", imageOf(site, volumeId)])).trim();
}

/** Takes a volume back; its data stays. */
export async function closeVolume(site: string, volumeId: string): Promise<void> {
  for (const loop of await loopsOf(imageOf(site, volumeId))) await execute("losetup", ["--detach", loop]);
  fs.rmSync(path.join(volumeDirectory(site, volumeId), "holder.json"), { force: true });
}

/** The loop devices below a folder or of one file, also where the file was removed since. */
export async function loopsOf(fileOrFolder: string): Promise<string[]> {
  const listed = await execute("losetup", ["--list", "--json", "--output", "NAME,BACK-FILE"]);
  if (listed.trim() === "") return [];
  const { loopdevices } = JSON.parse(listed) as {
    loopdevices: { name: string; "back-file": string | null }[];
  };
  return loopdevices
    .filter((loop) => {
      const file = (loop["back-file"] ?? "").replace(/ \(deleted\)$/, "");
      return file === fileOrFolder || file.startsWith(`${fileOrFolder}/`);
    })
    .map(({ name }) => name);
}
