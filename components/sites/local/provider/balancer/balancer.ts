/**
 * A site's load balancer: one haproxy on the site's own address. Targets come and go through its admin socket, which
 * touches no connection; a change of listeners reloads it, which hands the open sockets over.
 */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { balancerGroup, killGroup, makeGroup, populated, processes, removeGroup } from "../site/cgroup";
import { eventually, execute } from "../site/execute";
import { balancerDirectory, readJson, writeWhole } from "../site/places";
import {
  type BalancerRecord,
  type Listener,
  renderConfiguration,
  serverOptions,
  type Target,
} from "./configuration";

/** A target as the balancer sees it just now. */
export interface TargetState {
  name: string;
  /** haproxy's word: UP, DOWN, DRAIN, MAINT, and mixtures such as `UP 1/3`. */
  status: string;
  /** Connections that it serves. */
  sessions: number;
}

const PATIENCE = 10_000;

/** What the site's balancer is to be; `undefined` when there is none. */
export function readBalancer(site: string): BalancerRecord | undefined {
  return readJson(path.join(balancerDirectory(site), "balancer.json")) as BalancerRecord | undefined;
}

/** Whether haproxy runs and answers. */
export async function balancerRuns(site: string): Promise<boolean> {
  if (!populated(balancerGroup(site))) return false;
  return ask(site, "show info").then(
    () => true,
    () => false,
  );
}

/** Makes the listeners what they are to be: starts haproxy, or reloads it without losing a connection. */
export async function setListeners(site: string, address: string, listeners: Listener[]): Promise<void> {
  const targets = readBalancer(site)?.targets ?? {};
  const kept = Object.fromEntries(listeners.map(({ name }) => [name, targets[name] ?? []]));
  remember(site, { address, listeners, targets: kept });
  await execute("haproxy", ["-c", "-q", "-f", configurationFile(site)]);
  await startOrReload(site);
}

/** Stops haproxy and forgets everything about it. */
export async function removeBalancer(site: string): Promise<void> {
  await killGroup(balancerGroup(site));
  removeGroup(balancerGroup(site));
  fs.rmSync(balancerDirectory(site), { recursive: true, force: true });
}

/** Puts a target behind a listener. It gets no connection before its first good health check. */
export async function registerTarget(site: string, listenerName: string, target: Target): Promise<void> {
  const record = requireBalancer(site);
  const listener = findListener(site, record, listenerName);
  const others = (record.targets[listenerName] ?? []).filter(({ name }) => name !== target.name);
  if (others.length < (record.targets[listenerName] ?? []).length)
    await deregisterTarget(site, listenerName, target.name);
  changeTargets(site, listenerName, (targets) => [
    ...targets.filter(({ name }) => name !== target.name),
    target,
  ]);
  const server = `${listenerName}/${target.name}`;
  const where = `${target.address}:${target.port}`;
  const answer = await ask(site, `add server ${server} ${where} weight 0 ${serverOptions(listener)}`);
  if (!answer.includes("registered")) {
    throw new Error(
      `load balancer of site ${site} refused target ${target.name} of ${listenerName}: ${answer}`,
    );
  }
  // haproxy takes a server that becomes ready for healthy: it gets no weight until it is down, to rise by a check.
  for (const order of ["state ready", "health down"]) await ask(site, `set server ${server} ${order}`);
  await ask(site, `enable health ${server}`);
  await ask(site, `set server ${server} weight 1`);
}

/** Gives a target no new connections; those that it has go on. */
export async function drainTarget(site: string, listener: string, target: string): Promise<void> {
  await ask(site, `set server ${listener}/${target} state drain`);
}

/** Takes a target away. One that is not there is no error. */
export async function deregisterTarget(site: string, listener: string, target: string): Promise<void> {
  if (!readBalancer(site)?.targets[listener]?.some(({ name }) => name === target)) return;
  changeTargets(site, listener, (targets) => targets.filter(({ name }) => name !== target));
  if (!(await balancerRuns(site))) return;
  const server = `${listener}/${target}`;
  await ask(site, `set server ${server} state maint`);
  await ask(site, `shutdown sessions server ${server}`);
  const gone = await eventually(
    async () => /deleted|No such server/i.test(await ask(site, `del server ${server}`)),
    1_000,
  );
  // haproxy deletes only what was added while it ran; what it read at its start goes with a reload.
  if (!gone) await startOrReload(site);
}

