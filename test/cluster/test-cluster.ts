/** A cluster of the tests' own, beside a running one: its network, settings and state are its own. */
import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { bringUp, BroughtUp } from "../../scripts/commands/environment/bring-up";
import { EnvironmentHealth, checkHealth } from "../../scripts/commands/environment/health";
import { EnvironmentArgs, REPOSITORY } from "../../scripts/commands/environment/open";
import { runRemote, sshArguments, withKnownHosts, findHost } from "../../scripts/commands/environment/ssh";
import { takeDown } from "../../scripts/commands/environment/take-down";
import { runSmoke } from "../../scripts/commands/environment/verify";
import { siteRemains, sweepSite } from "../../components/sites/local/provider/site/sweep";
import { SUBNET } from "../hosts/test-site";

/** Settings by name, as an environment's file has them. */
export type TestSettings = Readonly<Record<string, unknown>>;

/** How long a command on a host may take, in milliseconds. */
const REMOTE_TIMEOUT = 60_000;

/** A cluster with the smallest settings that are still those of a real one. */
export class TestCluster {
  private readonly folder = mkdtempSync(join(tmpdir(), "opentsdb-cluster-"));
  /** What the last update told: a line for each step. */
  lines: string[] = [];
  private brought: BroughtUp | undefined;

  constructor(
    readonly name: string,
    private readonly settings: TestSettings = {},
  ) {
    mkdirSync(join(this.folder, "state"));
  }

  get running(): BroughtUp {
    assert.ok(this.brought, "the cluster has not been brought up");
    return this.brought;
  }

  get endpoint(): string {
    return this.running.outputs.endpoint;
  }

  args(changes: TestSettings = {}): EnvironmentArgs {
    return {
      environment: this.name,
      settings: { subnet: SUBNET, collectInterval: "5s", ...this.settings, ...changes },
      configDirectory: join(this.folder, "settings"),
      stateDirectory: join(this.folder, "state"),
    };
  }

  /** Brings the cluster to its settings, with these changed. */
  async up(changes: TestSettings = {}, options: { refresh?: boolean } = {}): Promise<BroughtUp> {
    this.lines = [];
    const output = {
      isTTY: false,
      write: (text: string) => {
        this.lines.push(...text.split("\n").filter((line) => line.trim() !== ""));
        return true;
      },
    };
    this.brought = await bringUp(this.args(changes), { refresh: false, ...options, output });
    return this.brought;
  }

  /** Begins to bring the cluster up and kills everything that works on it as soon as a line is told. */
  async cutOff(line: string): Promise<void> {
    const register = join(REPOSITORY, "node_modules", "ts-node", "register", "transpile-only");
    const child = spawn(
      process.execPath,
      ["--require", register, join(__dirname, "cut-off.ts"), JSON.stringify(this.args())],
      // A process group of its own, which ends as a whole.
      { detached: true, stdio: ["ignore", "pipe", "inherit"] },
    );
    let told = "";
    await new Promise<void>((resolve, reject) => {
      child.stdout.on("data", (chunk: Buffer) => {
        told += chunk.toString();
        if (told.includes(line)) resolve();
      });
      child.once("exit", () => reject(new Error(`it ended before "${line}":\n${told}`)));
    });
    assert.ok(child.pid !== undefined);
    process.kill(-child.pid, "SIGKILL");
    await new Promise((resolve) => child.once("close", resolve));
  }

  /** Removes the cluster by its own command and holds that nothing is left. */
  async down(): Promise<void> {
    await takeDown(this.args(), { isTTY: false, write: () => true });
    assert.deepEqual(await siteRemains(this.name), []);
  }

  /** For the end of a suite, whatever has happened in it. */
  async dispose(): Promise<void> {
    await sweepSite(this.name);
    rmSync(this.folder, { recursive: true, force: true });
    assert.deepEqual(await siteRemains(this.name), []);
  }

  /** The state as it lies on disk. */
  stateText(): string {
    const files = readdirSync(join(this.folder, "state"), { recursive: true, encoding: "utf8" });
    const own = files.filter((file) => file.endsWith(`${this.name}.json`));
    assert.ok(own.length > 0, "there is no state file");
    return own.map((file) => readFileSync(join(this.folder, "state", file), "utf8")).join("\n");
  }

  /** Runs a command on a host whose key is checked; its failure fails the test. */
  async on(host: string, command: string): Promise<string> {
    const { outputs } = this.running;
    const result = await withKnownHosts(outputs, (knownHostsFile) =>
      runRemote(
        sshArguments({ outputs, host: findHost(outputs, host), knownHostsFile, batch: true, command }),
        REMOTE_TIMEOUT,
      ),
    );
    assert.equal(result.code, 0, `${command} on ${host}: ${result.stderr}`);
    return result.stdout;
  }

  health(): Promise<EnvironmentHealth> {
    return checkHealth(this.running.outputs);
  }

  /** Waits until every role of every host is healthy. */
  async healthy(withinSeconds: number): Promise<void> {
    const deadline = Date.now() + withinSeconds * 1000;
    for (;;) {
      const { problems } = await this.health();
      if (problems.length === 0) {
        return;
      }
      assert.ok(Date.now() < deadline, `still unhealthy after ${withinSeconds} s:\n${problems.join("\n")}`);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }

  /** Data sent is data served, and every host's metrics arrive. */
  async smoke(): Promise<void> {
    const { outputs, environment } = this.running;
    const report = await runSmoke(outputs, environment.settings);
    const failed = report.checks.filter(({ ok }) => !ok);
    assert.deepEqual(failed, [], failed.map(({ name, detail }) => `${name}: ${detail}`).join("\n"));
  }
}
