import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { globExpression, selectFiles } from "../../../engine/plugins/command/globs";
import { failureOf, scratchFolder, TestStack } from "../engine-fixture";

describe("command:local:Command", function () {
  this.timeout(120_000);
  let stack: TestStack;
  beforeEach(async () => {
    stack = await TestStack.create();
  });
  afterEach(() => stack.dispose());

  it("runs with its interpreter, folder, environment and stdin", async () => {
    const { outputs } = await stack.up(() => {
      const made = new local.Command("step", {
        create: 'echo "$0 $COLOUR $(pwd) $(cat)"',
        interpreter: ["/bin/bash", "-c"],
        dir: stack.folder,
        environment: { COLOUR: "blue" },
        stdin: "given",
      });
      return Promise.resolve({ stdout: made.stdout });
    });
    assert.equal(outputs["stdout"]?.value, `/bin/bash blue ${stack.folder} given`);
  });

  it("returns the files that its patterns select, as assets and as an archive", async () => {
    const { outputs } = await stack.up(() => {
      const made = new local.Command("step", {
        create: "mkdir -p out/sub && echo a > out/a.txt && echo b > out/sub/b.txt && echo s > out/secret.txt",
        dir: stack.folder,
        assetPaths: ["out/**.txt", "!out/secret*"],
        archivePaths: ["out/*.txt"],
      });
      return Promise.resolve({
        assets: made.assets.apply((assets) => Object.keys(assets ?? {})),
        archive: made.archive.apply(async (archive) =>
          Object.keys((await (archive as pulumi.asset.AssetArchive).assets) ?? {}),
        ),
      });
    });
    assert.deepEqual(outputs["assets"]?.value, ["out/a.txt", "out/sub/b.txt"]);
    assert.deepEqual(outputs["archive"]?.value, ["out/a.txt", "out/secret.txt"]);
  });

  it("hands the previous output to update and delete", async () => {
    const program = (update: string) => () => {
      const made = new local.Command("step", {
        create: "echo one",
        update,
        delete: `echo "$PULUMI_COMMAND_STDOUT" > ${stack.folder}/last`,
      });
      return Promise.resolve({ stdout: made.stdout });
    };
    await stack.up(program("true"));
    const { outputs } = await stack.up(program('echo "after $PULUMI_COMMAND_STDOUT"'));
    assert.equal(outputs["stdout"]?.value, "after one");
    await stack.destroy();
    assert.ok(existsSync(join(stack.folder, "last")));
  });

  it("fails with the exit status and stderr", async () => {
    const failure = await failureOf(
      stack.up(() => {
        new local.Command("step", { create: "echo the cause >&2; exit 4" });
        return Promise.resolve();
      }),
    );
    assert.match(failure.message, /on this machine, .*failed with exit status 4; stderr:\nthe cause/);
  });

  it("names a folder that does not exist", async () => {
    const failure = await failureOf(
      stack.up(() => {
        new local.Command("step", { create: "true", dir: "/does/not/exist" });
        return Promise.resolve();
      }),
    );
    assert.match(failure.message, /cannot run \/bin\/sh in \/does\/not\/exist/);
  });

  it("runs the function local.run in a preview too, and keeps a secret argument secret", async () => {
    const program = () =>
      Promise.resolve({
        out: local.runOutput({
          command: `echo ran >> ${stack.folder}/ran; cat`,
          stdin: pulumi.secret("quiet"),
        }).stdout,
      });
    await stack.preview(program);
    assert.ok(existsSync(join(stack.folder, "ran")));
    const { outputs } = await stack.up(program);
    assert.equal(outputs["out"]?.value, "quiet");
  });

  it("ends a running command, and its children, when the update is cancelled", async () => {
    const marker = join(stack.folder, "survived");
    const interrupt = new AbortController();
    const running = failureOf(
      stack.up(() => {
        new local.Command("step", {
          create: `touch ${stack.folder}/began; (trap 'touch ${stack.folder}/ended; exit' TERM; sleep 30 & wait; touch ${marker})`,
        });
        return Promise.resolve();
      }, interrupt.signal),
    );
    for (let tries = 0; tries < 400 && !existsSync(join(stack.folder, "began")); tries++) await pause(50);
    interrupt.abort();
    await running;
    for (let tries = 0; tries < 100 && !existsSync(join(stack.folder, "ended")); tries++) await pause(50);
    assert.ok(existsSync(join(stack.folder, "ended")));
    assert.ok(!existsSync(marker));
  });
});

describe("path patterns of the command plugin", () => {
  it("keep * within a folder and let ** cross it", () => {
    assert.ok(globExpression("a/*.js").test("a/b.js"));
    assert.ok(!globExpression("a/*.js").test("a/b/c.js"));
    assert.ok(globExpression("a/**.js").test("a/b/c.js"));
    assert.ok(globExpression("{a,b}?[0-9]").test("bx7"));
    assert.ok(!globExpression("a.js").test("axjs"));
  });

  it("apply in their order, so that an exclusion takes out what came before it", () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, "src"));
    for (const name of ["src/index.js", "src/secret.js", "readme"]) writeFileSync(join(folder, name), "");
    assert.deepEqual(selectFiles(folder, ["src/**", "!**secret*"]), ["src/index.js"]);
    assert.deepEqual(selectFiles(folder, ["!**secret*", "src/**"]), ["src/index.js", "src/secret.js"]);
  });
});
