/** What the rules between resources are made of. */
import { isMap } from "../../provider/properties";
import type { Properties } from "../../provider/resource";
import type { Ledger } from "./account";
import type { Configuration } from "./configuration";
import { ApiError } from "./references";

/** A resource to be made, or to become what `inputs` say. */
export interface Wish {
  token: string;
  /** Empty for a resource to be made. */
  id: string;
  inputs: Properties;
  configuration: Configuration;
}

/** One type's rule. */
export type Rule = (ledger: Ledger, wish: Wish) => void;

/** A text, or the empty one. */
export const text = (value: unknown): string => (typeof value === "string" ? value : "");
/** The texts of a list. */
export const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
/** The objects of a list, or a single one. */
export const objects = (value: unknown): Properties[] =>
  (Array.isArray(value) ? (value as unknown[]) : [value]).filter(isMap);

/** The VPC of a subnet; empty when unknown. */
export const vpcOf = (ledger: Ledger, subnet: string): string =>
  text(ledger.find(subnet, "ec2.Subnet")?.outputs["vpcId"]);

/** The zone of a subnet; empty when unknown. */
export const zoneOf = (ledger: Ledger, subnet: string): string =>
  text(ledger.find(subnet, "ec2.Subnet")?.outputs["availabilityZone"]);

/** Security groups must be of the network that the subnets are of. */
export function sameNetwork(
  ledger: Ledger,
  subnets: readonly string[],
  groups: readonly string[],
  code: string,
): void {
  const network = vpcOf(ledger, subnets[0] ?? "");
  if (network === "") return;
  const stray = subnets.find((one) => vpcOf(ledger, one) !== network);
  if (stray) throw new ApiError(code, `subnet ${stray} is not of ${network}, the VPC of ${subnets[0]}`);
  for (const group of groups) {
    const vpc = text(ledger.find(group, "ec2.SecurityGroup")?.outputs["vpcId"]);
    if (vpc !== "" && vpc !== network)
      throw new ApiError(
        code,
        `Security group ${group} and subnet ${subnets[0]} belong to different networks: ${vpc} and ${network}`,
      );
  }
}

/** Refuses two subnets of one zone. */
export function differentZones(ledger: Ledger, subnets: readonly string[], code: string): void {
  const zones = new Map<string, string>();
  for (const one of subnets) {
    const zone = zoneOf(ledger, one);
    const other = zones.get(zone);
    if (zone !== "" && other)
      throw new ApiError(code, `subnets ${other} and ${one} are both in zone ${zone}`);
    zones.set(zone, one);
  }
}
