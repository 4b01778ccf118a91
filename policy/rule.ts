/** What a rule is: a pure function of a resource, with the control that it stands for. */

/** Inputs of a resource. In a preview some may be unknown: reading one of those ends the rule for that preview. */
export type Props = Readonly<Record<string, unknown>>;

/** A resource as a rule sees it. */
export interface CheckedResource {
  /** e.g. `aws:ec2/instance:Instance`. */
  type: string;
  name: string;
  urn: string;
  props: Props;
  /** Whether Pulumi refuses to delete it. */
  protect: boolean;
}

/** A resource among all others of its stack. */
export interface PlacedResource extends CheckedResource {
  /** URNs of the resources that an input comes from, by input. Known when the input's value is not yet. */
  references: Readonly<Record<string, readonly string[]>>;
}

/** What the owner of the pack may set. */
export interface PackSettings {
  /** Values of the tag `Environment` that stand for production. */
  production: readonly string[];
}

/** `mandatory` stops the update, `advisory` only says so. */
export type Enforcement = "mandatory" | "advisory";

interface RuleBase {
  /** Unique in the pack; kebab case. */
  name: string;
  /** The control of AWS Foundational Security Best Practices or CIS, or `platform`. */
  control: string;
  enforcement: Enforcement;
  /** Why it matters. One sentence. */
  reason: string;
  /** What to do. One sentence. */
  remedy: string;
}

/** A rule about one resource alone. */
export interface ResourceRule extends RuleBase {
  /** Types that it is about; `check` is called for no other. */
  types: readonly string[];
  /** What is wrong, each as a clause that follows the resource's name; empty when nothing is. */
  check(resource: CheckedResource, settings: PackSettings): readonly string[];
}

/** A fault that a stack rule found, and the resource that has it. */
export interface Fault {
  urn: string;
  /** A sentence without its full stop. */
  fault: string;
}

/** A rule about how resources go together. */
export interface StackRule extends RuleBase {
  checkAll(resources: readonly PlacedResource[], settings: PackSettings): readonly Fault[];
}

/** Any rule of the pack. */
export type Rule = ResourceRule | StackRule;

/** Production is `prod`, unless the pack's configuration says otherwise. */
export const DEFAULT_SETTINGS: PackSettings = { production: ["prod"] };

/** The message of a violation: what is wrong and what to do. The engine shows the rule's reason above it. */
export function messageOf(rule: Rule, fault: string): string {
  return `${fault}. ${rule.remedy} [${rule.control}]`;
}
