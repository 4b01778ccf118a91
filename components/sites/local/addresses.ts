/** Addresses of a local site: which host gets which address of the site's subnet. All pure. */

/** An IPv4 subnet as numbers. */
export interface Subnet {
  /** First address of the range, as a 32-bit number. */
  base: number;
  prefix: number;
  /** Number of addresses, network and broadcast included. */
  size: number;
}

/** Hosts of one kind get consecutive addresses from here on; the kinds keep clear of each other. */
const OFFSETS: Readonly<Record<string, { first: number; count: number }>> = {
  master: { first: 10, count: 5 },
  data: { first: 20, count: 30 },
  cache: { first: 55, count: 5 },
  collector: { first: 60, count: 5 },
};

/** Fleet members take and return addresses of this pool; a rolling replacement needs more than the fleet's size. */
const FLEET_POOL = { first: 80, last: 120 };

/** Reads `a.b.c.d/n`; throws naming the value. */
export function parseSubnet(text: string): Subnet {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  const parts = match?.slice(1, 5).map(Number) ?? [];
  const prefix = Number(match?.[5]);
  if (match === null || parts.some((part) => part > 255) || prefix > 32) {
    throw new Error(`subnet "${text}" is not of the form a.b.c.d/n`);
  }
  const address = parts.reduce((sum, part) => sum * 256 + part, 0);
  const size = 2 ** (32 - prefix);
  if (address % size !== 0) {
    throw new Error(
      `subnet "${text}" does not begin at its network address (${formatAddress(address - (address % size))}/${prefix})`,
    );
  }
  return { base: address, prefix, size };
}

/** Writes a 32-bit number as a dotted address. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

function at(subnet: Subnet, offset: number): string {
  if (offset >= subnet.size - 1) {
    throw new Error(
      `subnet ${formatAddress(subnet.base)}/${subnet.prefix} has no address number ${offset}; give one of /25 or larger`,
    );
  }
  return formatAddress(subnet.base + offset);
}

/** The fixed address of a host named `<kind>-<number>`, e.g. `data-2`. */
export function hostAddress(subnet: Subnet, name: string): string {
  const match = /^([a-z]+)-(\d+)$/.exec(name);
  const range = OFFSETS[match?.[1] ?? ""];
  const index = Number(match?.[2]) - 1;
  if (match === null || range === undefined || index < 0 || index >= range.count) {
    throw new Error(
      `host "${name}" has no place in the address plan (${Object.keys(OFFSETS).join(", ")}, numbered from 1)`,
    );
  }
  return at(subnet, range.first + index);
}

/** The address of the machine itself and of the load balancer. */
export function gatewayAddress(subnet: Subnet): string {
  return at(subnet, 1);
}

/** The addresses that fleet members take turns at. */
export function fleetPool(subnet: Subnet): { first: string; last: string } {
  return { first: at(subnet, FLEET_POOL.first), last: at(subnet, FLEET_POOL.last) };
}
