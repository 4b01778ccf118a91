/** Key policies: who may use a key, as far as its policy says. */
import { isMap } from "../../provider/properties";
import type { Properties } from "../../provider/resource";
import type { AccountRecord, Ledger } from "./account";
import { ApiError } from "./references";

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : [value]);

function statements(policy: unknown): Properties[] {
  if (typeof policy !== "string") return [];
  try {
    const document = JSON.parse(policy) as unknown;
    return isMap(document) ? listOf(document["Statement"]).filter(isMap) : [];
  } catch {
    return [];
  }
}

function principalsOf(statement: Properties): string[] {
  const principal = statement["Principal"];
  if (typeof principal === "string") return [principal];
  if (!isMap(principal)) return [];
  return Object.values(principal)
    .flatMap(listOf)
    .filter((item): item is string => typeof item === "string");
}

/** Whether an action is one of those of a statement, wildcards included. */
function acts(statement: Properties, action: string): boolean {
  return listOf(statement["Action"]).some((pattern) => {
    if (typeof pattern !== "string") return false;
    const escaped = pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".");
    return new RegExp(`^${escaped}$`, "i").test(action);
  });
}

/** Whether a key policy allows one of the principals to take an action. */
export function keyAllows(policy: unknown, principals: readonly string[], action: string): boolean {
  return statements(policy).some(
    (statement) =>
      statement["Effect"] === "Allow" &&
      principalsOf(statement).some((principal) => principal === "*" || principals.includes(principal)) &&
      acts(statement, action),
  );
}

/** The policy in force on a key: a KeyPolicy resource's, the key's own, or AWS's default. */
function policyOf(ledger: Ledger, key: AccountRecord): unknown {
  const own = ledger
    .all("kms.KeyPolicy")
    .find(({ inputs }) => ledger.find(inputs["keyId"], "kms.Key") === key);
  return own?.inputs["policy"] ?? key.outputs["policy"];
}

/** Finds a key by id, ARN or alias. */
export function keyOf(ledger: Ledger, reference: unknown): AccountRecord | undefined {
  const alias = ledger.find(reference, "kms.Alias");
  return ledger.find(alias ? alias.inputs["targetKeyId"] : reference, "kms.Key");
}

/** Refuses a policy that locks its own account out of the key, as CreateKey does. */
export function checkKeyPolicy(policy: unknown, inputs: Properties, account: string): void {
  if (policy === undefined || inputs["bypassPolicyLockoutSafetyCheck"] === true) return;
  const owners = statements(policy).filter((statement) =>
    principalsOf(statement).some((principal) => principal === "*" || principal.includes(account)),
  );
  if (owners.some((statement) => statement["Effect"] === "Allow" && acts(statement, "kms:PutKeyPolicy")))
    return;
  throw new ApiError(
    "MalformedPolicyDocumentException",
    `The new key policy will not allow you to update the key policy in the future; let arn:aws:iam::${account}:root act`,
  );
}

/** Refuses the use of a customer's key by a principal that its policy leaves out. Other accounts' keys pass. */
export function checkKeyUse(
  ledger: Ledger,
  reference: unknown,
  principals: readonly string[],
  action: string,
  code: string,
): void {
  const key = keyOf(ledger, reference);
  if (!key || keyAllows(policyOf(ledger, key), principals, action)) return;
  throw new ApiError(
    code,
    `the policy of the KMS key ${key.id} does not allow ${principals[0]} to use it (${action}); name it in the key policy`,
  );
}
