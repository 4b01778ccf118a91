/** What is generated from the schema: Pulumi.yaml's `config:` section and the table of docs/settings.md. */
import { isMap, parseDocument } from "yaml";

import { Setting } from "./kinds";
import { NAMESPACE, SETTING_NAMES, SETTINGS } from "./schema";

/** The `config:` section as plain values. */
export function projectConfig(): Record<string, unknown> {
  return Object.fromEntries(
    SETTING_NAMES.map((name) => {
      const setting: Setting<unknown> = SETTINGS[name];
      return [
        name,
        {
          type: setting.projectType,
          ...(setting.projectType === "array" ? { items: { type: "string" } } : {}),
          default: setting.defaultValue,
          description: `${setting.doc} Allowed: ${setting.allowed}.`,
        },
      ];
    }),
  );
}

/** The text of Pulumi.yaml with its `config:` section made anew; every other key and comment stays as it is. */
export function withProjectConfig(projectFile: string): string {
  const document = parseDocument(projectFile);
  if (document.errors.length > 0 || !isMap(document.contents)) {
    throw new Error(`Pulumi.yaml is not a YAML map: ${document.errors[0]?.message ?? "it has no keys"}`);
  }
  document.set("config", document.createNode(projectConfig()));
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

const START = "<!-- settings: made by `npm run settings -- --write` -->";
const END = "<!-- end of settings -->";

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** All settings as a Markdown table. */
export function settingsTable(): string {
  const rows = SETTING_NAMES.map((name) => {
    const setting: Setting<unknown> = SETTINGS[name];
    const initial = Array.isArray(setting.defaultValue) ? "[]" : String(setting.defaultValue);
    return `| \`${NAMESPACE}:${name}\` | \`${initial}\` | ${cell(setting.allowed)} | ${cell(setting.doc)} |`;
  });
  return ["| setting | default | allowed | what it does |", "|---|---|---|---|", ...rows].join("\n");
}

/** The text of docs/settings.md with its table made anew between the two marks; a text without them gets both. */
export function withSettingsTable(page: string): string {
  const table = `${START}\n\n${settingsTable()}\n\n${END}`;
  const [from, to] = [page.indexOf(START), page.indexOf(END)];
  if (from < 0 || to < from) {
    return `${page.trimEnd()}\n\n${table}\n`;
  }
  return page.slice(0, from) + table + page.slice(to + END.length);
}
