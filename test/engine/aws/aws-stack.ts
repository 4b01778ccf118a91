/** A stack of its own with an offline AWS account of its own. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratchFolder, TestStack } from "../engine-fixture";

/** A record of the ledger, as a test reads or writes it. */
export interface LedgerRecord {
  token: string;
  id: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** Variables that take away the credentials of whoever runs the tests. */
const NO_CREDENTIALS = {
  AWS_ACCESS_KEY_ID: "",
  AWS_SECRET_ACCESS_KEY: "",
  AWS_SESSION_TOKEN: "",
  AWS_PROFILE: "",
  AWS_ROLE_ARN: "",
  AWS_WEB_IDENTITY_TOKEN_FILE: "",
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "",
  AWS_CONTAINER_CREDENTIALS_FULL_URI: "",
  AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
  AWS_CONFIG_FILE: "/nonexistent/config",
};

/** A stack, its account's ledger, and what Configure was told. */
export class AwsStack {
  private constructor(
    readonly stack: TestStack,
    private readonly folder: string,
  ) {}

  /** Makes a stack in eu-central-1 without credentials; `env` is added, and wins. */
  static async create(env: Record<string, string> = {}): Promise<AwsStack> {
    const folder = scratchFolder();
    const stack = await TestStack.create({
      ...NO_CREDENTIALS,
      AWS_REGION: "eu-central-1",
      OFFLINE_AWS_LEDGER: join(folder, "ledger.json"),
      OFFLINE_AWS_CONFIGURE_RECORD: join(folder, "configure.jsonl"),
      ...env,
    });
    return new AwsStack(stack, folder);
  }

  private get file(): string {
    return join(this.folder, "ledger.json");
  }

  /** The records of the account. */
  records(): LedgerRecord[] {
    if (!existsSync(this.file)) return [];
    return (JSON.parse(readFileSync(this.file, "utf8")) as { records: LedgerRecord[] }).records;
  }

  /** Changes the account behind Pulumi's back. */
  tamper(change: (records: LedgerRecord[]) => LedgerRecord[]): void {
    const content = JSON.parse(readFileSync(this.file, "utf8")) as { records: LedgerRecord[] };
    writeFileSync(this.file, JSON.stringify({ ...content, records: change(content.records) }));
  }

  /** The settings that each Configure got, in order. */
  configured(): Record<string, unknown>[] {
    const text = readFileSync(join(this.folder, "configure.jsonl"), "utf8");
    return text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Removes the stack and the account. */
  dispose(): void {
    this.stack.dispose();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
