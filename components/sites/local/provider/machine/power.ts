/** Switching machines on and off. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { killGroup, machineGroup, makeGroup, populated, removeGroup } from "../site/cgroup";
import { eventually } from "../site/execute";
import { machineDirectory, namesDirectory, namespaceName } from "../site/places";
import { repositoryFile } from "../site/repository";
import { layCable, switchCable, takeUpCable } from "./cable";
import { lastWords, runtime } from "./guest";
import { NAMES_IN_GUEST, publishNames } from "./names";
import { type MachineRecord, readRecord } from "./record";
import { devicePath, openVolume } from "./volume";

/** How long a guest may take from power-on until its sshd answers, in milliseconds. */
export const BOOT_LIMIT = 60_000;
/** How long a guest may take to shut down before its power is cut, in milliseconds. */
export const SHUTDOWN_LIMIT = 20_000;

/** Whether a machine has power: its supervisor or anything of its guest is there. */
export function isOn(site: string, machine: string): boolean {
  return populated(machineGroup(site, machine));
}

/** Gives a machine power. One that has it already is left alone. */
export async function powerOn(site: string, record: MachineRecord): Promise<void> {
  const { name } = record;
  if (isOn(site, name)) return;
  const directory = machineDirectory(site, name);
  await layCable(site, name, record.address);
  publishNames(site);
  const devices = await openVolumes(site, record);
  writeArguments(site, record, devices);
  const group = machineGroup(site, name);
  removeGroup(group);
  makeGroup(group);
  // The machine runs a copy of its own: what lies in the repository may change under a long-lived machine.
  const script = path.join(directory, "supervise.sh");
  fs.copyFileSync(repositoryFile("components/sites/local/provider/machine/supervise.sh"), script);
  const console = fs.openSync(path.join(directory, "console.log"), "a", 0o600);
  const supervisor = spawn(
    "unshare",
    ["--mount", "--propagation", "private", "bash", script, directory, group, record.baseImage],
    // A session of its own: what ends the operator's command does not end the machine.
    { detached: true, cwd: "/", stdio: ["ignore", console, console] },
  );
  fs.closeSync(console);
  let failed = false;
  supervisor.once("error", () => (failed = true));
  supervisor.once("exit", () => (failed = true));
  supervisor.unref();
  await eventually(() => failed || populated(group), 10_000, 10);
  if (!populated(group)) throw new Error(`host ${name} did not start:\n${lastWords(site, name)}`);
}

/** Opens a machine's volumes and returns their devices by identity. */
async function openVolumes(site: string, record: MachineRecord): Promise<Record<string, string>> {
  const devices: Record<string, string> = {};
  for (const volumeId of Object.values(record.volumes)) {
    devices[volumeId] = await openVolume(site, volumeId, record.name, (host) => holds(site, host, volumeId));
  }
  return devices;
}

/** Whether a host that there is has the volume in its record. */
export function holds(site: string, host: string, volumeId: string): boolean {
  const record = readRecord(site, host);
  return record !== undefined && Object.values(record.volumes).includes(volumeId);
}

/** Writes the container runtime's arguments; a guest's next boot reads them. */
export function writeArguments(site: string, record: MachineRecord, devices: Record<string, string>): void {
  const directory = machineDirectory(site, record.name);
  const text = runtimeArguments(site, record, devices).join("\n") + "\n";
  fs.writeFileSync(path.join(directory, "nspawn.arguments"), text, { mode: 0o600 });
}

/** systemd-nspawn's arguments for a machine; `devices` holds block devices by volume. */
export function runtimeArguments(
  site: string,
  record: MachineRecord,
  devices: Record<string, string>,
): string[] {
  const bind = (source: string, target: string) =>
    [source, target].map((p) => p.replaceAll(":", "\\:")).join(":");
  return [
    ...["--quiet", "--boot", "--register=no", "--keep-unit", "--console=pipe", "--link-journal=no"],
    `--directory=${path.join(machineDirectory(site, record.name), "root")}`,
    `--machine=${record.name}`,
    `--hostname=${record.name}`,
    `--network-namespace-path=/run/netns/${namespaceName(site, record.name)}`,
    // CAP_IPC_LOCK: without it nspawn forbids mlock(2), which programs on a real machine may use (Telegraf does).
    ...[
      "--resolv-conf=off",
      "--timezone=off",
      "--private-users=no",
      "--capability=CAP_NET_ADMIN,CAP_IPC_LOCK",
    ],
    `--bind-ro=${bind(namesDirectory(site), NAMES_IN_GUEST)}`,
    ...record.binds.map(({ source, target }) => `--bind-ro=${bind(source, target)}`),
    ...Object.entries(devices).map(([volumeId, device]) => `--bind=${bind(device, devicePath(volumeId))}`),
  ];
}

/** Shuts a machine down in an orderly way, or cuts its power when that takes too long. */
export async function powerOff(site: string, machine: string, withinMs = SHUTDOWN_LIMIT): Promise<void> {
  const group = machineGroup(site, machine);
  const pid = runtime(site, machine);
  if (pid !== undefined) {
    signal(pid, "SIGTERM");
    await eventually(() => !populated(group), withinMs, 20);
  }
  await endMachine(site, machine);
}

/**
 * Cuts a machine's power: nothing that it sends any more, not even the end of its connections, reaches anyone.
 * It stays off until it is powered on.
 */
export async function cutPower(site: string, machine: string): Promise<void> {
  if (isOn(site, machine)) await switchCable(site, machine, false);
  await endMachine(site, machine);
}

async function endMachine(site: string, machine: string): Promise<void> {
  const group = machineGroup(site, machine);
  if (!(await killGroup(group)))
    throw new Error(`processes of host ${machine} of site ${site} cannot be killed`);
  await takeUpCable(site, machine);
  removeGroup(group);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself.
  }
}

/** Waits until a machine's sshd answers. @throws Error when it has not in time, with the machine's last words. */
export async function awaitSsh(site: string, record: MachineRecord, signalled: AbortSignal): Promise<void> {
  const { name, address } = record;
  let on = true;
  const answered = await eventually(
    async () => {
      on = isOn(site, name);
      return !on || (await greetsAsSsh(address));
    },
    BOOT_LIMIT,
    50,
    signalled,
  );
  if (signalled.aborted) throw new Error(`host ${name}: cancelled while it was booting`);
  if (answered && on) return;
  const what = on
    ? `did not answer on ${address}:22 within ${BOOT_LIMIT / 1000} s`
    : "went off while it was booting";
  throw new Error(`host ${name} ${what}:\n${lastWords(site, name)}`);
}

function greetsAsSsh(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: address, port: 22 });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(2_000, () => done(false));
    socket.once("error", () => done(false));
    socket.once("close", () => done(false));
    socket.once("data", (data) => done(data.toString().startsWith("SSH-")));
  });
}
