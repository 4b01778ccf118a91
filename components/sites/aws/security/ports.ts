/** Security-group rules by role, port by port, from the ports that the roles declare. Pure. */
import { isPrivate, parseCidr } from "../../../network/ipv4";
import { endpointEgress, EndpointPlan } from "../network/endpoints";
import { Flow, FLOWS } from "./flows";

/** A role as security groups see it. */
export interface DeclaredRole {
  name: string;
  /** TCP ports by purpose, as `RoleDefinition.ports` has them. */
  ports: Readonly<Record<string, number>>;
}

/** One security group of the environment: machines that have the same roles, or a service of AWS in their place. */
export interface GroupPlan {
  /** e.g. `master`, `data`, `tsd`; not one of {@link OWN_GROUPS}. */
  name: string;
  /** Machines get SSH and the ways to AWS; a service (ElastiCache) gets neither. */
  kind: "machines" | "service";
  roles: readonly DeclaredRole[];
}

/** Groups that stand beside the roles' own. */
export const OWN_GROUPS = ["balancer", "bastion", "endpoints"] as const;

/** How operators reach machines by SSH. A tunnel ends on the machine itself and needs no open port. */
export type SshAccess =
  | { kind: "bastion"; adminCidrs: readonly string[] }
  | { kind: "direct"; adminCidrs: readonly string[] }
  | { kind: "tunnel" };

/** Arguments of {@link securityRules}. */
export interface SecurityArgs {
  groups: readonly GroupPlan[];
  access: SshAccess;
  /** Ports of the balancer's listeners. */
  listenerPorts: readonly number[];
  /** Networks of the clients that write and query through the balancer. Machines of the environment always may. */
  clientCidrs: readonly string[];
  endpoints: readonly EndpointPlan[];
}

/** The other side of a rule. */
export type Peer =
  { kind: "group"; group: string } | { kind: "cidr"; cidr: string } | { kind: "prefixList"; service: string };

/** One rule with one port and one peer, as `aws.vpc.SecurityGroupIngressRule` and `…EgressRule` take it. */
export interface PortRule {
  group: string;
  direction: "ingress" | "egress";
  protocol: "tcp";
  port: number;
  peer: Peer;
  /** Becomes the rule's description: which roles talk, and what about. */
  reason: string;
}

const SSH = 22;
const HTTPS = 443;

/** AWS's default quota of rules of one direction in one group. */
const MOST_RULES = 60;

/** AWS takes 255 of these characters as a rule's description. */
const DESCRIPTION = /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{0,255}$/;

/** The widest public network that is still one organisation's and not a part of the world. */
const WIDEST_PUBLIC_PREFIX = 16;

/** Checks networks that may reach a port from outside. @throws naming the setting and the network */
export function checkSources(setting: string, cidrs: readonly string[]): void {
  for (const cidr of cidrs) {
    const subnet = parseCidr(cidr);
    if (subnet === undefined) {
      throw new Error(
        `${setting} names "${cidr}"; it must be an IPv4 network written with its first address, e.g. 198.51.100.7/32`,
      );
    }
    if (!isPrivate(subnet) && subnet.prefix < WIDEST_PUBLIC_PREFIX) {
      throw new Error(
        `${setting} names "${cidr}", which is open to much of the world; public networks may be /${WIDEST_PUBLIC_PREFIX} or smaller`,
      );
    }
  }
}

/** The flow of a declared port. @throws when the table of flows does not know the port, or knows another number */
export function flowOf(role: DeclaredRole, purpose: string): Flow {
  const flow = FLOWS.find((each) => each.role === role.name && each.purpose === purpose);
  const port = role.ports[purpose];
  if (flow === undefined || flow.port !== port) {
    const known = flow === undefined ? "no flow names it" : `the flow names ${flow.port}`;
    throw new Error(
      `role ${role.name} serves port ${port} for "${purpose}", but ${known}; say in FLOWS who may connect, or why nobody may`,
    );
  }
  return flow;
}

function flowsOf(role: DeclaredRole): Flow[] {
  const undeclared = FLOWS.filter((flow) => flow.role === role.name && flow.declared === false);
  return [...Object.keys(role.ports).map((purpose) => flowOf(role, purpose)), ...undeclared];
}

/** A connection between two groups before it becomes one rule on either side. */
interface Connection {
  from: string;
  to: string;
  port: number;
  reason: string;
}

function roleConnections(groups: readonly GroupPlan[]): Connection[] {
  return groups.flatMap((to) =>
    to.roles.flatMap(flowsOf).flatMap((flow) => {
      const balanced = flow.from.includes("balancer") ? ["balancer"] : [];
      const callers = groups
        .filter(({ roles }) => roles.some(({ name }) => flow.from.includes(name)))
        .map(({ name }) => name);
      return [...balanced, ...callers].map((from) => ({
        from,
        to: to.name,
        port: flow.port,
        reason: `${flow.role} ${flow.purpose}: ${flow.reason}`,
      }));
    }),
  );
}

