/** What security groups and network ACLs open, and to whom: the common ground of the rules about ports. */
import { parseSubnet, isPrivate } from "../components/network/ipv4";
import { list, objects } from "./props";
import { CheckedResource, Props } from "./rule";

/** Ports that are open to a network. */
export interface Opening {
  cidr: string;
  from: number;
  to: number;
}

/** Types of resources that can open a port of a security group. */
export const INGRESS_TYPES = [
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  "aws:ec2/securityGroupRule:SecurityGroupRule",
  "aws:ec2/securityGroup:SecurityGroup",
] as const;

const ALL_PORTS = { from: 0, to: 65_535 };

function ports(props: Props, protocol: unknown): { from: number; to: number } {
  const [from, to] = [props["fromPort"], props["toPort"]];
  const all = protocol === "-1" || protocol === "all" || typeof from !== "number" || from < 0;
  return all ? ALL_PORTS : { from, to: typeof to === "number" ? to : from };
}

function cidrs(props: Props): string[] {
  return [...list(props, "cidrBlocks"), ...list(props, "ipv6CidrBlocks")].map(String);
}

/** Every opening for incoming traffic that a resource makes to a network, IPv4 or IPv6. */
export function openingsOf({ type, props }: CheckedResource): Opening[] {
  if (type === "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule") {
    return ["cidrIpv4", "cidrIpv6"]
      .filter((key) => typeof props[key] === "string")
      .map((key) => ({ cidr: String(props[key]), ...ports(props, props["ipProtocol"]) }));
  }
  if (type === "aws:ec2/securityGroupRule:SecurityGroupRule") {
    return props["type"] === "ingress"
      ? cidrs(props).map((cidr) => ({ cidr, ...ports(props, props["protocol"]) }))
      : [];
  }
  return objects(props, "ingress").flatMap((rule) =>
    cidrs(rule).map((cidr) => ({ cidr, ...ports(rule, rule["protocol"]) })),
  );
}

/** Whether a network is everybody: `0.0.0.0/0` or `::/0`. */
export function isEverybody(cidr: string): boolean {
  return cidr === "0.0.0.0/0" || cidr === "::/0";
}

/** Whether a network is so wide that it is a part of the world: public and wider than /16, or /32 of IPv6. */
export function isWide(cidr: string): boolean {
  const subnet = parseSubnet(cidr);
  if (subnet !== undefined) {
    return !isPrivate(subnet) && subnet.prefix < 16;
  }
  return Number(cidr.split("/")[1] ?? "128") < 32;
}

/** Whether an opening lets a port through. */
export function opens({ from, to }: Opening, port: number): boolean {
  return from <= port && port <= to;
}

/** An opening for people, e.g. `opens 22 to 0.0.0.0/0`. */
export function described({ cidr, from, to }: Opening): string {
  return `opens ${from === to ? `port ${from}` : `ports ${from}-${to}`} to ${cidr}`;
}
