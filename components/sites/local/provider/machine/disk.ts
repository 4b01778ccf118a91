/** A machine's root disk: an image of limited size that holds what differs from the base image. */
import * as fs from "node:fs";
import * as path from "node:path";
import { execute } from "../site/execute";
import { machineDirectory } from "../site/places";
import type { MachineRecord } from "./record";

/** What goes onto a new root disk, besides the record. */
export interface DiskContent {
  /** Size limit in MiB; the file is sparse. */
  diskMiB: number;
  /** The operator's public key. */
  authorizedKey: string;
  /** Private host key in OpenSSH form. */
  hostKey: string;
  /** Cloud-config for cloud-init; without it cloud-init does not run. */
  userData?: string;
}

/** Makes the root disk. */
export async function makeDisk(site: string, record: MachineRecord, content: DiskContent): Promise<void> {
  const directory = machineDirectory(site, record.name);
  const seed = path.join(directory, "seed");
  const image = path.join(directory, "disk.img");
  fs.rmSync(seed, { recursive: true, force: true });
  for (const file of seedFiles(record, content)) {
    const target = path.join(seed, "upper", file.path);
    makeFolders(path.dirname(target));
    fs.writeFileSync(target, file.content, { mode: file.mode });
    fs.chmodSync(target, file.mode);
  }
  fs.chmodSync(path.join(seed, "upper/root"), 0o700);
  fs.chmodSync(path.join(seed, "upper/root/.ssh"), 0o700);
  makeFolders(path.join(seed, "work"));
  fs.rmSync(image, { force: true });
  fs.writeFileSync(image, "", { mode: 0o600 });
  fs.truncateSync(image, content.diskMiB * 1024 * 1024);
  await execute("mkfs.ext4", [
    ...["-q", "-m", "0", "-J", "size=8", "-E", "lazy_itable_init=1,lazy_journal_init=1,nodiscard"],
    ...["-d", seed, image],
  ]);
  fs.rmSync(seed, { recursive: true });
  for (const mountPoint of ["disk", "root"])
    fs.mkdirSync(path.join(directory, mountPoint), { recursive: true });
}

interface SeedFile {
  path: string;
  content: string;
  mode: number;
}

/** The files that make a copy of the base image this machine. */
export function seedFiles(record: MachineRecord, content: DiskContent): SeedFile[] {
  const seed = "var/lib/cloud/seed/nocloud";
  const metadata = { "instance-id": record.incarnation, "local-hostname": record.name };
  return [
    { path: "etc/hostname", content: `${record.name}\n`, mode: 0o644 },
    { path: "etc/machine-id", content: `${record.incarnation.replaceAll("-", "")}\n`, mode: 0o444 },
    { path: "etc/ssh/ssh_host_ed25519_key", content: withNewline(content.hostKey), mode: 0o600 },
    { path: "etc/ssh/ssh_host_ed25519_key.pub", content: withNewline(record.hostKeyPublic), mode: 0o644 },
    { path: "root/.ssh/authorized_keys", content: withNewline(content.authorizedKey), mode: 0o600 },
    ...(content.userData === undefined
      ? [{ path: "etc/cloud/cloud-init.disabled", content: "", mode: 0o644 }]
      : [
          { path: `${seed}/meta-data`, content: JSON.stringify(metadata) + "\n", mode: 0o600 },
          { path: `${seed}/user-data`, content: content.userData, mode: 0o600 },
        ]),
  ];
}

/** Guests read these as any user, whatever this process's umask is. */
function makeFolders(directory: string): void {
  if (fs.existsSync(directory)) return;
  makeFolders(path.dirname(directory));
  fs.mkdirSync(directory);
  fs.chmodSync(directory, 0o755);
}

function withNewline(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}
