/** Finding this repository's files, also from a bundled copy of the plugin that lies elsewhere inside it. */
import * as fs from "node:fs";
import * as path from "node:path";

/** The full path of a file of this repository. @throws Error when no folder above this program holds it. */
export function repositoryFile(relative: string): string {
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, relative);
    if (fs.existsSync(candidate)) return candidate;
    if (folder === path.dirname(folder)) break;
  }
  throw new Error(
    `${relative} is in no folder above ${__dirname}; run the plugin from inside the repository`,
  );
}
