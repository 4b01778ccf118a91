/** Path patterns of `assetPaths` and `archivePaths`, and the files that they select. */
import { readdirSync } from "node:fs";
import { join } from "node:path";

/** A pattern as a regular expression: `*` stays within a folder, `**` does not; `?`, `[a-z]` and `{a,b}` work too. */
export function globExpression(glob: string): RegExp {
  let depth = 0;
  const body = glob.replace(/\*\*|\*|\?|\[!?[^\]]*\]|[{},]|\\.|[.+^$()|\]\\]/g, (token) => {
    if (token === "**") return ".*";
    if (token === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    if (token === "{") return (depth++, "(?:");
    if (token === "}") return depth > 0 ? (depth--, ")") : "\\}";
    if (token === ",") return depth > 0 ? "|" : ",";
    if (token.startsWith("[")) return token.replace(/^\[!/, "[^");
    return token.length === 2 ? token : `\\${token}`;
  });
  return new RegExp(`^${body}$`, "s");
}

function* filesBelow(folder: string, prefix = ""): Generator<string> {
  for (const entry of readdirSync(join(folder, prefix), { withFileTypes: true })) {
    const path = prefix ? `${prefix}/${entry.name}` : entry.name;
    if (entry.isDirectory()) yield* filesBelow(folder, path);
    else yield path;
  }
}

/** Files below a folder that the patterns select, in order; `!pattern` takes out what earlier ones took in. */
export function selectFiles(folder: string, globs: readonly string[]): string[] {
  const rules = globs.map((glob) => ({
    exclude: glob.startsWith("!"),
    expression: globExpression(glob.replace(/^!/, "")),
  }));
  return [...filesBelow(folder)]
    .filter((path) =>
      rules.reduce((taken, { exclude, expression }) => (expression.test(path) ? !exclude : taken), false),
    )
    .sort();
}
