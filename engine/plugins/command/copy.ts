/** `command:remote:CopyToRemote` and the deprecated `CopyFile`: files to a host, over SFTP. */
import { randomBytes } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { posix } from "node:path";
import type { Client, SFTPWrapper } from "ssh2";
import { Archive, Asset } from "../../provider/assets";
import { checkInputs } from "../../provider/inputs";
import type { OperationContext, Properties, ResourceDefinition } from "../../provider/resource";
import { withSession } from "./connections";
import { COPY_FILE, COPY_TO_REMOTE } from "./input-rules";
import { connectionOf, dialContext } from "./remote-command";

type Kind = "file" | "folder" | "missing";
const NO_SUCH_FILE = 2;

/** The SFTP calls needed here, as promises; errors name the remote path. */
class Files {
  constructor(private readonly sftp: SFTPWrapper) {}

  kind(path: string): Promise<Kind> {
    return new Promise((resolve, reject) => {
      this.sftp.stat(path, (error, stats) => {
        if (!error) return resolve(stats.isDirectory() ? "folder" : "file");
        if ((error as { code?: number }).code === NO_SUCH_FILE) return resolve("missing");
        reject(new Error(`cannot look at ${path}: ${error.message}`));
      });
    });
  }

  async makeFolders(path: string): Promise<void> {
    const kind = await this.kind(path);
    if (kind === "folder") return;
    if (kind === "file") throw new Error(`${path} is a file on the host; a folder is needed there`);
    const parent = posix.dirname(path);
    if (parent !== path) await this.makeFolders(parent);
    await this.call(`cannot make the folder ${path}`, (done) => this.sftp.mkdir(path, done));
  }

  put(local: string, remote: string): Promise<void> {
    return this.call(`cannot copy ${local} to ${remote}`, (done) => this.sftp.fastPut(local, remote, done));
  }

  write(content: Buffer, remote: string): Promise<void> {
    return this.call(`cannot write ${remote}`, (done) => this.sftp.writeFile(remote, content, done));
  }

  private call(what: string, start: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      start((error) => (error ? reject(new Error(`${what}: ${error.message}`)) : resolve()));
    });
  }
}

/** Where a single file lands: in the folder that is there, else at the path itself, whose parents are made. */
async function fileTarget(files: Files, path: string, name: string | undefined): Promise<string> {
  const kind = await files.kind(path);
  if (kind === "folder") {
    if (!name) throw new Error(`remotePath ${path} is a folder on the host; a text needs the path of a file`);
    return posix.join(path, name);
  }
  if (kind === "missing") await files.makeFolders(posix.dirname(path));
  return path;
}

async function copyTree(files: Files, local: string, remote: string): Promise<void> {
  await files.makeFolders(remote);
  for (const entry of await readdir(local, { withFileTypes: true })) {
    const from = posix.join(local, entry.name);
    const to = posix.join(remote, entry.name);
    if (entry.isDirectory()) await copyTree(files, from, to);
    else await files.put(from, to);
  }
}

async function copyPath(files: Files, local: string, remote: string): Promise<void> {
  const found = await stat(local).catch((error: Error) => {
    throw new Error(`source ${local}: ${error.message}`);
  });
  if (!found.isDirectory()) return files.put(local, await fileTarget(files, remote, posix.basename(local)));
  // `folder/` means what is in it; `folder` means the folder itself.
  await files.makeFolders(remote);
  await copyTree(files, local, local.endsWith("/") ? remote : posix.join(remote, posix.basename(local)));
}

