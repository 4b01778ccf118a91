/** A fleet's machines: making them, putting them behind the load balancer, and letting them go. */
import { createHash, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as net from "node:net";
import {
  deregisterTarget,
  drainTarget,
  readBalancer,
  registerTarget,
  targetStates,
} from "../balancer/balancer";
import { removeMachine, raiseMachine, reserveMachine } from "../machine/machine";
import { guestFile, lastWords } from "../machine/guest";
import { cutPower, isOn } from "../machine/power";
import { type Bind, type MachineRecord, records } from "../machine/record";
import { eventually } from "../site/execute";
import { addressRange } from "../site/subnet";
import { freeAddresses, type MemberState } from "./rolling";

/** What a fleet is to be. */
export interface FleetSpec {
  site: string;
  name: string;
  size: number;
  memoryMiB: number;
  diskMiB: number;
  baseImage: string;
  /** The pool that members' addresses come from, both ends included. It needs one more than `size`. */
  addresses: { first: string; last: string };
  authorizedKey: string;
  hostKey: string;
  hostKeyPublic: string;
  binds: Bind[];
  /** Cloud-config that each member boots. */
  userData: string;
  /** The listeners that members stand behind, and their port there. */
  targets: { listener: string; port: number }[];
  /** How long a new member may take to become healthy, in seconds. */
  healthTimeoutSeconds: number;
  /** How long a leaving member may finish its connections, in seconds. */
  drainSeconds: number;
}

/** Identifies what members are made from: a member of another template is outdated. */
export function templateOf(spec: FleetSpec): string {
  const { memoryMiB, diskMiB, baseImage, authorizedKey, hostKey, hostKeyPublic, binds, userData } = spec;
  const parts = [memoryMiB, diskMiB, baseImage, authorizedKey, hostKey, hostKeyPublic, binds, userData];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

/** The records of a fleet's machines, running or not. */
export function memberRecords(site: string, fleet: string): MachineRecord[] {
  return records(site).filter((record) => record.fleet === fleet);
}

/** The fleet's running members, as the next decision sees them. */
export async function memberStates(spec: FleetSpec): Promise<MemberState[]> {
  const template = templateOf(spec);
  const running = memberRecords(spec.site, spec.name).filter(({ name }) => isOn(spec.site, name));
  return Promise.all(
    running.map(async (record) => ({
      name: record.name,
      current: record.template === template,
      healthy: await isHealthy(spec, record),
    })),
  );
}

/** Whether a member stands behind each of the fleet's listeners, whatever its health. */
export function isRegistered(spec: Pick<FleetSpec, "site" | "targets">, record: MachineRecord): boolean {
  const balancer = readBalancer(spec.site);
  return spec.targets.every(({ listener, port }) =>
    balancer?.targets[listener]?.some((target) => target.name === record.name && target.port === port),
  );
}

/** Powers on new members, all at once, and puts them behind their listeners. Does not wait for their health. */
export async function makeMembers(spec: FleetSpec, count: number): Promise<MachineRecord[]> {
  const { site, name: fleet, addresses, userData } = spec;
  const pool = addressRange(addresses.first, addresses.last);
  const taken = records(site).map((record) => record.address);
  const free = freeAddresses(pool, taken).slice(0, count);
  if (free.length < count) {
    const range = `${addresses.first} to ${addresses.last}`;
    throw new Error(
      `fleet ${fleet} needs ${count} more addresses, and ${free.length} of ${range} are free; widen the pool`,
    );
  }
  const reserved = free.map((address) => {
    const name = `${fleet}-${randomBytes(3).toString("hex")}`;
    return reserveMachine(site, { ...spec, name, address, volumes: {}, fleet, template: templateOf(spec) });
  });
  await Promise.all(
    reserved.map(async (record) => {
      await raiseMachine(site, record, { ...spec, userData });
      await register(spec, record);
    }),
  );
  return reserved;
}

/** Makes a member's registrations what the fleet's targets say. */
export async function register(spec: FleetSpec, record: MachineRecord): Promise<void> {
  const balancer = readBalancer(spec.site);
  for (const [listener, targets] of Object.entries(balancer?.targets ?? {})) {
    const has = targets.find(({ name }) => name === record.name);
    const wants = spec.targets.find((target) => target.listener === listener);
    if (has && has.port !== wants?.port) await deregisterTarget(spec.site, listener, record.name);
  }
  for (const { listener, port } of spec.targets) {
    const known = readBalancer(spec.site)?.targets[listener]?.some(({ name }) => name === record.name);
    if (!known)
      await registerTarget(spec.site, listener, { name: record.name, address: record.address, port });
  }
}

/**
 * Waits until a new member is healthy. When it is not in time, or its user data failed, it is removed again.
 * @throws Error with the member's last words.
 */
export async function awaitHealthy(
  spec: FleetSpec,
  record: MachineRecord,
  signal: AbortSignal,
): Promise<void> {
  let failed: string | undefined;
  await eventually(
    async () => {
      failed = isOn(spec.site, record.name) ? bootFailure(spec.site, record.name) : "it went off";
      return failed !== undefined || (await isHealthy(spec, record));
    },
    spec.healthTimeoutSeconds * 1000,
    100,
    signal,
  );
  if (failed === undefined && (await isHealthy(spec, record))) return;
  const reason = signal.aborted ? "the update was cancelled" : failed;
  const why = reason ?? `not healthy within ${spec.healthTimeoutSeconds} s`;
  const words = lastWords(spec.site, record.name);
  await cutPower(spec.site, record.name);
  await forgetMember(spec.site, record.name);
  throw new Error(
    `fleet ${spec.name}: new member ${record.name} failed (${why}); it was removed, the old members stay.\n${words}`,
  );
}

/** Lets a member go: no new connections, time to finish those it has, an orderly shutdown, and its removal. */
export async function retireMember(spec: FleetSpec, member: string, signal: AbortSignal): Promise<void> {
  const { site, targets, drainSeconds } = spec;
  for (const { listener } of targets) await drainTarget(site, listener, member);
  const idle = async () => {
    const states = await Promise.all(targets.map(({ listener }) => targetStates(site, listener)));
    return states.flat().every((state) => state.name !== member || state.sessions === 0);
  };
  await eventually(idle, drainSeconds * 1000, 100, signal);
  // Still behind its listeners: what it is answering just now must not be cut before it has stopped by itself.
  await forgetMember(site, member);
}

/** Shuts a machine down, takes it from behind all listeners and removes it. */
export async function forgetMember(site: string, member: string): Promise<void> {
  await removeMachine(site, member);
  for (const listener of Object.keys(readBalancer(site)?.targets ?? {}))
    await deregisterTarget(site, listener, member);
}

async function isHealthy(spec: FleetSpec, record: MachineRecord): Promise<boolean> {
  if (spec.targets.length === 0) return accepts(record.address, 22);
  for (const { listener } of spec.targets) {
    const states = await targetStates(spec.site, listener).catch(() => []);
    if (!states.some(({ name, status }) => name === record.name && status.startsWith("UP"))) return false;
  }
  return true;
}

/** What cloud-init says went wrong, once it has ended. */
function bootFailure(site: string, member: string): string | undefined {
  const file = guestFile(site, member, "/run/cloud-init/result.json");
  if (file === undefined || !fs.existsSync(file)) return undefined;
  try {
    const result = JSON.parse(fs.readFileSync(file, "utf8")) as { v1?: { errors?: string[] } };
    const errors = result.v1?.errors ?? [];
    return errors.length > 0 ? `its user data failed: ${errors.join("; ")}` : undefined;
  } catch {
    // Half written: the next look finds it whole.
    return undefined;
  }
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => done(false));
    socket.once("error", () => done(false));
    socket.once("connect", () => done(true));
  });
}
