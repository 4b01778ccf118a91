/** Rules as Pulumi's policy SDK takes them. */
import {
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";

import {
  CheckedResource,
  DEFAULT_SETTINGS,
  messageOf,
  PackSettings,
  PlacedResource,
  Props,
  Rule,
} from "./rule";

/** The only setting of every policy: which environments are production. */
const CONFIGURATION = {
  properties: {
    production: {
      type: "array" as const,
      items: { type: "string" as const },
      default: [...DEFAULT_SETTINGS.production],
    },
  },
};

function settingsOf(args: { getConfig<T extends object>(): T }): PackSettings {
  const { production } = args.getConfig<Partial<PackSettings>>();
  return { production: production ?? DEFAULT_SETTINGS.production };
}

function checked(resource: ResourceValidationArgs | PolicyResource): CheckedResource {
  const { type, name, urn } = resource;
  return { type, name, urn, props: resource.props as Props, protect: resource.opts.protect };
}

function placed(resource: PolicyResource): PlacedResource {
  const references = Object.entries(resource.propertyDependencies).map(
    ([input, from]) => [input, from.map(({ urn }) => urn)] as const,
  );
  return { ...checked(resource), references: Object.fromEntries(references) };
}

/** A resource's type and name for people, e.g. `ebs.Volume data-1`. */
function called({ type, name }: CheckedResource): string {
  const [packageName = "", module = "", kind = ""] = type.split(":");
  return `${packageName === "aws" ? (module.split("/")[0] ?? "") : `${packageName}.${module}`}.${kind} ${name}`;
}

/** A rule as a policy of the SDK; its message says what is wrong and what to do, its description why it matters. */
export function toPolicy(rule: Rule): ResourceValidationPolicy | StackValidationPolicy {
  const base = {
    name: rule.name,
    description: rule.reason,
    enforcementLevel: rule.enforcement,
    remediationSteps: rule.remedy,
    configSchema: CONFIGURATION,
  };
  if ("checkAll" in rule) {
    return {
      ...base,
      validateStack: (args, report) => {
        for (const { urn, fault } of rule.checkAll(args.resources.map(placed), settingsOf(args))) {
          report(messageOf(rule, fault), urn);
        }
      },
    };
  }
  return {
    ...base,
    validateResource: (args, report) => {
      if (!rule.types.includes(args.type)) {
        return;
      }
      const resource = checked(args);
      for (const fault of rule.check(resource, settingsOf(args))) {
        report(messageOf(rule, `${called(resource)} ${fault}`));
      }
    },
  };
}
