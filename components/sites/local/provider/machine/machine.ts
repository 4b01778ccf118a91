/** Making, changing and removing whole machines. */
import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import { machineGroup } from "../site/cgroup";
import { machineDirectory, volumeDirectory } from "../site/places";
import { type DiskContent, makeDisk } from "./disk";
import { guestFile, inGuest, leader } from "./guest";
import { publishNames } from "./names";
import { awaitSsh, cutPower, holds, isOn, powerOff, powerOn, writeArguments } from "./power";
import { type MachineRecord, readRecord, records, writeRecord } from "./record";
import { closeVolume, devicePath, holderOf, openVolume } from "./volume";

/** What a machine is made from. */
export type MachineSpec = Omit<MachineRecord, "incarnation"> & DiskContent;

/**
 * Takes a machine's name and address, before anything else is done for it.
 * @throws Error when another machine has the address, or a bind's source or the base image is missing.
 */
export function reserveMachine(site: string, spec: MachineSpec): MachineRecord {
  const other = records(site).find((record) => record.address === spec.address && record.name !== spec.name);
  if (other) throw new Error(`address ${spec.address} of host ${spec.name} is taken by host ${other.name}`);
  for (const source of [spec.baseImage, ...spec.binds.map((bind) => bind.source)]) {
    if (!fs.existsSync(source)) throw new Error(`host ${spec.name} needs ${source}, which does not exist`);
  }
  const { name, address, memoryMiB, baseImage, hostKeyPublic, binds, volumes, fleet, template } = spec;
  const record: MachineRecord = {
    ...{ name, address, incarnation: randomUUID(), memoryMiB, baseImage, hostKeyPublic, binds, volumes },
    ...(fleet === undefined ? {} : { fleet }),
    ...(template === undefined ? {} : { template }),
  };
  writeRecord(site, record);
  return record;
}

/** Makes the disk of a reserved machine and powers it on. */
export async function raiseMachine(site: string, record: MachineRecord, content: DiskContent): Promise<void> {
  await makeDisk(site, record, content);
  await powerOn(site, record);
}

/** Makes a machine and waits until its sshd answers. Whatever an interrupted try left is removed first. */
export async function makeMachine(
  site: string,
  spec: MachineSpec,
  signal: AbortSignal,
): Promise<MachineRecord> {
  if (readRecord(site, spec.name) ?? fs.existsSync(machineGroup(site, spec.name))) {
    await cutPower(site, spec.name);
    await dropMachine(site, spec.name);
  }
  const record = reserveMachine(site, spec);
  await raiseMachine(site, record, spec);
  await awaitSsh(site, record, signal);
  return record;
}

/** Shuts a machine down and removes it; its volumes stay. One that is gone is no error. */
export async function removeMachine(site: string, machine: string): Promise<void> {
  await powerOff(site, machine);
  await dropMachine(site, machine);
}

async function dropMachine(site: string, machine: string): Promise<void> {
  for (const volumeId of heldBy(site, machine)) await closeVolume(site, volumeId);
  fs.rmSync(machineDirectory(site, machine), { recursive: true, force: true });
  publishNames(site);
}

/** The volumes that a machine holds, by the volumes' own account: its record may be gone. */
function heldBy(site: string, machine: string): string[] {
  const directory = volumeDirectory(site, "");
  if (!fs.existsSync(directory)) return [];
  return fs.readdirSync(directory).filter((volumeId) => holderOf(site, volumeId) === machine);
}

/** Attaches and detaches volumes so that the machine has exactly these; a running guest sees it at once. */
export async function changeVolumes(
  site: string,
  record: MachineRecord,
  volumes: Record<string, string>,
): Promise<MachineRecord> {
  const wanted = Object.values(volumes);
  for (const volumeId of Object.values(record.volumes)) {
    if (!wanted.includes(volumeId)) await detach(site, record.name, volumeId);
  }
  const devices: Record<string, string> = {};
  for (const volumeId of wanted) {
    const device = await openVolume(site, volumeId, record.name, (host) => holds(site, host, volumeId));
    devices[volumeId] = device;
    if (!Object.values(record.volumes).includes(volumeId))
      await showDevice(site, record.name, volumeId, device);
  }
  const changed = { ...record, volumes };
  writeRecord(site, changed);
  writeArguments(site, changed, devices);
  return changed;
}

async function showDevice(site: string, machine: string, volumeId: string, device: string): Promise<void> {
  if (!isOn(site, machine)) return;
  const { rdev } = fs.statSync(device);
  const { major, minor } = deviceNumber(rdev);
  const node = devicePath(volumeId);
  await inGuest(
    site,
    machine,
    `mkdir -p /dev/disk/by-id; rm -f ${node}; mknod -m 660 ${node} b ${major} ${minor}`,
  );
}

async function detach(site: string, machine: string, volumeId: string): Promise<void> {
  if (isOn(site, machine)) {
    const node = devicePath(volumeId);
    const mounted = mountPoints(site, machine, volumeId);
    try {
      for (const point of mounted) await inGuest(site, machine, `umount '${point}'`);
    } catch (error) {
      const where = mounted.join(", ");
      throw new Error(
        `volume ${volumeId} is in use at ${where} of host ${machine}; stop what uses it first`,
        {
          cause: error,
        },
      );
    }
    // A volume that was there at boot is a bind mount over an empty file, one that came later a plain node.
    await inGuest(site, machine, `umount ${node} 2>/dev/null || true; rm -f ${node}`);
  }
  await closeVolume(site, volumeId);
}

/** Where a guest has a volume's file system mounted, innermost first. */
function mountPoints(site: string, machine: string, volumeId: string): string[] {
  const pid = leader(site, machine);
  const node = guestFile(site, machine, devicePath(volumeId));
  if (pid === undefined || node === undefined || !fs.existsSync(node)) return [];
  const { major, minor } = deviceNumber(fs.statSync(node).rdev);
  return fs
    .readFileSync(`/proc/${pid}/mountinfo`, "utf8")
    .split("\n")
    .map((line) => line.split(" "))
    .filter((fields) => fields[2] === `${major}:${minor}`)
    .map((fields) => fields[4] ?? "")
    .reverse();
}

/** A device number's parts, as Linux packs them. */
export function deviceNumber(rdev: number): { major: number; minor: number } {
  return { major: (rdev >> 8) & 0xfff, minor: (rdev & 0xff) | ((rdev >> 12) & 0xfff00) };
}

/** Puts another operator's key onto a running machine. */
export function authorize(site: string, machine: string, publicKey: string): void {
  const file = guestFile(site, machine, "/root/.ssh/authorized_keys");
  if (file === undefined) throw new Error(`host ${machine} of site ${site} is not running`);
  fs.writeFileSync(file, publicKey.endsWith("\n") ? publicKey : `${publicKey}\n`);
}
