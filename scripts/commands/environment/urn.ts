/** Names of resources, for people. */

const KINDS: Readonly<Record<string, string>> = {
  "nspawn:index:Network": "network",
  "nspawn:index:KeyPair": "key pair",
  "nspawn:index:Volume": "volume",
  "nspawn:index:Host": "host",
  "nspawn:index:Fleet": "fleet",
  "nspawn:index:LoadBalancer": "load balancer",
  "command:remote:Command": "command",
  "command:local:Command": "local command",
};

/** The parts of a URN that a person knows: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */
export function partsOf(urn: string): { type: string; name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name: name.join("::") };
}

/** A resource as a line of progress names it, e.g. `host data-1` or `command zookeeper-master-1`. */
export function describeUrn(urn: string): string {
  const { type, name } = partsOf(urn);
  const kind = KINDS[type] ?? type.split(":").at(-1) ?? type;
  return `${kind} ${name}`;
}
