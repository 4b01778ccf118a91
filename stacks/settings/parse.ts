import { FEWEST_REGION_SERVERS, findConflicts } from "./conflicts";
import { Setting } from "./kinds";
import { NAMESPACE, ParsedSettings, SETTING_NAMES, SettingName, Settings, SETTINGS } from "./schema";
import { nearest } from "./suggest";

/** Settings that were refused; its message has one sentence for each problem. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";

  constructor(
    readonly problems: readonly string[],
    environment: string,
  ) {
    super(
      `The settings of environment "${environment}" are refused:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
    );
  }
}

/** A raw value as a message shows it: on one line, and short. */
function shown(raw: unknown): string {
  const text = JSON.stringify(raw) ?? String(raw);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

function unknownSetting(key: string): string {
  const meant = nearest(key, SETTING_NAMES);
  const wayOut =
    meant === undefined ? "`npm run settings` lists all that exist" : `did you mean ${NAMESPACE}:${meant}?`;
  return `${NAMESPACE}:${key} is not a setting; ${wayOut}${meant === undefined ? "." : ""}`;
}

/**
 * Parses and checks the settings of one environment. Keys of `raw` bear no namespace; what is absent has its default.
 *
 * @throws {SettingsError} naming every unknown setting, every value that is not allowed, and every conflict.
 */
export function parseSettings(raw: Readonly<Record<string, unknown>>, environment: string): Settings {
  const problems = Object.keys(raw)
    .filter((key) => !isSettingName(key))
    .map(unknownSetting);
  const parsed: Partial<Record<SettingName, unknown>> = {};
  for (const name of SETTING_NAMES) {
    const setting: Setting<unknown> = SETTINGS[name];
    const given = Object.hasOwn(raw, name) ? raw[name] : undefined;
    let value = setting.parse(given ?? setting.defaultValue);
    if (value === undefined) {
      problems.push(`${NAMESPACE}:${name} is ${shown(given)}; it must be ${setting.allowed}.`);
      // The default stands in, so that conflicts among the other settings are still found.
      value = setting.parse(setting.defaultValue);
    }
    parsed[name] = value;
  }
  const complete = parsed as ParsedSettings;
  const { regionServers, topology } = complete;
  const settings: Settings = {
    ...complete,
    environment,
    regionServers: regionServers === "auto" ? FEWEST_REGION_SERVERS[topology] : regionServers,
  };
  problems.push(...findConflicts(settings));
  if (problems.length > 0) {
    throw new SettingsError(problems, environment);
  }
  return settings;
}
