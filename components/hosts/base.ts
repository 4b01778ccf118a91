import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { RoleDefinition, SoftwareReference } from "./role";

/** Where the repository's role scripts lie. */
export const ROLES_FOLDER = join(__dirname, "..", "..", "scripts", "roles");

/** A data volume as the base role needs to know it. */
export interface BaseVolume {
  name: string;
  device: string;
  volumeId: string;
}

/** Arguments of {@link baseRole}. */
export interface BaseRoleArgs {
  environment: string;
  /** Data volumes of the host; none on fleet members. */
  volumes: readonly BaseVolume[];
  /** All software that roles of the host run; checked against its recorded sums before any role starts. */
  software: readonly SoftwareReference[];
}

/**
 * The UUID that a volume's file system must have, derived from the volume's identity: a volume with another file
 * system on it is not ours, and is neither mounted nor formatted.
 */
export function fileSystemUuid(volumeId: string): string {
  const hex = createHash("sha256").update(`opentsdb-platform volume ${volumeId}`).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

function mountUnit(volume: BaseVolume): string {
  return `[Unit]
Description=Data volume ${volume.name} (${volume.volumeId})
Before=local-fs.target

[Mount]
What=${volume.device}
Where=/data/${volume.name}
Type=ext4
Options=noatime,nodev,nosuid

[Install]
WantedBy=multi-user.target
`;
}

/** What every machine is before it is anything else: software checked, data volumes mounted, `platform-role` in place. */
export function baseRole(args: BaseRoleArgs): RoleDefinition {
  for (const { name } of args.volumes) {
    if (!/^[a-z][a-z0-9]*$/.test(name)) {
      throw new Error(
        `volume "${name}": a name is made of small letters and digits, since it becomes a mount unit's name`,
      );
    }
  }
  return {
    name: "base",
    units: [],
    files: [
      {
        path: "/usr/local/sbin/platform-role",
        content: readFileSync(join(ROLES_FOLDER, "base", "platform-role"), "utf8"),
        mode: "0755",
      },
      ...args.volumes.map((volume) => ({
        path: `/etc/systemd/system/data-${volume.name}.mount`,
        content: mountUnit(volume),
      })),
    ],
    settings: {
      ENVIRONMENT: args.environment,
      VOLUMES: args.volumes
        .map(({ name, device, volumeId }) => `${name}=${device}=${fileSystemUuid(volumeId)}`)
        .join(" "),
      SOFTWARE_PATHS: args.software.map(({ path }) => path).join(" "),
    },
    software: args.software,
    mounts: [],
    ports: {},
    stateful: false,
  };
}
