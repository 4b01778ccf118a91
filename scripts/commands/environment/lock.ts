/** Locks that an update holds on its environment's state, and whether whoever took one still lives. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** A lock as Pulumi's file backend writes it. */
export interface Lock {
  pid: number;
  username: string;
  hostname: string;
  timestamp: string;
}

/** What is known of a process: when it started, in milliseconds since 1970, or that there is none. */
export type ProcessStart = (pid: number) => number | undefined;

/** Slack (milliseconds) for the clock ticks in which the kernel counts a process's age. */
const START_SLACK = 2000;

/**
 * Whether the holder of a lock lives. One on another machine is taken to live; a process that started after the
 * lock was taken bears the number by chance.
 */
export function isHeld(lock: Lock, startOf: ProcessStart, thisMachine: string = hostname()): boolean {
  if (lock.hostname !== thisMachine) {
    return true;
  }
  const started = startOf(lock.pid);
  const taken = Date.parse(lock.timestamp);
  return started !== undefined && (Number.isNaN(taken) || started <= taken + START_SLACK);
}

/** When a process of this machine started, from /proc. */
export function processStart(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in parentheses and may itself hold spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z") {
      return undefined;
    }
    const booted = /^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8"))?.[1];
    // Field 22, in ticks of 10 ms since the machine booted.
    return Number(booted) * 1000 + Number(fields[19]) * 10;
  } catch {
    return undefined;
  }
}

function parseLock(text: string): Lock | undefined {
  try {
    const raw = JSON.parse(text) as Partial<Lock>;
    return typeof raw.pid === "number" && typeof raw.hostname === "string"
      ? { pid: raw.pid, hostname: raw.hostname, username: raw.username ?? "", timestamp: raw.timestamp ?? "" }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Locks on an environment in a file backend; an unreadable one was cut off while it was written. */
export function readLocks(backendUrl: string, project: string, environment: string): Lock[] {
  if (!backendUrl.startsWith("file://")) {
    return [];
  }
  const state = backendUrl.slice("file://".length);
  const folder = join(state, ".pulumi", "locks", "organization", project, environment);
  if (!existsSync(folder)) {
    return [];
  }
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => parseLock(readFileSync(join(folder, name), "utf8")))
    .filter((lock) => lock !== undefined);
}

/** One sentence about a lock whose holder lives. */
export function describeHeld(lock: Lock, environment: string): string {
  return (
    `environment "${environment}" is being changed by process ${lock.pid} of ${lock.username} on ${lock.hostname} ` +
    `since ${lock.timestamp}; wait until it has ended, or end it with: kill -INT ${lock.pid}`
  );
}
