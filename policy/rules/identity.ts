/** Who may do what: IAM policies. */
import { Statement, statementsOf } from "../documents";
import { objects } from "../props";
import { CheckedResource, ResourceRule } from "../rule";

const TYPES = ["aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy", "aws:iam/role:Role"] as const;

function allowed({ type, props }: CheckedResource): Statement[] {
  const policies =
    type === "aws:iam/role:Role"
      ? objects(props, "inlinePolicies").map(({ policy }) => policy)
      : [props["policy"]];
  return policies.flatMap((policy) => statementsOf(policy) ?? []).filter(({ allows }) => allows);
}

/** The rules about permissions. */
export const IDENTITY_RULES: readonly ResourceRule[] = [
  {
    name: "no-full-administration",
    control: "IAM.1, CIS 1.15",
    enforcement: "mandatory",
    reason: "One forged request to such a machine is the whole account.",
    remedy: "Name the actions and resources that the role needs.",
    types: TYPES,
    check: (resource) =>
      allowed(resource).some(({ actions, resources }) => actions.includes("*") && resources.includes("*"))
        ? ["allows everything on everything"]
        : [],
  },
  {
    name: "no-whole-service",
    control: "IAM.21",
    enforcement: "mandatory",
    reason: "A whole service is more than any role needs, and it grows with every new call.",
    remedy: "Name the actions that the role needs.",
    types: TYPES,
    check: (resource) => [
      ...new Set(
        allowed(resource)
          .flatMap(({ actions }) => actions)
          .filter((action) => /^([a-z0-9-]+:)?\*$/i.test(action))
          .map((action) => `allows ${action}`),
      ),
    ],
  },
];
