/** Making and removing a site's network, and what speaks against making it. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { disableIpv6 } from "../machine/cable";
import { publishNames } from "../machine/names";
import { isOn } from "../machine/power";
import { attempt, execute } from "./execute";
import { type KeyPair, makeKeyPair } from "./key-pair";
import { type NetworkRecord, readNetwork, writeNetwork } from "./network-record";
import { bridgeName, machineNames, siteDirectory, sites, STATE, writeWhole } from "./places";
import { formatSubnet, overlap, parseSubnet, type Subnet } from "../../../../network/ipv4";
import { gateway, subnetFault } from "./subnet";

/** What an environment needs of this machine. */
export interface Requirements {
  /** Memory that must be available, in MiB. */
  memoryMiB?: number;
  /** Disk space that must be free, in MiB. */
  diskMiB?: number;
  /** TCP ports that must be free on the site's own address. */
  ports?: number[];
}

const TOOLS: Record<string, string> = {
  ip: "iproute2",
  nft: "nftables",
  losetup: "mount",
  "mkfs.ext4": "e2fsprogs",
  nsenter: "util-linux",
  unshare: "util-linux",
  sysctl: "procps",
  "systemd-nspawn": "systemd-container",
  haproxy: "haproxy",
};

/** What forbids making this network, in one sentence; `undefined` when nothing does. Changes nothing. */
export async function networkFault(
  site: string,
  subnet: string,
  require: Requirements,
): Promise<string | undefined> {
  const malformed = subnetFault(subnet);
  const parsed = parseSubnet(subnet);
  if (malformed !== undefined || !parsed) return malformed;
  if (process.getuid?.() !== 0) {
    return `only root can run local hosts (this is user ${os.userInfo().username}); run the same command with sudo`;
  }
  return (
    toolFault(missingTools()) ??
    (await collision(site, parsed)) ??
    runningFault(site) ??
    memoryFault(require.memoryMiB ?? 0, availableMemory()) ??
    diskFault(require.diskMiB ?? 0, freeDisk()) ??
    portFault(gateway(parsed), require.ports ?? [], listeningSockets())
  );
}

/** Makes the site's folder, key pair and bridge; what an earlier try left is taken up, a key that is there is kept. */
export async function makeNetwork(site: string, subnet: string): Promise<NetworkRecord & KeyPair> {
  const parsed = parseSubnet(subnet);
  if (!parsed) throw new Error(`subnet "${subnet}" is not in CIDR form`);
  fs.mkdirSync(siteDirectory(site), { recursive: true, mode: 0o700 });
  fs.chmodSync(STATE, 0o700);
  const bridge = bridgeName(site);
  await attempt("ip", ["link", "delete", bridge]);
  await execute("ip", ["link", "add", bridge, "type", "bridge", "forward_delay", "0", "stp_state", "0"]);
  disableIpv6(bridge);
  await execute("ip", ["address", "add", `${gateway(parsed)}/${parsed.prefix}`, "dev", bridge]);
  await execute("ip", ["link", "set", bridge, "up"]);
  const keys = operatorKeys(site);
  const record = {
    site,
    subnet: formatSubnet(parsed),
    gateway: gateway(parsed),
    bridge,
    publicKey: keys.publicKey,
  };
  writeNetwork(record);
  publishNames(site);
  return { ...record, ...keys };
}

/** Whether the site's bridge is there. */
export function networkIsUp(site: string): boolean {
  return readNetwork(site) !== undefined && fs.existsSync(`/sys/class/net/${bridgeName(site)}`);
}

/** The file that holds the operator's private key. */
export function privateKeyFile(site: string): string {
  return path.join(siteDirectory(site), "id_ed25519");
}

function operatorKeys(site: string): KeyPair {
  const file = privateKeyFile(site);
  if (fs.existsSync(file) && fs.existsSync(`${file}.pub`)) {
    return {
      privateKey: fs.readFileSync(file, "utf8"),
      publicKey: fs.readFileSync(`${file}.pub`, "utf8").trim(),
    };
  }
  const keys = makeKeyPair(`operator@${site}`);
  writeWhole(`${file}.pub`, `${keys.publicKey}\n`, 0o644);
  writeWhole(file, keys.privateKey);
  return keys;
}

function missingTools(): string[] {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/sbin"];
  return Object.keys(TOOLS).filter(
    (tool) => !folders.some((folder) => fs.existsSync(path.join(folder, tool))),
  );
}

