import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { failureOf, TestStack } from "../engine-fixture";
import { Sshd } from "../sshd";

/** A program with one command. */
function one(args: remote.CommandArgs, options: pulumi.CustomResourceOptions = {}) {
  return () => {
    const made = new remote.Command("step", args, options);
    return Promise.resolve({ stdout: made.stdout, stderr: made.stderr });
  };
}

describe("command:remote:Command", function () {
  this.timeout(120_000);
  let sshd: Sshd;
  let stack: TestStack;

  before(async () => {
    sshd = await Sshd.start({ config: ["AcceptEnv COLOUR PULUMI_COMMAND_STDOUT"] });
  });
  after(() => sshd.dispose());
  beforeEach(async () => {
    stack = await TestStack.create();
  });
  afterEach(() => stack.dispose());

  /** A command that writes a line into a file of the test's folder. */
  const note = (line: string): string => `echo ${line} >> ${stack.folder}/notes`;
  /** The lines written since the last look. */
  const notes = (): string[] => {
    const file = join(stack.folder, "notes");
    const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
    rmSync(file, { force: true });
    return lines;
  };

  it("keeps stdout and stderr without their last newline, and only that one", async () => {
    const { outputs, diagnostics } = await stack.up(
      one({ connection: sshd.connection, create: "printf 'a\\n b \\n\\n'; echo grumble >&2" }),
    );
    assert.equal(outputs["stdout"]?.value, "a\n b \n");
    assert.equal(outputs["stderr"]?.value, "grumble");
    assert.ok(
      diagnostics.some((line) => line.includes("grumble")),
      "output is streamed as log lines",
    );
  });

  it("runs create once, update on a change, nothing without one, and delete at the end", async () => {
    const program = (update: string) =>
      one({
        connection: sshd.connection,
        create: note("create"),
        update: note(update),
        delete: note("delete"),
      });
    await stack.up(program("first"));
    assert.deepEqual(notes(), ["create"]);
    assert.deepEqual((await stack.up(program("first"))).steps, []);
    assert.deepEqual(notes(), []);
    assert.deepEqual((await stack.up(program("second"))).steps, ["update step"]);
    assert.deepEqual(notes(), ["second"]);
    await stack.destroy();
    assert.deepEqual(notes(), ["delete"]);
  });

  it("runs create again on a change when there is no update, and update on a change of the connection", async () => {
    const program = (create: string, update?: string, dialErrorLimit = 0) =>
      one({
        connection: { ...sshd.connection, dialErrorLimit },
        create: note(create),
        ...(update && { update: note(update) }),
      });
    await stack.up(program("one"));
    assert.deepEqual((await stack.up(program("two"))).steps, ["update step"]);
    await stack.up(program("two", "three"));
    await stack.up(program("two", "three", 1));
    assert.deepEqual(notes(), ["one", "two", "three", "three"]);
  });

  it("replaces when triggers change: the new create first, then the old delete", async () => {
    const program = (incarnation: string) =>
      one({
        connection: sshd.connection,
        create: note(`create-${incarnation}`),
        update: note("update"),
        delete: note(`delete-${incarnation}`),
        triggers: [incarnation],
      });
    await stack.up(program("old"));
    notes();
    const { steps } = await stack.up(program("new"));
    assert.ok(steps.includes("create-replacement step"), steps.join(", "));
    assert.deepEqual(notes(), ["create-new", "delete-old"]);
  });

  it("deletes before it creates when deleteBeforeReplace is set", async () => {
    const program = (incarnation: string) =>
      one(
        {
          connection: sshd.connection,
          create: note(`create-${incarnation}`),
          delete: note(`delete-${incarnation}`),
          triggers: [incarnation],
        },
        { deleteBeforeReplace: true },
      );
    await stack.up(program("old"));
    notes();
    await stack.up(program("new"));
    assert.deepEqual(notes(), ["delete-old", "create-new"]);
  });

  it("leaves ignored changes alone", async () => {
    const program = (create: string) =>
      one({ connection: sshd.connection, create: note(create) }, { ignoreChanges: ["create"] });
    await stack.up(program("one"));
    assert.deepEqual((await stack.up(program("two"))).steps, []);
    assert.deepEqual(notes(), ["one"]);
  });

  it("runs nothing in a preview, also where inputs are not known yet", async () => {
    const { steps } = await stack.preview(() => {
      const first = new remote.Command("first", { connection: sshd.connection, create: note("first") });
      const connection = { ...sshd.connection, host: first.stdout };
      new remote.Command("second", { connection, create: first.stdout, triggers: [first.stdout] });
      return Promise.resolve();
    });
    assert.deepEqual(steps, ["create first", "create second"]);
    assert.deepEqual(notes(), []);
  });

  it("passes a secret on stdin and keeps it out of state, diagnostics and the error of a failure", async () => {
    const stdin = pulumi.secret("hunter2-on-stdin");
    const { outputs, diagnostics } = await stack.up(
      one(
        { connection: sshd.connection, stdin, create: "tee /dev/stderr | wc -c" },
        { additionalSecretOutputs: ["stdout", "stderr"] },
      ),
    );
    assert.equal(outputs["stdout"]?.value, "16");
    assert.ok(outputs["stdout"]?.secret);
    assert.ok(!diagnostics.join("\n").includes("hunter2"));
    assert.ok(!stack.stateText().includes("hunter2"));
    const failure = await failureOf(
      stack.up(one({ connection: sshd.connection, stdin, create: "cat; cat >&2; exit 3" })),
    );
    assert.match(failure.message, /exit status 3 \(its output is withheld: stdin is secret\)/);
    assert.ok(!failure.message.includes("hunter2"));
  });

  it("keeps the connection's key out of the state", async () => {
    await stack.up(one({ connection: sshd.connection, create: "true" }));
    assert.ok(!stack.stateText().includes("OPENSSH PRIVATE KEY"));
  });

  it("shows nothing of a command's output with logging none, and one stream with its name", async () => {
    const create = "echo out-line; echo err-line >&2";
    const quiet = await stack.up(one({ connection: sshd.connection, create, logging: "none" }));
    assert.ok(!quiet.diagnostics.join().includes("-line"));
    const half = await stack.up(one({ connection: sshd.connection, create, logging: "stderr" }));
    assert.ok(half.diagnostics.join().includes("err-line"));
    assert.ok(!half.diagnostics.join().includes("out-line"));
  });

  it("sets environment variables that sshd accepts", async () => {
    const { outputs } = await stack.up(
      one({ connection: sshd.connection, create: "echo $COLOUR", environment: { COLOUR: "blue" } }),
    );
    assert.equal(outputs["stdout"]?.value, "blue");
  });

  it("fails before the command runs when sshd refuses an environment variable", async () => {
    const failure = await failureOf(
      stack.up(one({ connection: sshd.connection, create: note("ran"), environment: { FORBIDDEN: "x" } })),
    );
    assert.match(failure.message, /Unable to set 'FORBIDDEN'.*AcceptEnv/);
    assert.deepEqual(notes(), []);
  });

  it("hands the previous output to update, and warns of the variables that sshd refuses", async () => {
    const program = (update: string, addPreviousOutputInEnv?: boolean) =>
      one({
        connection: sshd.connection,
        create: "echo before; echo aside >&2",
        update,
        ...(addPreviousOutputInEnv !== undefined && { addPreviousOutputInEnv }),
      });
    await stack.up(program("true"));
    const shown = await stack.up(program('echo "was $PULUMI_COMMAND_STDOUT"; echo aside >&2'));
    assert.equal(shown.outputs["stdout"]?.value, "was before");
    assert.ok(shown.diagnostics.some((line) => line.includes("Unable to set 'PULUMI_COMMAND_STDERR'")));
    const hidden = await stack.up(program('echo "had $PULUMI_COMMAND_STDOUT"', false));
    assert.equal(hidden.outputs["stdout"]?.value, "had ");
    assert.ok(!hidden.diagnostics.join().includes("Unable to set"));
  });

  it("fails with the exit status and the last lines of stderr", async () => {
    const failure = await failureOf(
      stack.up(one({ connection: sshd.connection, create: "seq 1 100 >&2; echo the cause >&2; exit 7" })),
    );
    assert.match(
      failure.message,
      /on 127\.0\.0\.1, .*exit status 7; the last lines of stderr:[^]*\n100\nthe cause/,
    );
    assert.ok(!/exit status 7[^]*stderr:\n1\n2\n/.test(failure.message));
  });

  it("fails when the connection is cut in the middle of a command", async () => {
    const running = failureOf(
      stack.up(one({ connection: sshd.connection, create: `${note("began")}; sleep 60` })),
    );
    for (let tries = 0; tries < 400 && !existsSync(join(stack.folder, "notes")); tries++)
      await new Promise((done) => setTimeout(done, 50));
    sshd.cut();
    assert.match((await running).message, /127\.0\.0\.1: the connection was lost before the command ended/);
  });

  it("names a wrong property and what is allowed", async () => {
    const wrong = {
      ...sshd.connection,
      hostt: "x",
      port: "many",
    } as unknown as remote.CommandArgs["connection"];
    const failure = await failureOf(
      stack.up(one({ connection: wrong, create: "true", logging: "loud" as "none" })),
    );
    assert.match(failure.message, /connection\.hostt[^]*unknown property; Did you mean host\?/);
    assert.match(failure.message, /connection\.port[^]*a whole number from 1 to 65535/);
    assert.match(failure.message, /logging[^]*one of "stdout", "stderr"/);
  });

  it("refuses to delete on a host that is gone, unless deletedWith names what is gone with it", async () => {
    const gone = await Sshd.start();
    const program = (withHost: boolean) => () => {
      const host = new remote.Command("host", { connection: sshd.connection, create: "true" });
      const options = withHost ? { deletedWith: host } : { dependsOn: host };
      new remote.Command("role", { connection: gone.connection, create: "true", delete: "true" }, options);
      return Promise.resolve();
    };
    await stack.up(program(false));
    await gone.down();
    assert.match(
      (await failureOf(stack.destroy())).message,
      /cannot connect to .*127\.0\.0\.1:\d+ after 1 failed/,
    );
    await gone.up();
    await stack.up(program(true));
    await gone.dispose();
    await stack.destroy();
  });
});
