/**
 * The stand-in for an AWS account: a ledger in a file. The engine hands a resource only its own state, so what one
 * resource may know of another stands here. A stack has a ledger of its own, in
 * `$PULUMI_HOME/offline-aws/<project>.<stack>.<hash of the backend>.json`, or all share the file that
 * OFFLINE_AWS_LEDGER names. A ledger may be written by hand too: records without a URN are resources that were there
 * before the stack.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { isMap } from "../../provider/properties";
import type { Properties } from "../../provider/resource";
import { shortName } from "./catalog";

/** One resource in the account. */
export interface AccountRecord {
  token: string;
  id: string;
  /** The URN that made it; empty for what was there before. */
  urn: string;
  inputs: Properties;
  outputs: Properties;
}

/** What a ledger's file holds. */
interface Content {
  /** How many resources each URN has made so far; a replacement gets another id. */
  generations: Record<string, number>;
  records: AccountRecord[];
}

/** A place where records are looked up and changed. */
export class Ledger {
  constructor(private readonly content: Content) {}

  /** All records, or those of some types in their short form (`ec2.Vpc`). */
  all(...types: string[]): AccountRecord[] {
    const { records } = this.content;
    return types.length === 0 ? records : records.filter(({ token }) => types.includes(shortName(token)));
  }

  /** The record of one of these types with this id, name or ARN. */
  find(reference: unknown, ...types: string[]): AccountRecord | undefined {
    if (typeof reference !== "string" || reference === "") return undefined;
    return this.all(...types).find(
      ({ id, outputs }) => id === reference || outputs["arn"] === reference || outputs["name"] === reference,
    );
  }

  /** How many resources a URN has made. */
  generation(urn: string): number {
    return this.content.generations[urn] ?? 0;
  }

  /** Adds a record. */
  add(record: AccountRecord): void {
    this.content.records.push(record);
    if (record.urn) this.content.generations[record.urn] = this.generation(record.urn) + 1;
  }

  /** Takes a record out; true when it was there. */
  remove(token: string, id: string): boolean {
    const { records } = this.content;
    const index = records.findIndex((record) => record.token === token && record.id === id);
    if (index >= 0) records.splice(index, 1);
    if (records.length === 0) this.content.generations = {};
    return index >= 0;
  }
}

/** A ledger in memory. */
export function emptyLedger(records: AccountRecord[] = []): Ledger {
  return new Ledger({ generations: {}, records });
}

/** Waits for another plugin's change at most this long, in milliseconds. */
const LOCK_WAIT = 10_000;

/** Where a URN's ledger lies. */
export function ledgerFile(urn: string, env: NodeJS.ProcessEnv): string {
  if (env["OFFLINE_AWS_LEDGER"]) return resolve(env["OFFLINE_AWS_LEDGER"]);
  const [origin = "", project = ""] = urn.split("::");
  const stack = origin.split(":").pop() ?? "";
  const home = env["PULUMI_HOME"] || join(homedir(), ".pulumi");
  const backend = createHash("sha256")
    .update(env["PULUMI_BACKEND_URL"] ?? "")
    .digest("hex")
    .slice(0, 8);
  const name = `${project}.${stack}.${backend}`.replaceAll(/[^\w.-]/g, "_");
  return join(home, "offline-aws", `${name}.json`);
}

function load(file: string): Content {
  if (!existsSync(file)) return { generations: {}, records: [] };
  try {
    const { generations = {}, records = [] } = JSON.parse(readFileSync(file, "utf8")) as Partial<Content>;
    if (!isMap(generations) || !Array.isArray(records)) throw new Error("it holds no records");
    return {
      generations,
      records: records.map((record) => ({
        ...record,
        urn: record.urn ?? "",
        inputs: record.inputs ?? {},
        outputs: record.outputs ?? {},
      })),
    };
  } catch (error) {
    throw new Error(
      `the offline AWS ledger ${file} cannot be read (${error instanceof Error ? error.message : String(error)}); ` +
        "restore it, or remove it and refresh the stack",
      { cause: error },
    );
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Several providers are several processes; each change of the file happens alone. */
function locked<T>(file: string, change: () => T): T {
  const lock = `${file}.lock`;
  mkdirSync(dirname(file), { recursive: true });
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; ; waited += 10) {
    try {
      const handle = openSync(lock, "wx");
      writeSync(handle, String(process.pid));
      closeSync(handle);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const holder = existsSync(lock) ? Number(readFileSync(lock, "utf8")) : 0;
      if (holder > 0 && !alive(holder)) rmSync(lock, { force: true });
      if (waited > LOCK_WAIT)
        throw new Error(`${lock} is held by process ${holder}; end it or remove the file`, { cause: error });
      Atomics.wait(sleeper, 0, 0, 10);
    }
  }
  try {
    return change();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Reads the ledger in a file without changing it. */
export function readLedger(file: string): Ledger {
  return new Ledger(load(file));
}

/** Changes the ledger in a file; nothing is written when `change` throws. */
export function changeLedger<T>(file: string, change: (ledger: Ledger) => T): T {
  return locked(file, () => {
    const content = load(file);
    const result = change(new Ledger(content));
    const temporary = `${file}.${process.pid}`;
    writeFileSync(temporary, `${JSON.stringify(content, undefined, 1)}\n`, { mode: 0o600 });
    renameSync(temporary, file);
    return result;
  });
}

/**
 * Refuses to go on without a ledger: what the state tells of may then stand in a real account, and would be forgotten.
 * @throws Error that says how to go on
 */
export function requireLedger(file: string): void {
  if (existsSync(file)) return;
  throw new Error(
    `there is no offline AWS ledger ${file}, so this stack may stand in a real account: use the real plugin; ` +
      `if it is an offline stack whose ledger is lost, write {} to that file and refresh`,
  );
}
