/** A machine's network: a namespace of its own, and a cable from its eth0 to the site's bridge. */
import * as fs from "node:fs";
import { attempt, execute } from "../site/execute";
import { bridgeName, cableName, namespaceName } from "../site/places";
import { requireNetwork } from "../site/network-record";
import { parseSubnet } from "../../../../network/ipv4";
import { macAddress } from "../site/subnet";

/** Lays the cable; one that is there is taken up first, since it may be half done. */
export async function layCable(site: string, machine: string, address: string): Promise<void> {
  await takeUpCable(site, machine);
  const { gateway, subnet } = requireNetwork(site);
  const prefix = parseSubnet(subnet)?.prefix ?? 24;
  const [namespace, cable] = [namespaceName(site, machine), cableName(site, machine)];
  await execute("ip", ["netns", "add", namespace]);
  await execute("ip", [
    ...["link", "add", cable, "type", "veth"],
    ...["peer", "name", "eth0", "address", macAddress(address), "netns", namespace],
  ]);
  disableIpv6(cable);
  await execute("ip", ["link", "set", cable, "master", bridgeName(site), "up"]);
  const inside = `sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1
    ip link set lo up; ip addr add ${address}/${prefix} dev eth0; ip link set eth0 up; ip route add default via ${gateway}`;
  await execute("ip", ["netns", "exec", namespace, "sh", "-ec", inside]);
}

/** Takes the cable and the namespace away, whatever is there of them. */
export async function takeUpCable(site: string, machine: string): Promise<void> {
  // The link first: the kernel lets go of a namespace, and of what is in it, in its own time.
  await attempt("ip", ["link", "delete", cableName(site, machine)]);
  await attempt("ip", ["netns", "delete", namespaceName(site, machine)]);
}

/** Switches the cable on or off. */
export async function switchCable(site: string, machine: string, on: boolean): Promise<void> {
  await execute("ip", ["link", "set", cableName(site, machine), on ? "up" : "down"]);
}

/** Keeps a link of this machine free of IPv6, which nothing here uses. */
export function disableIpv6(link: string): void {
  const switchFile = `/proc/sys/net/ipv6/conf/${link}/disable_ipv6`;
  if (fs.existsSync(switchFile)) fs.writeFileSync(switchFile, "1");
}
