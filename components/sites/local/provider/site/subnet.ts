/** IPv4 subnets in plain values: what is one, what lies in it, what collides. */

/** A subnet: its first address and its prefix's length. */
export interface Subnet {
  base: number;
  prefix: number;
}

/** The shortest and longest prefix that a site may have: 65,534 hosts, and 6. */
const PREFIX = { shortest: 16, longest: 29 };

const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/** An address as a number, or `undefined` when the text is none. */
export function parseAddress(text: string): number | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const parts = text.split(".").map(Number);
  if (parts.some((part) => part > 255)) return undefined;
  return parts.reduce((value, part) => value * 256 + part, 0);
}

/** A number as an address. */
export function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(value / 2 ** bits) % 256).join(".");
}

/** A subnet in CIDR form, or `undefined` when the text is none. Bits of the host part are cut off. */
export function parseSubnet(text: string): Subnet | undefined {
  const [address = "", length = "", ...rest] = text.split("/");
  const value = parseAddress(address);
  if (value === undefined || rest.length > 0 || !/^\d{1,2}$/.test(length) || Number(length) > 32)
    return undefined;
  const prefix = Number(length);
  return { base: value - (value % size(prefix)), prefix };
}

/** A subnet in CIDR form. */
export function formatSubnet(subnet: Subnet): string {
  return `${formatAddress(subnet.base)}/${subnet.prefix}`;
}

/** Whether two subnets share an address. */
export function overlap(a: Subnet, b: Subnet): boolean {
  const width = size(Math.min(a.prefix, b.prefix));
  return Math.floor(a.base / width) === Math.floor(b.base / width);
}

/** Whether an address can be given to a host: inside, and neither the network, the gateway nor the broadcast. */
export function usable(subnet: Subnet, address: number): boolean {
  return address > subnet.base + 1 && address < subnet.base + size(subnet.prefix) - 1;
}

/** The site's own address: the first of the subnet. */
export function gateway(subnet: Subnet): string {
  return formatAddress(subnet.base + 1);
}

/** Every address from the first to the last, both included. */
export function addressRange(first: string, last: string): string[] {
  const from = parseAddress(first);
  const to = parseAddress(last);
  if (from === undefined || to === undefined) return [];
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => formatAddress(from + i));
}

/** The MAC address that goes with an IPv4 address. Fixed, since peers remember a machine's MAC over its reboots. */
export function macAddress(address: string): string {
  return ["02", "00", ...address.split(".").map((part) => Number(part).toString(16).padStart(2, "0"))].join(
    ":",
  );
}

/** What is wrong with a site's subnet as text, in one sentence, or `undefined`. */
export function subnetFault(text: string): string | undefined {
  const subnet = parseSubnet(text);
  if (!subnet) return `subnet "${text}" is not in CIDR form; write it like 10.77.0.0/25`;
  if (!PRIVATE.some((range) => within(parseSubnet(range), subnet))) {
    return `subnet ${text} is not private; choose one inside ${PRIVATE.join(", ")}`;
  }
  if (subnet.prefix < PREFIX.shortest || subnet.prefix > PREFIX.longest) {
    return `subnet ${text} has a prefix of ${subnet.prefix}; /${PREFIX.shortest} to /${PREFIX.longest} are allowed`;
  }
  const plain = formatSubnet(subnet);
  return plain === text ? undefined : `subnet ${text} names an address inside a network; write ${plain}`;
}

function within(outer: Subnet | undefined, inner: Subnet): boolean {
  return outer !== undefined && outer.prefix <= inner.prefix && overlap(outer, inner);
}

function size(prefix: number): number {
  return 2 ** (32 - prefix);
}
