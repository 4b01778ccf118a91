import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { preparedFile } from "../../stacks/prepared";
import { obstacle, SUBNET } from "../hosts/test-site";
import { repository, scratchFolder, testEngine } from "./engine-fixture";

describe("plain pulumi, without this repository's commands", function () {
  this.timeout(120_000);
  let folder: string;
  let env: NodeJS.ProcessEnv;

  before(async function () {
    const reason =
      obstacle() ??
      (existsSync(preparedFile(repository)) ? undefined : "the base image and the bundle are not made");
    if (reason !== undefined) {
      console.log(`      skipped: ${reason}`);
      this.skip();
    }
    folder = scratchFolder();
    // A project folder of its own, so that settings and state of this checkout stay as they are.
    for (const name of ["stacks", "node_modules", "tsconfig.json", "package.json"]) {
      symlinkSync(join(repository, name), join(folder, name));
    }
    copyFileSync(join(repository, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    mkdirSync(join(folder, "state"));
    env = {
      ...process.env,
      ...(await testEngine()),
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "plain",
      PULUMI_CONFIG_PASSPHRASE_FILE: "",
    };
    pulumi("stack", "init", "plain");
  });

  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const pulumi = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync("pulumi", [...args, "--non-interactive"], {
      cwd: folder,
      env,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
    return stdout;
  };
  const failure = (...args: string[]): string => {
    try {
      pulumi(...args);
    } catch (error) {
      return (error as Error).message;
    }
    return assert.fail(`pulumi ${args.join(" ")} succeeded`);
  };

  it("previews the whole environment through the language host", () => {
    const plan = JSON.parse(
      pulumi("preview", "--stack", "plain", "--json", "--config", `opentsdb:subnet=${SUBNET}`),
    ) as {
      steps: { op: string; urn: string }[];
    };
    const created = plan.steps.filter(({ op }) => op === "create").map(({ urn }) => urn.split("::").at(-1));
    for (const name of [
      "network",
      "master-1",
      "data-1",
      "data-2",
      "cache-1",
      "collector-1",
      "tsd",
      "roll-regionserver-data-2",
      "tables",
    ]) {
      assert.ok(created.includes(name), `${name} is not in the plan`);
    }
  });

  it("refuses wrong settings, all at once, before anything is planned", () => {
    writeFileSync(
      join(folder, "Pulumi.plain.yaml"),
      'config:\n  opentsdb:tsds: "99"\n  opentsdb:topologie: ha\n  opentsdb:dataVolume: 4 apples\n',
    );
    const text = failure("preview", "--stack", "plain");
    assert.match(text, /opentsdb:tsds.*99/);
    assert.match(text, /opentsdb:topologie.*topology/);
    assert.match(text, /opentsdb:dataVolume.*4 apples/);
    assert.doesNotMatch(text, /nspawn:index:Host/);
  });
});
