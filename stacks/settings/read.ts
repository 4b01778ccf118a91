import { allConfig } from "@pulumi/pulumi/runtime";

import { parseSettings } from "./parse";
import { NAMESPACE, Settings } from "./schema";

/** Those keys of Pulumi's configuration that are settings, without their namespace. */
export function settingsOf(configuration: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const prefix = `${NAMESPACE}:`;
  return Object.fromEntries(
    Object.entries(configuration)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
}

/**
 * The settings of the stack whose program runs just now. All keys of the namespace are read, so that an unknown one
 * is refused too.
 *
 * @throws {SettingsError} naming all that is wrong.
 */
export function readSettings(
  environment: string,
  configuration: Record<string, unknown> = allConfig(),
): Settings {
  return parseSettings(settingsOf(configuration), environment);
}
