/** Addresses of a local site: which host gets which address of the site's subnet. All pure. */

import { addressAt, formatSubnet, parseCidr, sizeOf, Subnet } from "../../network/ipv4";

/** Hosts of one kind get consecutive addresses from here on; the kinds keep clear of each other. */
const OFFSETS: Readonly<Record<string, { first: number; count: number }>> = {
  master: { first: 10, count: 5 },
  data: { first: 20, count: 30 },
  cache: { first: 55, count: 5 },
  collector: { first: 60, count: 5 },
};

/** Fleet members take and return addresses of this pool; a rolling replacement needs more than the fleet's size. */
const FLEET_POOL = { first: 80, last: 120 };

/** A site's subnet from `a.b.c.d/n`. @throws when the text is no network, or one too small for the plan */
export function siteSubnet(text: string): Subnet {
  const subnet = parseCidr(text);
  if (subnet === undefined) {
    throw new Error(
      `subnet "${text}" is not a network of the form a.b.c.d/n, written with its first address`,
    );
  }
  if (sizeOf(subnet) <= FLEET_POOL.last + 1) {
    throw new Error(
      `subnet ${formatSubnet(subnet)} is too small for the address plan; give one of /25 or larger`,
    );
  }
  return subnet;
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
  return addressAt(subnet, range.first + index);
}

/** The address of the machine itself and of the load balancer. */
export function gatewayAddress(subnet: Subnet): string {
  return addressAt(subnet, 1);
}

/** The addresses that fleet members take turns at. */
export function fleetPool(subnet: Subnet): { first: string; last: string } {
  return { first: addressAt(subnet, FLEET_POOL.first), last: addressAt(subnet, FLEET_POOL.last) };
}
