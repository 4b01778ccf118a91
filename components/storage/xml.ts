const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Properties of a Hadoop configuration file, by name. */
export type Properties = Readonly<Record<string, string | number | boolean>>;

function escapeXml(text: string): string {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20 && character !== "\n" && character !== "\t") {
      throw new Error(`${JSON.stringify(text)} holds a character that XML cannot carry`);
    }
  }
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/** Renders a Hadoop configuration file, sorted by name so that equal properties give equal bytes. */
export function configurationXml(properties: Properties): string {
  const lines = Object.keys(properties)
    .sort()
    .map(
      (name) =>
        `  <property><name>${escapeXml(name)}</name><value>${escapeXml(String(properties[name]))}</value></property>\n`,
    );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<configuration>\n${lines.join("")}</configuration>\n`;
}
