import { stringify } from "yaml";

/** A role document at the place where a new machine fetches it. */
export interface RoleArtifact {
  role: string;
  hash: string;
  /** `file:///…` on a local site, `s3://bucket/key` on AWS. */
  uri: string;
}

/** Arguments of {@link renderUserData}. */
export interface UserDataArgs {
  /** Roles in the order in which they are applied. */
  roles: readonly RoleArtifact[];
}

/** AWS's limit for user data before encoding, in bytes. */
export const USER_DATA_LIMIT = 16 * 1024;

/**
 * The one user-data document of a fleet, for cloud-init on every site: it stays small, names each role by its hash,
 * fetches the documents and applies them in order. A changed role changes the text, and so replaces the machines.
 */
export function renderUserData(args: UserDataArgs): string {
  const lines = args.roles.map(({ role, hash, uri }) => `apply ${role} ${hash} '${uri}'`);
  const boot = `#!/usr/bin/env bash
# First boot of a fleet member: fetches the documents of its roles and applies them in order.
set -euo pipefail
fetch() {
  case $1 in
    file://*) cat "\${1#file://}" ;;
    s3://*) aws s3 cp --no-progress "$1" - ;;
    *) echo "no way to fetch $1" >&2; return 1 ;;
  esac
}
apply() {
  local document=/run/opentsdb-platform/$1-$2
  mkdir -p /run/opentsdb-platform
  fetch "$3" >"$document"
  grep -q "^# Role $1, $2\\." "$document" || { echo "the document at $3 is not version $2 of role $1" >&2; return 1; }
  bash "$document" apply
  rm -f "$document"
}
${lines.join("\n")}
`;
  const document = {
    write_files: [{ path: "/usr/local/sbin/platform-boot", permissions: "0755", content: boot }],
    runcmd: [["/usr/local/sbin/platform-boot"]],
  };
  const text = `#cloud-config\n${stringify(document, { lineWidth: 0, blockQuote: "literal" })}`;
  if (Buffer.byteLength(text) > USER_DATA_LIMIT) {
    throw new Error(`user data has ${Buffer.byteLength(text)} bytes; ${USER_DATA_LIMIT} are allowed`);
  }
  return text;
}