/** The targets of a listener as haproxy sees them. */
export async function targetStates(site: string, listener: string): Promise<TargetState[]> {
  const [header = "", ...lines] = (await ask(site, "show stat -1 4 -1")).trim().split("\n");
  const columns = header.replace(/^# /, "").split(",");
  return lines
    .map((line) => Object.fromEntries(line.split(",").map((value, i) => [columns[i] ?? "", value])))
    .filter((row) => row["pxname"] === listener)
    .map((row) => ({
      name: row["svname"] ?? "",
      status: row["status"] ?? "",
      sessions: Number(row["scur"] ?? 0),
    }));
}

/** Starts haproxy when it does not run, and has it read its configuration anew when it does. */
export async function startOrReload(site: string): Promise<void> {
  const directory = balancerDirectory(site);
  const states = path.join(directory, "servers");
  const group = balancerGroup(site);
  if (await balancerRuns(site)) {
    fs.writeFileSync(states, await ask(site, "show servers state"), { mode: 0o600 });
    const generation = await workerPid(site);
    process.kill(master(group), "SIGUSR2");
    const done = await eventually(
      async () => (await workerPid(site).catch(() => generation)) !== generation,
      PATIENCE,
    );
    if (!done) throw new Error(`load balancer of site ${site} did not reload:\n${log(site)}`);
    return;
  }
  await killGroup(group);
  makeGroup(group);
  fs.writeFileSync(states, "", { mode: 0o600 });
  const output = fs.openSync(path.join(directory, "haproxy.log"), "a", 0o600);
  const start = 'echo $$ >"$1/cgroup.procs" && exec haproxy -W -f "$2"';
  const haproxy = spawn("sh", ["-c", start, "sh", group, configurationFile(site)], {
    detached: true,
    cwd: "/",
    stdio: ["ignore", output, output],
  });
  fs.closeSync(output);
  let ended = false;
  haproxy.once("exit", () => (ended = true));
  haproxy.unref();
  const up = await eventually(async () => ended || (await balancerRuns(site)), PATIENCE);
  if (!up || ended) throw new Error(`load balancer of site ${site} did not start:\n${log(site)}`);
}

function configurationFile(site: string): string {
  return path.join(balancerDirectory(site), "haproxy.cfg");
}

function log(site: string): string {
  const file = path.join(balancerDirectory(site), "haproxy.log");
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trimEnd().split("\n").slice(-5).join("\n") : "";
}

/** haproxy's master is the first process of its group: the workers are its children. */
function master(group: string): number {
  const pid = Math.min(...processes(group).filter((candidate) => isMaster(candidate, group)));
  if (!Number.isFinite(pid)) throw new Error(`haproxy has gone from ${group}`);
  return pid;
}

function isMaster(pid: number, group: string): boolean {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
  const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  return !processes(group).includes(parent);
}

async function workerPid(site: string): Promise<string> {
  return /^Pid: (\d+)$/m.exec(await ask(site, "show info"))?.[1] ?? "";
}

function requireBalancer(site: string): BalancerRecord {
  const record = readBalancer(site);
  if (!record) throw new Error(`site ${site} has no load balancer; its LoadBalancer resource makes it`);
  return record;
}

function findListener(site: string, record: BalancerRecord, name: string): Listener {
  const found = record.listeners.find((listener) => listener.name === name);
  if (found) return found;
  const known = record.listeners.map((listener) => listener.name).join(", ") || "none";
  throw new Error(`load balancer of site ${site} has no listener ${name} (it has: ${known})`);
}

/** Reads, changes and writes without a pause, so that concurrent changes in this process do not lose each other. */
function changeTargets(site: string, listener: string, change: (targets: Target[]) => Target[]): void {
  const record = requireBalancer(site);
  remember(site, {
    ...record,
    targets: { ...record.targets, [listener]: change(record.targets[listener] ?? []) },
  });
}

/** The configuration always holds what runs, so that a restarted haproxy has all its targets. */
function remember(site: string, record: BalancerRecord): void {
  const directory = balancerDirectory(site);
  writeWhole(path.join(directory, "balancer.json"), JSON.stringify(record, undefined, 2) + "\n");
  writeWhole(configurationFile(site), renderConfiguration(record, directory));
}

/** Gives haproxy one order and returns its answer. */
function ask(site: string, order: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ path: path.join(balancerDirectory(site), "admin.sock") });
    let answer = "";
    socket.setTimeout(PATIENCE, () => socket.destroy(new Error(`no answer to "${order}"`)));
    socket.on("connect", () => socket.write(`${order}\n`));
    socket.on("data", (data) => (answer += data.toString()));
    socket.on("error", (error) =>
      reject(new Error(`load balancer of site ${site} does not answer: ${error.message}`, { cause: error })),
    );
    socket.on("close", () => resolve(answer.trim()));
  });
}
