/** A site's subnet: what it may be, which addresses hosts may have, and what goes with an address. */
import {
  formatAddress,
  formatSubnet,
  isPrivate,
  parseAddress,
  parseSubnet,
  PRIVATE_RANGES,
  sizeOf,
  type Subnet,
} from "../../../../network/ipv4";

/** The shortest and longest prefix that a site may have: 65,534 hosts, and 6. */
const PREFIX = { shortest: 16, longest: 29 };

/** Whether an address can be given to a host: inside, and neither the network, the gateway nor the broadcast. */
export function usable(subnet: Subnet, address: number): boolean {
  return address > subnet.base + 1 && address < subnet.base + sizeOf(subnet) - 1;
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
  if (!isPrivate(subnet)) {
    return `subnet ${text} is not private; choose one inside ${PRIVATE_RANGES.join(", ")}`;
  }
  if (subnet.prefix < PREFIX.shortest || subnet.prefix > PREFIX.longest) {
    return `subnet ${text} has a prefix of ${subnet.prefix}; /${PREFIX.shortest} to /${PREFIX.longest} are allowed`;
  }
  const plain = formatSubnet(subnet);
  return plain === text ? undefined : `subnet ${text} names an address inside a network; write ${plain}`;
}