async function download(url: string): Promise<Buffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`source ${url}: the server answered ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

async function copyMember(files: Files, member: Asset | Archive, remote: string): Promise<void> {
  if (member instanceof Asset) {
    await files.makeFolders(posix.dirname(remote));
    if (member.source === "path") return files.put(member.value, remote);
    return files.write(
      member.source === "text" ? Buffer.from(member.value) : await download(member.value),
      remote,
    );
  }
  if (member.content.source === "assets") return copyMembers(files, member.content.members, remote);
  const { source, value } = member.content;
  if (source === "path" && (await stat(value)).isDirectory()) return copyTree(files, value, remote);
  throw new Error(
    `source: the archive file ${value} inside an archive of assets would have to be unpacked, which this plugin does ` +
      `not do; give its folder, or copy it by a resource of its own`,
  );
}

async function copyMembers(
  files: Files,
  members: Record<string, Asset | Archive>,
  remote: string,
): Promise<void> {
  await files.makeFolders(remote);
  for (const [name, member] of Object.entries(members))
    await copyMember(files, member, posix.join(remote, name));
}

async function copySource(files: Files, source: unknown, remote: string): Promise<void> {
  if (source instanceof Archive && source.content.source === "assets")
    return copyMembers(files, source.content.members, remote);
  const place =
    source instanceof Asset
      ? source
      : source instanceof Archive && source.content.source !== "assets"
        ? source.content
        : undefined;
  if (!place) throw new Error("source is neither an asset nor an archive");
  if (place.source === "path") return copyPath(files, place.value, remote);
  if (place.source === "text")
    return files.write(Buffer.from(place.value), await fileTarget(files, remote, undefined));
  const content = await download(place.value);
  await files.write(content, await fileTarget(files, remote, posix.basename(new URL(place.value).pathname)));
}

function sftpOf(client: Client): Promise<SFTPWrapper> {
  return new Promise((resolve, reject) => {
    client.sftp((error, sftp) =>
      error ? reject(new Error(`the host's sshd offers no SFTP: ${error.message}`)) : resolve(sftp),
    );
  });
}

async function copy(inputs: Properties, source: unknown, context: OperationContext): Promise<void> {
  const connection = connectionOf(inputs);
  await withSession(connection, dialContext(context), async (client, session) => {
    session.close();
    const sftp = await sftpOf(client);
    const lost = new Promise<never>((_, reject) => {
      client.once("close", () => reject(new Error("the connection was lost while copying")));
      context.signal.addEventListener("abort", () => reject(context.signal.reason as Error), { once: true });
    });
    lost.catch(() => undefined);
    try {
      await Promise.race([copySource(new Files(sftp), source, String(inputs["remotePath"])), lost]);
    } finally {
      sftp.end();
    }
  }).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(message.includes(connection.host) ? message : `${connection.host}: ${message}`, {
      cause: error,
    });
  });
}

function identity(source: unknown): string {
  if (source instanceof Asset || source instanceof Archive) return source.hash || JSON.stringify(source);
  return "";
}

const newId = (): string => randomBytes(4).toString("hex");

/** Copies an asset or archive; again when its content or its destination changes. Removal leaves the copy there. */
export const copyToRemote: ResourceDefinition = {
  replaceOn: ["triggers"],
  check: (news) => Promise.resolve(checkInputs(COPY_TO_REMOTE, news)),
  create: async (inputs, context) => {
    if (!context.preview) await copy(inputs, inputs["source"], context);
    return { id: newId(), outputs: inputs };
  },
  update: async (_id, oldOutputs, _oldInputs, news, context) => {
    const changed =
      identity(oldOutputs["source"]) !== identity(news["source"]) ||
      oldOutputs["remotePath"] !== news["remotePath"];
    if (changed && !context.preview) await copy(news, news["source"], context);
    return news;
  },
  delete: () => Promise.resolve(),
};

/** Copies a local file; every change replaces, as in the published plugin. Deprecated there in favour of the above. */
export const copyFile: ResourceDefinition = {
  check: (news) => Promise.resolve(checkInputs(COPY_FILE, news)),
  create: async (inputs, context) => {
    if (!context.preview) await copy(inputs, new Asset("path", String(inputs["localPath"])), context);
    return { id: newId(), outputs: inputs };
  },
  delete: () => Promise.resolve(),
};
