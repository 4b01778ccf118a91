/** Reading inputs whose types are not known. */
import { TAG } from "../components/sites/aws/tags";
import { CheckedResource, PackSettings, Props } from "./rule";

/** Whether an input is given at all, its value known or not. */
export function given(props: Props, key: string): boolean {
  return Object.hasOwn(props, key);
}

/** An input that must be given, known or not, and is not empty when it is known. */
export function filled(props: Props, key: string): boolean {
  try {
    return given(props, key) && props[key] !== undefined && props[key] !== "" && props[key] !== null;
  } catch {
    // The policy SDK throws when an unknown value is read: it will be there.
    return true;
  }
}

/** Whether an input is true; launch templates write booleans as text. */
export function isTrue(value: unknown): boolean {
  return value === true || value === "true";
}

/** Whether an input is false, and not just left out. */
export function isFalse(value: unknown): boolean {
  return value === false || value === "false";
}

/** A nested object, empty where there is none. */
export function nested(props: Props, key: string): Props {
  const value = props[key];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Props) : {};
}

/** A list of values, empty where there is none. */
export function list(props: Props, key: string): readonly unknown[] {
  const value = props[key];
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** A list of objects, empty where there is none. */
export function objects(props: Props, key: string): readonly Props[] {
  return list(props, key).filter((each): each is Props => typeof each === "object" && each !== null);
}

/** How many values a list has, known or not. */
export function count(props: Props, key: string): number {
  return list(props, key).length;
}

/** Tags by key. An Auto Scaling group has them as a list. */
export function tagsIn(props: Props): Props {
  const asList = objects(props, "tags");
  return asList.length > 0
    ? Object.fromEntries(asList.map((tag) => [String(tag["key"]), tag["value"]]))
    : nested(props, "tags");
}

/** Whether a resource belongs to production, by its tag. */
export function inProduction({ props }: CheckedResource, { production }: PackSettings): boolean {
  const environment = tagsIn(props)[TAG.environment];
  return typeof environment === "string" && production.includes(environment);
}
