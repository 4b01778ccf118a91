/** The site's names: one hosts file for all machines, each of which sees every change at once. */
import * as fs from "node:fs";
import * as path from "node:path";
import { namesDirectory, writeWhole } from "../site/places";
import { readNetwork } from "../site/network-record";
import { records } from "./record";

/** Where a guest finds the site's names folder; the base image's /etc/hosts is a link into it. */
export const NAMES_IN_GUEST = "/etc/site";

/** A hosts file: loopback, the site's own address as `gateway`, and one line a machine. */
export function renderHostsFile(
  gateway: string,
  machines: readonly { name: string; address: string }[],
): string {
  const lines = machines.map(({ name, address }) => `${address} ${name}`).sort();
  return ["127.0.0.1 localhost", "::1 localhost ip6-localhost", `${gateway} gateway`, ...lines, ""].join(
    "\n",
  );
}

/** Writes the hosts file anew from the machines that there are. */
export function publishNames(site: string): void {
  const network = readNetwork(site);
  if (!network) return;
  const directory = namesDirectory(site);
  fs.mkdirSync(directory, { recursive: true });
  // Guests read it as any user.
  fs.chmodSync(directory, 0o755);
  writeWhole(path.join(directory, "hosts"), renderHostsFile(network.gateway, records(site)), 0o644);
}
