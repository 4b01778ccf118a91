import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { ROLES_FOLDER } from "./base";
import { RoleDefinition, RoleDocument, RoleScripts, renderRoleDocument } from "./role";

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) =>
      entry.isDirectory()
        ? filesBelow(join(folder, entry.name)).map((path) => join(entry.name, path))
        : [entry.name],
    )
    .sort();
}

/** Reads the scripts of a role: its own folder and the shared ones in `lib`. */
export function roleScripts(role: string, folder: string = ROLES_FOLDER): RoleScripts {
  if (!existsSync(join(folder, role, "role.sh"))) {
    throw new Error(`role "${role}" has no scripts/roles/${role}/role.sh`);
  }
  const scripts: Record<string, string> = {};
  for (const part of ["lib", role]) {
    for (const path of filesBelow(join(folder, part))) {
      scripts[`${part}/${path}`] = readFileSync(join(folder, part, path), "utf8");
    }
  }
  return scripts;
}

/** Renders a role with the scripts of this repository. */
export function roleDocument(role: RoleDefinition): RoleDocument {
  return renderRoleDocument(role, roleScripts(role.name));
}
