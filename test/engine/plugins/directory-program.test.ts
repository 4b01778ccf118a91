import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { repository, scratchFolder, testEngine } from "../engine-fixture";

const run = promisify(execFile);

describe("a program in a folder, run by the plain Pulumi CLI", function () {
  this.timeout(120_000);
  let folder: string;
  let env: NodeJS.ProcessEnv;
  const pulumi = (...args: string[]) => run("pulumi", [...args, "--non-interactive"], { cwd: folder, env });
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);

  beforeEach(async () => {
    folder = scratchFolder();
    mkdirSync(join(folder, "state"));
    env = {
      ...process.env,
      ...(await testEngine()),
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
    };
    delete env["PULUMI_CONFIG_PASSPHRASE_FILE"];
    symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
    write("Pulumi.yaml", "name: folder\nruntime:\n  name: nodejs\n");
    write("package.json", JSON.stringify({ name: "folder", main: "index.ts" }));
    write(
      "tsconfig.json",
      JSON.stringify({
        compilerOptions: {
          module: "commonjs",
          moduleResolution: "node",
          esModuleInterop: true,
          strict: true,
        },
      }),
    );
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("compiles TypeScript without checking its types, and uses the stand-ins of the private home", async () => {
    write(
      "index.ts",
      `import { local } from "@pulumi/command";
       import * as pulumi from "@pulumi/pulumi";
       const wrong: number = "not a number";
       export const out = new local.Command("step", { create: "echo " + new pulumi.Config().require("word") + wrong.length }).stdout;`,
    );
    await pulumi("stack", "init", "test");
    await pulumi("config", "set", "word", "hello");
    await pulumi("up", "--yes", "--skip-preview");
    const { stdout } = await pulumi("stack", "output", "out");
    assert.equal(stdout.trim(), "hello12");
    await pulumi("destroy", "--yes", "--skip-preview");
  });

  it("reports a program's own error once, with its message", async () => {
    write("index.ts", `throw new Error("the program's own complaint");`);
    await pulumi("stack", "init", "test");
    const failure = await pulumi("preview").then(
      () => assert.fail("the preview should have failed"),
      (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
    );
    assert.equal(failure.split("the program's own complaint").length - 1, 1, failure);
    assert.ok(!failure.includes("exit code 32"));
  });

  it("runs JavaScript as it is with typescript: false", async () => {
    write("Pulumi.yaml", "name: folder\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n");
    write("package.json", JSON.stringify({ name: "folder", main: "index.js" }));
    write("index.js", `exports.typescript = String(process.env.PULUMI_NODEJS_TYPESCRIPT);`);
    await pulumi("stack", "init", "test");
    await pulumi("up", "--yes", "--skip-preview");
    assert.equal((await pulumi("stack", "output", "typescript")).stdout.trim(), "undefined");
  });

  it("runs a policy pack, whose mandatory violation fails the preview", async () => {
    write("index.js", "");
    write("package.json", JSON.stringify({ name: "folder", main: "index.js" }));
    const pack = join(folder, "pack");
    mkdirSync(pack);
    writeFileSync(
      join(pack, "PulumiPolicy.yaml"),
      "runtime:\n  name: nodejs\n  options:\n    typescript: false\n",
    );
    writeFileSync(
      join(pack, "package.json"),
      JSON.stringify({ name: "pack", version: "1.0.0", main: "index.js" }),
    );
    writeFileSync(
      join(pack, "index.js"),
      `const { PolicyPack } = require("@pulumi/policy");
       new PolicyPack("pack", { policies: [{ name: "never", description: "never", enforcementLevel: "mandatory",
         validateStack: (_args, report) => report("this is never allowed") }] });`,
    );
    await pulumi("stack", "init", "test");
    const failure = await pulumi("preview", "--policy-pack", pack).then(
      () => assert.fail("the preview should have failed"),
      (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
    );
    assert.match(failure, /this is never allowed/);
  });

  it("says what a policy pack lacks whose packages are not installed, and ends", async () => {
    write("index.js", "");
    write("package.json", JSON.stringify({ name: "folder", main: "index.js" }));
    const pack = scratchFolder();
    writeFileSync(join(pack, "PulumiPolicy.yaml"), "runtime: nodejs\n");
    writeFileSync(
      join(pack, "package.json"),
      JSON.stringify({ name: "bare", version: "1.0.0", main: "index.js" }),
    );
    writeFileSync(join(pack, "index.js"), "");
    await pulumi("stack", "init", "bare");
    const failure = await pulumi("preview", "--policy-pack", pack).then(
      () => assert.fail("the preview should have failed"),
      (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
    );
    assert.match(failure, /cannot find @pulumi\/pulumi/);
    rmSync(pack, { recursive: true });
  });
});
