/** A site of the tests' own: real machines, made by calling the provider's definitions as the engine would. */
import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { OperationContext, Properties, ResourceDefinition } from "../../engine/provider/resource";
import { nspawnProvider } from "../../components/sites/local/provider/definition";
import { execute } from "../../components/sites/local/provider/site/execute";
import { formatAddress, parseSubnet } from "../../components/network/ipv4";
import { siteRemains, sweepSite } from "../../components/sites/local/provider/site/sweep";

/** The tests' subnet; another where this one is taken. */
export const SUBNET = process.env.OPENTSDB_TEST_SUBNET ?? "10.77.0.128/25";

/** The tests' n-th address. */
export function testAddress(n: number): string {
  return formatAddress((parseSubnet(SUBNET)?.base ?? 0) + n);
}

/** What an operation gets from the engine. */
export function context(preview = false): OperationContext {
  return { urn: "urn:test", preview, signal: new AbortController().signal, log: () => undefined };
}

/** The definition of one of the provider's types. */
export function definition(type: string): ResourceDefinition {
  const found = nspawnProvider.resources[`nspawn:index:${type}`];
  assert.ok(found, type);
  return found;
}

/** Why this machine cannot run the tests; `undefined` when it can. */
export function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return "not root";
  const tools = ["systemd-nspawn", "haproxy", "nft", "mmdebstrap", "zstd", "ssh", "losetup", "mkfs.ext4"];
  const missing = tools.filter((tool) => {
    const folders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/sbin"];
    return !folders.some((folder) => fs.existsSync(path.join(folder, tool)));
  });
  return missing.length === 0 ? undefined : `missing ${missing.join(", ")}`;
}

/** A resource that the tests made. */
export interface Made {
  type: string;
  id: string;
  inputs: Properties;
  outputs: Properties;
}

/** One site with its network, its keys, and ways to make what stands on it. */
export class TestSite {
  readonly baseImage: string;
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "opentsdb-hosts-"));
  network: Properties = {};
  hostKeys: Properties = {};

  constructor(readonly site: string) {
    const script = path.join(__dirname, "../../scripts/bootstrap/base-image.sh");
    const said = execFileSync("bash", [script], { encoding: "utf8" }).trim().split("\n");
    this.baseImage = said.at(-1) ?? "";
  }

  async begin(): Promise<void> {
    await sweepSite(this.site);
    this.network = (await this.make("Network", { site: this.site, subnet: SUBNET })).outputs;
    this.hostKeys = (await this.make("KeyPair", {})).outputs;
  }

  /** Removes the site and holds that nothing of it is left. */
  async end(): Promise<void> {
    await sweepSite(this.site);
    fs.rmSync(this.folder, { recursive: true, force: true });
    assert.deepEqual(await siteRemains(this.site), []);
    const processes = await execute("ps", ["-eo", "args"]);
    assert.ok(!processes.includes(`/sites/${this.site}/`), "a process of the site is left");
  }

  /** Checks and creates a resource, as an `up` does. */
  async make(type: string, inputs: Properties): Promise<Made> {
    const checked = await definition(type).check(inputs, undefined, context());
    assert.deepEqual(checked.failures, []);
    const { id, outputs } = await definition(type).create(checked.inputs, context());
    return { type, id, inputs: checked.inputs, outputs };
  }

  /** Diffs and, when that finds a change, updates a resource; returns what changed. */
  async change(made: Made, changes: Properties): Promise<string[]> {
    const news = { ...made.inputs, ...changes };
    const { failures } = await definition(made.type).check(news, made.inputs, context());
    assert.deepEqual(failures, []);
    const diff = await definition(made.type).diff?.(made.id, made.outputs, made.inputs, news, context());
    if (diff && diff.changed.length === 0) return [];
    const { type } = made;
    const changed = await definition(type).update?.(made.id, made.outputs, made.inputs, news, context());
    assert.ok(changed, `${type} cannot change in place`);
    made.outputs = changed;
    made.inputs = news;
    return diff?.changed ?? Object.keys(changes);
  }

  /** Reads a resource, as a refresh does; says whether it is there. */
  async refresh(made: Made): Promise<boolean> {
    const found = await definition(made.type).read?.(made.id, made.outputs, made.inputs, context());
    if (found) made.outputs = found.outputs;
    return found !== undefined;
  }

  async remove(made: Made): Promise<void> {
    await definition(made.type).delete(made.id, made.outputs, made.inputs, context());
  }

  /** Inputs that a host and a fleet have in common. */
  machineInputs(name: string): Properties {
    return {
      ...{ site: this.site, name, memoryMiB: 256, diskMiB: 1024, baseImage: this.baseImage, binds: [] },
      authorizedKey: this.network["publicKey"],
      hostKey: this.hostKeys["privateKey"],
      hostKeyPublic: this.hostKeys["publicKey"],
    };
  }

  host(name: string, n: number, more: Properties = {}): Promise<Made> {
    return this.make("Host", { ...this.machineInputs(name), address: testAddress(n), volumes: {}, ...more });
  }

  volume(name: string, sizeMiB = 32): Promise<Made> {
    return this.make("Volume", { site: this.site, name, sizeMiB });
  }

  /** Runs a command by SSH; the host must show this key, by default the one it was given. */
  async ssh(n: number, command: string, hostKey = String(this.hostKeys["publicKey"])): Promise<string> {
    const known = path.join(this.folder, `known-${n}`);
    fs.writeFileSync(known, `${testAddress(n)} ${hostKey}\n`);
    const options = [
      "BatchMode=yes",
      "StrictHostKeyChecking=yes",
      `UserKnownHostsFile=${known}`,
      "ConnectTimeout=5",
    ];
    return execute("ssh", [
      ...["-i", String(this.network["privateKeyFile"]), "-F", "none"],
      ...options.flatMap((option) => ["-o", option]),
      `root@${testAddress(n)}`,
      command,
    ]);
  }
}
