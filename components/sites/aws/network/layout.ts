/** Subnets of a VPC and the fixed addresses in them. All pure; the same input gives the same plan for ever. */

import {
  addressAt,
  formatAddress,
  formatSubnet,
  isPrivate,
  parseCidr,
  sizeOf,
  Subnet,
} from "../../../network/ipv4";

/**
 * What stands in a subnet: `private` has what comes and goes (TSD fleet, balancer, endpoints, cache), `data` the
 * long-lived hosts with fixed addresses, `public` the bastion.
 */
export const TIERS = ["private", "data", "public"] as const;

/** A tier of subnets, with a route table of its own. */
export type Tier = (typeof TIERS)[number];

/** One subnet of the plan. */
export interface SubnetPlan {
  tier: Tier;
  /** Name of the availability zone, e.g. `eu-west-1a`. */
  zone: string;
  /** Place of the zone in the environment's list, from 0: the failure domain of its hosts. */
  zoneIndex: number;
  cidr: string;
}

/** All subnets of a VPC. */
export interface NetworkLayout {
  vpc: string;
  zones: readonly string[];
  /** Ordered by zone, then by tier: a zone more only adds to the end. */
  subnets: readonly SubnetPlan[];
}

/** Zones that a VPC has room for. The room is kept free, so that a further zone moves nothing. */
export const MOST_ZONES = 4;

/** Prefix lengths of the VPC: AWS takes none shorter, the address plan fits none longer. */
export const VPC_PREFIX = { shortest: 16, longest: 22 } as const;

/**
 * Place of each tier inside its zone's quarter of the VPC: how many bits longer its prefix is than the quarter's, and
 * which part of that size it is. The last eighth stays free.
 */
const PLACES: Readonly<Record<Tier, { bits: number; index: number }>> = {
  private: { bits: 1, index: 0 },
  data: { bits: 2, index: 2 },
  public: { bits: 3, index: 6 },
};

/** Host numbers inside a data subnet by kind of host. AWS keeps the first four addresses and the last one. */
const OFFSETS: Readonly<Record<string, { first: number; count: number }>> = {
  master: { first: 8, count: 8 },
  data: { first: 16, count: 32 },
  cache: { first: 48, count: 6 },
  collector: { first: 54, count: 6 },
};

function part(outer: Subnet, bits: number, index: number): Subnet {
  const prefix = outer.prefix + bits;
  return { prefix, base: outer.base + index * sizeOf({ base: 0, prefix }) };
}

/** A VPC's network from `a.b.c.d/n`. @throws naming the text and what is allowed */
export function vpcNetwork(text: string): Subnet {
  const vpc = parseCidr(text);
  const allowed = `a private network from /${VPC_PREFIX.shortest} to /${VPC_PREFIX.longest}, written with its first address, e.g. 10.20.0.0/16`;
  if (
    vpc === undefined ||
    !isPrivate(vpc) ||
    vpc.prefix < VPC_PREFIX.shortest ||
    vpc.prefix > VPC_PREFIX.longest
  ) {
    throw new Error(`VPC network "${text}" must be ${allowed}`);
  }
  return vpc;
}

function checkZones(zones: readonly string[]): void {
  if (zones.length < 1 || zones.length > MOST_ZONES) {
    throw new Error(
      `zones is [${zones.join(", ")}], ${zones.length} zones; a VPC is laid out for 1 to ${MOST_ZONES}`,
    );
  }
  const twice = zones.find((zone, index) => zones.indexOf(zone) !== index);
  if (twice !== undefined) {
    throw new Error(`zones names "${twice}" twice; each zone has one place in the network`);
  }
}

/**
 * Lays out a VPC over its zones. A zone's subnets depend on the VPC and on the zone's place in the list only: a zone
 * added at the end moves none of the others.
 *
 * @param zones names of availability zones; the order is for life, new ones go to the end
 * @throws when the network or the zones are not allowed, naming the value
 */
export function layoutNetwork(vpcCidr: string, zones: readonly string[]): NetworkLayout {
  const vpc = vpcNetwork(vpcCidr);
  checkZones(zones);
  const subnets = zones.flatMap((zone, zoneIndex) => {
    const quarter = part(vpc, Math.log2(MOST_ZONES), zoneIndex);
    return TIERS.map((tier) => {
      const { bits, index } = PLACES[tier];
      return { tier, zone, zoneIndex, cidr: formatSubnet(part(quarter, bits, index)) };
    });
  });
  return { vpc: formatSubnet(vpc), zones: [...zones], subnets };
}

/** The subnets of one tier, in the order of the zones. */
export function tierOf(layout: NetworkLayout, tier: Tier): SubnetPlan[] {
  return layout.subnets.filter((subnet) => subnet.tier === tier);
}

/** A subnet by tier and zone. @throws naming both where the layout has none */
export function subnetIn(layout: NetworkLayout, tier: Tier, zoneIndex: number): SubnetPlan {
  const found = layout.subnets.find((subnet) => subnet.tier === tier && subnet.zoneIndex === zoneIndex);
  if (found === undefined) {
    throw new Error(
      `there is no ${tier} subnet in zone number ${zoneIndex}; the environment has ${layout.zones.length}: ${layout.zones.join(", ")}`,
    );
  }
  return found;
}

/**
 * The fixed address of a long-lived host named `<kind>-<number>`, in the data subnet of its zone.
 *
 * @throws naming the host that has no place in the plan, or the zone that does not exist
 */
export function hostAddress(layout: NetworkLayout, host: string, zoneIndex: number): string {
  const match = /^([a-z]+)-([1-9]\d*)$/.exec(host);
  const range = Object.hasOwn(OFFSETS, match?.[1] ?? "") ? OFFSETS[match?.[1] ?? ""] : undefined;
  const index = Number(match?.[2]) - 1;
  if (range === undefined || index >= range.count) {
    const known = Object.entries(OFFSETS).map(([kind, { count }]) => `${kind}-1 to ${kind}-${count}`);
    throw new Error(`host "${host}" has no place in the address plan: ${known.join(", ")}`);
  }
  const { cidr } = subnetIn(layout, "data", zoneIndex);
  return addressAt(parsed(cidr), range.first + index);
}

/** The VPC's own resolver: the third address of its network. */
export function resolverAddress(layout: NetworkLayout): string {
  return formatAddress(parsed(layout.vpc).base + 2);
}

function parsed(cidr: string): Subnet {
  const subnet = parseCidr(cidr);
  if (subnet === undefined) {
    throw new Error(`"${cidr}" is no network`);
  }
  return subnet;
}
