/** What a site remembers of its network. */
import * as path from "node:path";
import { readJson, siteDirectory, writeWhole } from "./places";

/** A site's network as it was made. */
export interface NetworkRecord {
  site: string;
  /** CIDR form, e.g. 10.77.0.0/25. */
  subnet: string;
  /** The subnet's first address: this machine's own. */
  gateway: string;
  bridge: string;
  /** The operator's public key. */
  publicKey: string;
}

const FILE = "network.json";

/** Reads a site's network; `undefined` when it has none. */
export function readNetwork(site: string): NetworkRecord | undefined {
  return readJson(path.join(siteDirectory(site), FILE)) as NetworkRecord | undefined;
}

/** Reads a site's network. @throws Error when it has none. */
export function requireNetwork(site: string): NetworkRecord {
  const record = readNetwork(site);
  if (!record) throw new Error(`site ${site} has no network; its Network resource makes it`);
  return record;
}

/** Writes a site's network. */
export function writeNetwork(record: NetworkRecord): void {
  writeWhole(path.join(siteDirectory(record.site), FILE), JSON.stringify(record, undefined, 2) + "\n");
}
