/** Policy documents of IAM, S3, KMS and SNS, as far as rules look into them. */
import { Props } from "./rule";

/** One statement, its lists made plain. */
export interface Statement {
  allows: boolean;
  actions: readonly string[];
  resources: readonly string[];
  /** Whether the principal is everybody. */
  everybody: boolean;
  conditions: Props;
}

function texts(value: unknown): string[] {
  const all: unknown[] = Array.isArray(value) ? value : [value];
  return all.filter((each): each is string => typeof each === "string");
}

function everybody(principal: unknown): boolean {
  if (typeof principal === "object" && principal !== null) {
    return texts((principal as Props)["AWS"]).includes("*");
  }
  return principal === "*";
}

function statement(raw: Props): Statement {
  const conditions = raw["Condition"];
  return {
    allows: raw["Effect"] === "Allow",
    actions: texts(raw["Action"]),
    resources: texts(raw["Resource"]),
    everybody: everybody(raw["Principal"]),
    conditions: typeof conditions === "object" && conditions !== null ? (conditions as Props) : {},
  };
}

/** The statements of a policy, given as JSON text or as an object; `undefined` when it is neither. */
export function statementsOf(policy: unknown): Statement[] | undefined {
  let document = policy;
  if (typeof policy === "string") {
    try {
      document = JSON.parse(policy) as unknown;
    } catch {
      return undefined;
    }
  }
  if (typeof document !== "object" || document === null) {
    return undefined;
  }
  const statements = (document as Props)["Statement"];
  const all: unknown[] = Array.isArray(statements) ? statements : [statements];
  return all.filter((each): each is Props => typeof each === "object" && each !== null).map(statement);
}

/** Statements that let everybody in without any condition. */
export function openStatements(policy: unknown): Statement[] {
  return (statementsOf(policy) ?? []).filter(
    (each) => each.allows && each.everybody && Object.keys(each.conditions).length === 0,
  );
}

/** Whether a policy denies everybody who comes without TLS. */
export function deniesPlaintext(policy: unknown): boolean {
  return (statementsOf(policy) ?? []).some((each) => {
    const condition = each.conditions["Bool"];
    const transport =
      typeof condition === "object" && condition !== null
        ? (condition as Props)["aws:SecureTransport"]
        : undefined;
    return !each.allows && each.everybody && each.actions.includes("s3:*") && String(transport) === "false";
  });
}
