/** IPv4 addresses and subnets in plain values: what is one, what lies in it, what collides. */

/** A subnet: its first address as a number, and its prefix's length. */
export interface Subnet {
  base: number;
  prefix: number;
}

/** The ranges of RFC 1918. */
export const PRIVATE_RANGES = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"] as const;

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
  const [address = "", length = "", ...rest] = text.trim().split("/");
  const value = parseAddress(address);
  if (value === undefined || rest.length > 0 || !/^\d{1,2}$/.test(length) || Number(length) > 32)
    return undefined;
  const prefix = Number(length);
  return { base: value - (value % sizeOf({ base: 0, prefix })), prefix };
}

/** As {@link parseSubnet}, but `undefined` also for an address inside the network instead of its first. */
export function parseCidr(text: string): Subnet | undefined {
  const subnet = parseSubnet(text);
  return subnet !== undefined && formatSubnet(subnet) === text.trim() ? subnet : undefined;
}

/** A subnet in CIDR form. */
export function formatSubnet(subnet: Subnet): string {
  return `${formatAddress(subnet.base)}/${subnet.prefix}`;
}

/** Number of a subnet's addresses, the network's own and the broadcast address included. */
export function sizeOf(subnet: Subnet): number {
  return 2 ** (32 - subnet.prefix);
}

/** Whether two subnets share an address. */
export function overlap(a: Subnet, b: Subnet): boolean {
  const width = sizeOf({ base: 0, prefix: Math.min(a.prefix, b.prefix) });
  return Math.floor(a.base / width) === Math.floor(b.base / width);
}

/** Whether a subnet lies wholly inside another. */
export function within(outer: Subnet, inner: Subnet): boolean {
  return outer.prefix <= inner.prefix && overlap(outer, inner);
}

/** Whether a subnet lies wholly inside one of {@link PRIVATE_RANGES}. */
export function isPrivate(subnet: Subnet): boolean {
  return PRIVATE_RANGES.some((range) => {
    const outer = parseSubnet(range);
    return outer !== undefined && within(outer, subnet);
  });
}

/** Address number `index` of a subnet, from 0. @throws RangeError outside of it, naming both */
export function addressAt(subnet: Subnet, index: number): string {
  if (!Number.isInteger(index) || index < 0 || index >= sizeOf(subnet)) {
    throw new RangeError(`${formatSubnet(subnet)} has no address number ${index}`);
  }
  return formatAddress(subnet.base + index);
}
