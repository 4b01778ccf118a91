/** Looking into a running guest, and reaching into it, from outside. */
import * as fs from "node:fs";
import * as path from "node:path";
import { machineGroup, processes } from "../site/cgroup";
import { execute } from "../site/execute";
import { machineDirectory } from "../site/places";

/** The container's runtime of a machine: it turns SIGTERM into an orderly shutdown of the guest. */
export function runtime(site: string, machine: string): number | undefined {
  return processes(machineGroup(site, machine)).find(
    (pid) => commandName(pid) === "systemd-nspawn" && hasGuest(pid),
  );
}

/** The guest's first process. */
export function leader(site: string, machine: string): number | undefined {
  const pid = runtime(site, machine);
  return pid === undefined ? undefined : children(pid)[0];
}

/** Runs a shell script among the guest's own files. */
export async function inGuest(site: string, machine: string, script: string): Promise<string> {
  const pid = leader(site, machine);
  if (pid === undefined) throw new Error(`host ${machine} of site ${site} is not running`);
  // In the guest's process namespace too: tools look themselves up in its /proc.
  return execute("nsenter", ["--target", String(pid), "--mount", "--pid", "--", "sh", "-ec", script]);
}

/** A file inside a running guest, as a path of this machine. */
export function guestFile(site: string, machine: string, file: string): string | undefined {
  const pid = leader(site, machine);
  return pid === undefined ? undefined : path.join(`/proc/${pid}/root`, file);
}

/** The last lines that a guest's console and its cloud-init wrote. */
export function lastWords(site: string, machine: string, lines = 15): string {
  const files = {
    console: path.join(machineDirectory(site, machine), "console.log"),
    "cloud-init": guestFile(site, machine, "/var/log/cloud-init-output.log"),
  };
  return Object.entries(files)
    .map(([name, file]) => `--- ${name}\n${tail(file, lines)}`)
    .join("\n");
}

function tail(file: string | undefined, lines: number): string {
  try {
    return fs
      .readFileSync(file ?? "", "utf8")
      .trimEnd()
      .split("\n")
      .slice(-lines)
      .join("\n");
  } catch {
    return "(nothing)";
  }
}

function commandName(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "";
  }
}

function children(pid: number): number[] {
  try {
    return fs
      .readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
      .split(" ")
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}

/** systemd-nspawn forks on its way; only the outermost has systemd below it. */
function hasGuest(pid: number): boolean {
  return children(pid).some((child) => commandName(child) === "systemd");
}