function accessConnections(args: SecurityArgs, machines: readonly GroupPlan[]): Connection[] {
  const ssh =
    args.access.kind === "bastion"
      ? machines.map(({ name }) => ({
          from: "bastion",
          to: name,
          port: SSH,
          reason: "SSH through the bastion",
        }))
      : [];
  const agents = machines.flatMap(({ name }) =>
    args.listenerPorts.map((port) => ({
      from: name,
      to: "balancer",
      port,
      reason: "metrics of hosts into the cluster",
    })),
  );
  return [...ssh, ...agents];
}

function bothSides({ from, to, port, reason }: Connection): PortRule[] {
  const rule = { protocol: "tcp" as const, port, reason };
  return [
    { ...rule, group: to, direction: "ingress", peer: { kind: "group", group: from } },
    { ...rule, group: from, direction: "egress", peer: { kind: "group", group: to } },
  ];
}

function outside(args: SecurityArgs, machines: readonly GroupPlan[]): PortRule[] {
  const ingress = (group: string, port: number, cidr: string, reason: string): PortRule => ({
    group,
    direction: "ingress",
    protocol: "tcp",
    port,
    peer: { kind: "cidr", cidr },
    reason,
  });
  const clients = args.clientCidrs.flatMap((cidr) =>
    args.listenerPorts.map((port) => ingress("balancer", port, cidr, "clients that write and query")),
  );
  const { access } = args;
  switch (access.kind) {
    case "tunnel":
      return clients;
    case "bastion":
      return [
        ...clients,
        ...access.adminCidrs.map((cidr) => ingress("bastion", SSH, cidr, "SSH of operators")),
      ];
    case "direct":
      return [
        ...clients,
        ...machines.flatMap(({ name }) =>
          access.adminCidrs.map((cidr) => ingress(name, SSH, cidr, "SSH of operators inside the network")),
        ),
      ];
  }
}

function waysToAws(args: SecurityArgs, machines: readonly GroupPlan[]): PortRule[] {
  return machines.flatMap(({ name }) =>
    endpointEgress(args.endpoints).flatMap(({ to, port, reason }): PortRule[] =>
      to.kind === "endpoints"
        ? bothSides({ from: name, to: "endpoints", port: HTTPS, reason })
        : [{ group: name, direction: "egress", protocol: "tcp", port, peer: to, reason }],
    ),
  );
}

function peerName(peer: Peer): string {
  switch (peer.kind) {
    case "group":
      return peer.group;
    case "cidr":
      return peer.cidr.replaceAll(/[./]/g, "-");
    case "prefixList":
      return peer.service;
  }
}

/** A rule's name, the same as long as what it allows is the same; no two rules of an environment share one. */
export function ruleName(rule: PortRule): string {
  return `${rule.group}-${rule.direction}-${rule.port}-${peerName(rule.peer)}`;
}

function check(args: SecurityArgs): void {
  const taken = args.groups.find(({ name }) => (OWN_GROUPS as readonly string[]).includes(name));
  if (taken !== undefined) {
    throw new Error(`a group of roles is named "${taken.name}", which is the name of the platform's own`);
  }
  checkSources("clientCidrs", args.clientCidrs);
  if (args.access.kind !== "tunnel") {
    checkSources("adminCidrs", args.access.adminCidrs);
    if (args.access.adminCidrs.length === 0) {
      throw new Error(
        `adminCidrs is empty; with access by ${args.access.kind} it must name the networks that operators come from`,
      );
    }
  }
}

function checkRules(rules: readonly PortRule[]): void {
  for (const rule of rules) {
    if (!DESCRIPTION.test(rule.reason)) {
      throw new Error(
        `rule ${ruleName(rule)}: its reason is no description that AWS takes: "${rule.reason}"`,
      );
    }
    const alike = rules.filter(
      ({ group, direction }) => group === rule.group && direction === rule.direction,
    );
    if (alike.length > MOST_RULES) {
      throw new Error(
        `security group ${rule.group} would have ${alike.length} ${rule.direction} rules; AWS takes ${MOST_RULES}: give fewer networks`,
      );
    }
  }
}

/**
 * Every rule of every security group. A connection that is allowed stands on both sides; what is not here is closed in
 * both directions.
 *
 * @throws when a declared port has no flow, a network is open to the world, or a group has more rules than AWS takes
 */
export function securityRules(args: SecurityArgs): PortRule[] {
  check(args);
  const machines = args.groups.filter(({ kind }) => kind === "machines");
  const rules = new Map<string, PortRule>();
  const all = [
    ...[...roleConnections(args.groups), ...accessConnections(args, machines)].flatMap(bothSides),
    ...outside(args, machines),
    ...waysToAws(args, machines),
  ];
  for (const rule of all) {
    // Two roles of one host may serve one port for one peer; AWS refuses the second rule.
    const name = ruleName(rule);
    if (!rules.has(name)) {
      rules.set(name, rule);
    }
  }
  checkRules([...rules.values()]);
  return [...rules.values()];
}