/** Says which programs are missing and how to get them. */
export function toolFault(missing: readonly string[]): string | undefined {
  if (missing.length === 0) return undefined;
  const packages = [...new Set(missing.map((tool) => TOOLS[tool] ?? tool))].join(" ");
  return `local hosts need ${missing.join(", ")}; apt-get install -y --no-install-recommends ${packages}`;
}

interface Link {
  ifname: string;
  addr_info: { local: string; prefixlen: number }[];
}

interface Route {
  dst: string;
  dev?: string;
}

/** Whether a subnet shares an address with an interface or route of this machine, or with another site. */
async function collision(site: string, subnet: Subnet): Promise<string | undefined> {
  const own = bridgeName(site);
  const text = formatSubnet(subnet);
  const clashes = (cidr: string) => {
    const other = parseSubnet(cidr.includes("/") ? cidr : `${cidr}/32`);
    return other !== undefined && overlap(subnet, other);
  };
  const allowed = "choose another private subnet";
  for (const other of sites()) {
    const taken = other === site ? undefined : readNetwork(other)?.subnet;
    if (taken !== undefined && clashes(taken))
      return `subnet ${text} collides with ${taken} of site ${other}; ${allowed}`;
  }
  const links = JSON.parse(await execute("ip", ["-4", "-json", "address"])) as Link[];
  for (const { ifname, addr_info } of links) {
    for (const { local, prefixlen } of addr_info) {
      const taken = `${local}/${prefixlen}`;
      if (ifname !== own && clashes(taken)) {
        return `subnet ${text} collides with address ${taken} of this machine's ${ifname}; ${allowed}`;
      }
    }
  }
  const routes = JSON.parse(await execute("ip", ["-4", "-json", "route"])) as Route[];
  const route = routes.find(({ dst, dev }) => dst !== "default" && dev !== own && clashes(dst));
  return route && `subnet ${text} collides with this machine's route to ${route.dst}; ${allowed}`;
}

function runningFault(site: string): string | undefined {
  const running = machineNames(site).filter((machine) => isOn(site, machine));
  if (running.length === 0) return undefined;
  return `site ${site} already runs hosts (${running.join(", ")}) that this stack does not know; choose another site name, or remove it with "npm run down"`;
}

function memoryFault(needed: number, available: number): string | undefined {
  if (needed <= available) return undefined;
  return `the hosts need ${needed} MiB of memory and this machine has ${available} MiB available; choose fewer or smaller hosts`;
}

function diskFault(needed: number, free: number): string | undefined {
  if (needed <= free) return undefined;
  return `the hosts need ${needed} MiB of disk and ${STATE} has ${free} MiB free; choose fewer or smaller disks`;
}

function availableMemory(): number {
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(fs.readFileSync("/proc/meminfo", "utf8"))?.[1];
  return Math.floor(Number(kibibytes ?? 0) / 1024);
}

function freeDisk(): number {
  let folder = STATE;
  while (!fs.existsSync(folder)) folder = path.dirname(folder);
  const { bavail, bsize } = fs.statfsSync(folder);
  return Math.floor((bavail * bsize) / (1024 * 1024));
}

/** A listening TCP socket: its address, `undefined` when it listens on all, and its port. */
export interface ListeningSocket {
  address?: string;
  port: number;
}

/** Says which of the ports is taken on the address. */
export function portFault(
  address: string,
  ports: readonly number[],
  sockets: readonly ListeningSocket[],
): string | undefined {
  const taken = ports.find((port) =>
    sockets.some((socket) => socket.port === port && (socket.address ?? address) === address),
  );
  return taken === undefined
    ? undefined
    : `port ${taken} is in use on ${address}; stop what listens there, or choose another port`;
}

function listeningSockets(): ListeningSocket[] {
  return ["/proc/net/tcp", "/proc/net/tcp6"]
    .filter((file) => fs.existsSync(file))
    .flatMap((file) => parseSockets(fs.readFileSync(file, "utf8")));
}

/** Reads the kernel's table of TCP sockets, /proc/net/tcp or tcp6. */
export function parseSockets(table: string): ListeningSocket[] {
  const listening = "0A";
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === listening)
    .map((fields) => {
      const [hex = "", port = ""] = (fields[1] ?? "").split(":");
      if (/^0+$/.test(hex)) return { port: parseInt(port, 16) };
      // The last four bytes hold the IPv4 address, also of an IPv6 socket that was bound to one; lowest byte first.
      const address = (hex.slice(-8).match(/../g) ?? []).reverse().map((byte) => parseInt(byte, 16));
      return { address: address.join("."), port: parseInt(port, 16) };
    });
}
