/** Policy documents as getPolicyDocument makes them. */
import { createHash } from "node:crypto";
import { isMap } from "../../provider/properties";
import type { Properties } from "../../provider/resource";
import { textsIn } from "./references";

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function policyStatement(statement: Properties): Properties {
  const single = (list: string[]): unknown => (list.length === 1 ? list[0] : [...list].sort().reverse());
  const principals = (value: unknown): unknown => {
    const result: Properties = {};
    for (const one of Array.isArray(value) ? (value as unknown[]).filter(isMap) : []) {
      const [type, ids] = [text(one["type"]), textsIn(one["identifiers"])];
      if (type === "*" && ids.includes("*")) return "*";
      result[type] = single(ids);
    }
    return result;
  };
  const conditions: Record<string, Properties> = {};
  for (const one of Array.isArray(statement["conditions"]) ? statement["conditions"].filter(isMap) : []) {
    const test = (conditions[text(one["test"])] ??= {});
    test[text(one["variable"])] = single(textsIn(one["values"]));
  }
  const given = (name: string, key: string): Properties => {
    const list = textsIn(statement[name]);
    return list.length > 0 ? { [key]: single(list) } : {};
  };
  return {
    ...(statement["sid"] ? { Sid: statement["sid"] } : {}),
    Effect: statement["effect"] ?? "Allow",
    ...given("actions", "Action"),
    ...given("notActions", "NotAction"),
    ...given("resources", "Resource"),
    ...given("notResources", "NotResource"),
    ...(statement["principals"] !== undefined && { Principal: principals(statement["principals"]) }),
    ...(statement["notPrincipals"] !== undefined && { NotPrincipal: principals(statement["notPrincipals"]) }),
    ...(Object.keys(conditions).length > 0 && { Condition: conditions }),
  };
}

function statementsOf(document: string): unknown[] {
  const parsed = JSON.parse(document) as unknown;
  const found = isMap(parsed) ? parsed["Statement"] : undefined;
  return Array.isArray(found) ? (found as unknown[]) : found === undefined ? [] : [found];
}

/** A policy document from statements; documents given as sources come first, those that override last. */
export function policyDocument(args: Properties): Properties {
  const merged: unknown[] = [];
  const put = (statement: unknown): void => {
    const sid = isMap(statement) ? statement["Sid"] : undefined;
    const at = sid ? merged.findIndex((other) => isMap(other) && other["Sid"] === sid) : -1;
    if (at >= 0) merged[at] = statement;
    else merged.push(statement);
  };
  for (const name of ["sourceJson", "sourcePolicyDocuments"])
    textsIn(args[name]).filter(Boolean).flatMap(statementsOf).forEach(put);
  if (Array.isArray(args["statements"])) args["statements"].filter(isMap).map(policyStatement).forEach(put);
  for (const name of ["overrideJson", "overridePolicyDocuments"])
    textsIn(args[name]).filter(Boolean).flatMap(statementsOf).forEach(put);
  const document = {
    Version: args["version"] ?? "2012-10-17",
    ...(args["policyId"] ? { Id: args["policyId"] } : {}),
    Statement: merged,
  };
  const json = JSON.stringify(document, undefined, 2);
  return {
    id: createHash("sha256").update(json).digest("hex").slice(0, 10),
    json,
    minifiedJson: JSON.stringify(document),
  };
}
