/** What a site remembers of each machine. A machine is what its folder holds: no folder, no machine. */
import * as fs from "node:fs";
import * as path from "node:path";
import { machineDirectory, machineNames, readJson, writeWhole } from "../site/places";

/** A folder of this machine, seen read-only inside a guest. */
export interface Bind {
  source: string;
  target: string;
}

/** A machine as it was made. */
export interface MachineRecord {
  name: string;
  address: string;
  /** Identity of this very machine; one made anew under the same name has another. */
  incarnation: string;
  memoryMiB: number;
  baseImage: string;
  hostKeyPublic: string;
  binds: Bind[];
  /** Attached volumes: name to identity. */
  volumes: Record<string, string>;
  /** The fleet that the machine is a member of. */
  fleet?: string;
  /** Hash of what a fleet's members are made from; members of another template are outdated. */
  template?: string;
}

const FILE = "machine.json";

/** Reads a machine's record; `undefined` when there is no such machine, or it was never finished. */
export function readRecord(site: string, machine: string): MachineRecord | undefined {
  return readJson(path.join(machineDirectory(site, machine), FILE)) as MachineRecord | undefined;
}

/** Reads a machine's record. @throws Error when the site has no such machine. */
export function requireRecord(site: string, machine: string): MachineRecord {
  const record = readRecord(site, machine);
  if (record) return record;
  const known = machineNames(site).join(", ") || "none";
  throw new Error(`site ${site} has no host ${machine} (it has: ${known})`);
}

/** Writes a machine's record. */
export function writeRecord(site: string, record: MachineRecord): void {
  const directory = machineDirectory(site, record.name);
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeWhole(path.join(directory, FILE), JSON.stringify(record, undefined, 2) + "\n");
}

/** The records of all machines of a site, by name. */
export function records(site: string): MachineRecord[] {
  return machineNames(site).flatMap((name) => readRecord(site, name) ?? []);
}
