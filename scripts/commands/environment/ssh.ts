/** SSH to an environment's hosts by the system's own client, with their host keys known beforehand. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { EnvironmentOutputs, HostOutput } from "../../../stacks/outputs";
import { nearest } from "../../../stacks/settings/suggest";

/** The host of that name. @throws naming the hosts that there are. */
export function findHost(outputs: EnvironmentOutputs, name: string): HostOutput {
  const found = outputs.hosts.find((host) => host.name === name);
  if (found === undefined) {
    const names = outputs.hosts.map((host) => host.name);
    const meant = nearest(name, names);
    throw new Error(
      `environment "${outputs.environment}" has no host "${name}"${meant === undefined ? "" : ` (did you mean ${meant}?)`}; ` +
        `its hosts are ${names.join(", ")}`,
    );
  }
  return found;
}

/** The text of a known_hosts file with exactly the environment's hosts. */
export function knownHosts(hosts: readonly HostOutput[]): string {
  return hosts.map(({ address, hostKey }) => `${address} ${hostKey.trim()}\n`).join("");
}

/** A word of a command as the remote shell has to see it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Arguments of `ssh` for one host. `batch`: never asks, gives up soon. */
export function sshArguments(args: {
  outputs: EnvironmentOutputs;
  host: HostOutput;
  knownHostsFile: string;
  command?: string;
  batch?: boolean;
  terminal?: boolean;
}): string[] {
  const { ssh } = args.outputs;
  const options = [
    "IdentitiesOnly=yes",
    `UserKnownHostsFile=${args.knownHostsFile}`,
    "GlobalKnownHostsFile=/dev/null",
    "StrictHostKeyChecking=yes",
    "UpdateHostKeys=no",
    "ControlMaster=no",
    "ControlPath=none",
    "LogLevel=ERROR",
    ...(args.batch === true ? ["BatchMode=yes", "ConnectTimeout=8"] : []),
  ];
  return [
    // The user's own ~/.ssh/config must not redirect a host of ours.
    "-F",
    "none",
    "-i",
    ssh.privateKeyFile,
    ...options.flatMap((option) => ["-o", option]),
    ...(args.terminal === true ? ["-t"] : []),
    `${ssh.user}@${args.host.address}`,
    ...(args.command === undefined ? [] : ["--", args.command]),
  ];
}

/** Calls `work` with a known_hosts file that exists as long as it runs. */
export async function withKnownHosts<T>(
  outputs: EnvironmentOutputs,
  work: (file: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "opentsdb-ssh-"));
  try {
    const file = join(folder, "known_hosts");
    writeFileSync(file, knownHosts(outputs.hosts), { mode: 0o600 });
    return await work(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How a command on a host ended. */
export interface RemoteResult {
  /** Exit code; 255 is SSH's own failure, `undefined` a command that was given up. */
  code: number | undefined;
  stdout: string;
  stderr: string;
}

/** Runs a command on a host and collects what it says; it is given up after `timeout` milliseconds. */
export function runRemote(args: readonly string[], timeout: number): Promise<RemoteResult> {
  return new Promise((resolve, reject) => {
    const child = spawn("ssh", args, { stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr, late] = ["", "", false];
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, timeout);
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve({ code: late ? undefined : (code ?? 255), stdout, stderr });
    });
  });
}

/** Runs `ssh` with this process's own terminal; gives its exit code. */
export function runAttached(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    // Ctrl-C is for the command on the host; ssh passes it on and ends by itself.
    const ignore = () => {};
    process.on("SIGINT", ignore);
    const child = spawn("ssh", args, { stdio: "inherit" });
    child.once("error", reject);
    child.once("close", (code) => {
      process.off("SIGINT", ignore);
      resolve(code ?? 255);
    });
  });
}
