/** IPv4 networks in CIDR notation. */

/** A private network: its first address, its prefix length and the number of addresses that it spans. */
export interface Subnet {
  /** Canonical text, e.g. `10.77.0.0/25`. */
  cidr: string;
  /** First address as a number. */
  base: number;
  prefix: number;
  /** Number of addresses, the network's own and the broadcast address included. */
  size: number;
}

const PRIVATE_RANGES = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"] as const;

/** Parses CIDR text; `undefined` when it is malformed or its address is not the network's first. */
export function parseCidr(text: string): Subnet | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text.trim());
  if (match === null) {
    return undefined;
  }
  const octets = match.slice(1, 5).map(Number);
  const prefix = Number(match[5]);
  if (prefix > 32 || octets.some((octet) => octet > 255)) {
    return undefined;
  }
  const base = octets.reduce((number, octet) => number * 256 + octet, 0);
  const size = 2 ** (32 - prefix);
  return base % size === 0 ? { cidr: `${octets.join(".")}/${prefix}`, base, prefix, size } : undefined;
}

/** Whether a network lies wholly inside one of the ranges of RFC 1918. */
export function isPrivate(subnet: Subnet): boolean {
  return PRIVATE_RANGES.some((range) => {
    const outer = parseCidr(range);
    return (
      outer !== undefined && subnet.base >= outer.base && subnet.base + subnet.size <= outer.base + outer.size
    );
  });
}

/** Address number `index` of a network, counted from its first; throws a RangeError outside of it. */
export function addressAt(subnet: Subnet, index: number): string {
  if (!Number.isInteger(index) || index < 0 || index >= subnet.size) {
    throw new RangeError(`${subnet.cidr} has no address number ${index}`);
  }
  const number = subnet.base + index;
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}
