import { PlacedResource, Props } from "../../../policy/rule";

/** What a test says of a resource beside its type and inputs. */
export interface Details {
  name?: string;
  protect?: boolean;
  /** Names of the resources that an input comes from. */
  references?: Readonly<Record<string, readonly string[]>>;
}

/** URN of a test's resource by its name. */
export function urnOf(name: string): string {
  return `urn:pulumi:test::opentsdb::any::${name}`;
}

/** A resource as rules see it. */
export function resource(type: string, props: Props, details: Details = {}): PlacedResource {
  const { name = "it", protect = false, references = {} } = details;
  const urns = Object.entries(references).map(([input, names]) => [input, names.map(urnOf)] as const);
  return { type, name, urn: urnOf(name), props, protect, references: Object.fromEntries(urns) };
}

/** Inputs with which a rule finds nothing, and inputs with which it finds a fault; several of each where it matters. */
export interface Case {
  passes: readonly (PlacedResource | readonly PlacedResource[])[];
  /** The text is a part of the fault. */
  fails: readonly (readonly [PlacedResource | readonly PlacedResource[], RegExp])[];
}

/** Cases by the name of the rule. */
export type Cases = Readonly<Record<string, Case>>;

/** Tags of a resource of production. */
export const PROD = { Environment: "prod", Project: "opentsdb", ManagedBy: "pulumi" };

/** Tags of a resource of another environment. */
export const DEV = { ...PROD, Environment: "dev" };
