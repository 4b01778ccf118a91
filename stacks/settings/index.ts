/** The settings of an environment: one schema, from which come types, checks, Pulumi.yaml and documentation. */
export { parseSettings, SettingsError } from "./parse";
export { readSettings, settingsOf } from "./read";
export { NAMESPACE, type SettingName, type Settings } from "./schema";
export { formatDuration, formatSize, parseDuration, parseSize } from "./units";
