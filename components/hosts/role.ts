import { createHash } from "node:crypto";

/** Where roles keep their state on a host. */
export const ROLE_STATE = "/var/lib/opentsdb-platform/roles";

/** Where the bundle's components lie on every host, whatever brought them there. */
export const SOFTWARE_ROOT = "/opt/opentsdb-platform/software";

/** A file that a role puts on its host. Rendered by a pure function from typed values. */
export interface RoleFile {
  /** Absolute path on the host. */
  path: string;
  content: string;
  /** Octal mode. Default: `0644`. */
  mode?: string;
  /** `user:group`. Default: `root:root`. */
  owner?: string;
}

/** A component of the bundle that a role runs, pinned by its content hash. */
export interface SoftwareReference {
  name: string;
  version: string;
  hash: string;
  /** Folder on the host, below {@link SOFTWARE_ROOT}. */
  path: string;
}

/** What a machine is to be: files, scripts and software. Nothing in it knows where the machine stands. */
export interface RoleDefinition {
  /** Name of the role and of its folder under `scripts/roles/`. */
  name: string;
  /** systemd units that the role owns, the main one first. */
  units: readonly string[];
  files: readonly RoleFile[];
  /** Values that the role's script reads as environment variables (upper-case names). No secrets. */
  settings: Readonly<Record<string, string>>;
  software: readonly SoftwareReference[];
  /** Mount points that must be mounted before the role's units start, e.g. `/data/zookeeper`. */
  mounts: readonly string[];
  /** TCP ports that the role serves, by purpose. */
  ports: Readonly<Record<string, number>>;
  /**
   * A member of a formed group: a change is staged first and takes effect when its turn in the rolling order
   * comes. Other roles take a change at once.
   */
  stateful: boolean;
}

/** A role's scripts, by path below `scripts/roles/`. */
export type RoleScripts = Readonly<Record<string, string>>;

/** A role as one self-contained shell script, and the hash of all that it carries. */
export interface RoleDocument {
  role: string;
  hash: string;
  stateful: boolean;
  ports: Readonly<Record<string, number>>;
  script: string;
}

/** Files as the document stages them: what the host needs to know of each but its content. */
function manifestOf(files: readonly RoleFile[]): string {
  return files.map((file) => `${file.mode ?? "0644"} ${file.owner ?? "root:root"} ${file.path}\n`).join("");
}

function shellQuote(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

function settingsOf(role: RoleDefinition): string {
  const values: Record<string, string> = {
    ...role.settings,
    ROLE_NAME: role.name,
    ROLE_UNITS: role.units.join(" "),
    ROLE_MOUNTS: role.mounts.join(" "),
    ROLE_STATEFUL: role.stateful ? "true" : "false",
    ROLE_PORTS: Object.values(role.ports).join(" "),
  };
  for (const software of role.software) {
    values[`SOFTWARE_${software.name.toUpperCase()}`] = software.path;
  }
  return Object.keys(values)
    .sort()
    .map((key) => `${key}=${shellQuote(values[key] ?? "")}\n`)
    .join("");
}

/** The parts of a document by their path below the staging folder. */
function partsOf(role: RoleDefinition, scripts: RoleScripts): Map<string, string> {
  const parts = new Map<string, string>();
  for (const path of Object.keys(scripts).sort()) {
    parts.set(`scripts/${path}`, scripts[path] ?? "");
  }
  parts.set("settings", settingsOf(role));
  parts.set("manifest", manifestOf(role.files));
  for (const file of role.files) {
    if (!file.path.startsWith("/")) {
      throw new Error(`role ${role.name}: file "${file.path}" is not an absolute path`);
    }
    parts.set(`files${file.path}`, file.content);
  }
  return parts;
}

/**
 * Renders a role as a shell script that stages itself on the host and hands over to `lib/entry.sh`.
 * The text is readable, so that a preview shows what changes; equal input gives equal text and hash.
 */
export function renderRoleDocument(role: RoleDefinition, scripts: RoleScripts): RoleDocument {
  const parts = partsOf(role, scripts);
  const digest = createHash("sha256");
  for (const [path, content] of parts) {
    digest.update(`${path}\0${content}\0`);
  }
  const hash = digest.digest("hex").slice(0, 16);
  const end = `END_${hash}`;
  const staged = [...parts].map(([path, content]) => {
    const text = content === "" || content.endsWith("\n") ? content : `${content}\n`;
    return `put ${shellQuote(path)} <<'${end}'\n${text}${end}\n`;
  });
  const script = `#!/usr/bin/env bash
# Role ${role.name}, ${hash}. Made from scripts/roles by components/hosts/role.ts; do not edit on a host.
set -euo pipefail
umask 022
stage=${ROLE_STATE}/${role.name}/${hash}
if [[ ! -e $stage/complete ]]; then
rm -rf "$stage"
mkdir -p "$stage"
put() { mkdir -p "$stage/$(dirname "$1")"; cat >"$stage/$1"; chmod 600 "$stage/$1"; }
${staged.join("")}touch "$stage/complete"
fi
exec bash "$stage/scripts/lib/entry.sh" "$stage" "$@" </dev/null
`;
  return { role: role.name, hash, stateful: role.stateful, ports: role.ports, script };
}
