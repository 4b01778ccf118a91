import { RoleDefinition, RoleFile } from "../hosts/role";
import { StorageCluster, StorageHost, StorageMember, STORAGE_VOLUMES } from "./cluster";
import { StorageRole } from "./heap";
import { serviceCommand } from "./jvm";
import { serviceUnit, unitName } from "./unit";

/** What one storage role has of its own; the rest is alike for all. */
export interface MemberParts {
  role: StorageRole;
  description: string;
  user: string;
  mainClass: string;
  arguments?: readonly string[];
  properties?: Readonly<Record<string, string>>;
  opened: boolean;
  /** Configuration files by name, put into `/etc/<role>/`. */
  configuration: Readonly<Record<string, string>>;
  ports: Readonly<Record<string, number>>;
  stopsBefore: readonly StorageRole[];
  /** Units that start together with the role's. */
  wants?: readonly string[];
  stopSeconds: number;
  /** Name of the setting that gives the role's script the service's command line, where it runs that itself. */
  commandSetting?: string;
  /** Settings of the role's script beside those that every storage role has. */
  settings?: Readonly<Record<string, string>>;
}

function names(hosts: readonly StorageHost[]): string {
  return hosts.map((host) => host.name).join(" ");
}

/** What every storage role's script knows of the cluster. */
export function clusterSettings(cluster: StorageCluster): Record<string, string> {
  return {
    PLATFORM_ENVIRONMENT: cluster.environment,
    ZOOKEEPERS: names(cluster.zookeepers),
    NAME_NODES: names(cluster.nameNodes),
    JOURNAL_NODES: names(cluster.journalNodes),
    MASTERS: names(cluster.masters),
  };
}

function mountsOf(role: StorageRole): string[] {
  const volume = role in STORAGE_VOLUMES ? STORAGE_VOLUMES[role as keyof typeof STORAGE_VOLUMES] : undefined;
  return volume === undefined ? [] : [`/data/${volume}`];
}

/** Puts a role together from its parts. */
export function memberRole(member: StorageMember, parts: MemberParts): RoleDefinition {
  const folder = `/etc/${parts.role}`;
  const mounts = mountsOf(parts.role);
  const command = serviceCommand({
    mainClass: parts.mainClass,
    ...(parts.arguments ? { arguments: parts.arguments } : {}),
    heapMiB: member.heapMiB,
    configuration: [folder],
    software: member.software.path,
    ...(member.archives ? { archive: `${member.archives.path}/${parts.role}.jsa` } : {}),
    ...(parts.properties ? { properties: parts.properties } : {}),
    opened: parts.opened,
  });
  const ownCommand = parts.commandSetting === undefined ? {} : { [parts.commandSetting]: command.join(" ") };
  const files: RoleFile[] = Object.entries(parts.configuration).map(([name, content]) => ({
    path: `${folder}/${name}`,
    content,
  }));
  files.push({
    path: `/etc/systemd/system/${unitName(parts.role)}`,
    content: serviceUnit({
      role: parts.role,
      description: parts.description,
      user: parts.user,
      command,
      mounts,
      stopsBefore: parts.stopsBefore.map(unitName),
      ...(parts.wants ? { wants: parts.wants } : {}),
      stopSeconds: parts.stopSeconds,
    }),
  });
  return {
    name: parts.role,
    units: [unitName(parts.role)],
    files,
    settings: { ...clusterSettings(member.cluster), MEMBER: member.host, ...parts.settings, ...ownCommand },
    software: member.archives ? [member.software, member.archives] : [member.software],
    mounts,
    ports: parts.ports,
    stateful: true,
  };
}
