import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { remote } from "@pulumi/command";
import type { Client } from "ssh2";
import { backoff, type Connection, dial } from "../../../engine/plugins/command/connection";
import { failureOf, TestStack } from "../engine-fixture";
import { freePort, Sshd } from "../sshd";

describe("connections of the command plugin", function () {
  this.timeout(120_000);
  let sshd: Sshd;

  before(async () => {
    sshd = await Sshd.start();
  });
  after(() => sshd.dispose());

  const progress: string[] = [];
  beforeEach(() => progress.splice(0));
  const open = async (connection: Partial<Connection>): Promise<void> => {
    const client: Client = await dial(
      { ...sshd.connection, perDialTimeout: 15, ...connection },
      { signal: new AbortController().signal, progress: (line) => progress.push(line) },
    );
    client.end();
  };

  it("refuses a host whose key differs, at once, and names both fingerprints", async () => {
    const other = await Sshd.prepare();
    try {
      await assert.rejects(open({ hostKey: other.hostKey, dialErrorLimit: -1 }), (error: Error) => {
        const [, seen, expected] =
          /refusing 127\.0\.0\.1:\d+: its host key is ssh-ed25519 (\S+), expected was ssh-ed25519 (\S+)/.exec(
            error.message,
          ) ?? [];
        const shown = (server: Sshd) =>
          execFileSync("ssh-keygen", ["-lf", join(server.folder, "host.pub")], { encoding: "utf8" }).split(
            " ",
          )[1];
        assert.equal(seen, shown(sshd));
        assert.equal(expected, shown(other));
        return true;
      });
      assert.deepEqual(progress, []);
    } finally {
      await other.dispose();
    }
  });

  it("says what is wrong with a host key that is none", async () => {
    await assert.rejects(open({ hostKey: "ssh-ed25519 nonsense" }), /connection\.hostKey is not a host key/);
  });

  it("dials until a server that comes up late answers", async () => {
    const late = await Sshd.prepare();
    const opened = open({ ...late.connection, dialErrorLimit: 30 });
    while (progress.length < 2) await pause(20);
    await late.up();
    await opened;
    assert.match(progress[0] ?? "", /^Dial 1\/30 failed: retrying/);
    await late.dispose();
  });

  it("gives up after as many failures as dialErrorLimit forgives", async () => {
    const port = await freePort();
    await assert.rejects(open({ port, dialErrorLimit: 2 }), /after 3 failed attempts: .*ECONNREFUSED/);
    assert.equal(progress.length, 2);
  });

  it("waits longer from attempt to attempt, and never more than 5 s", () => {
    assert.equal(backoff(1), 100);
    assert.equal(backoff(2), 150);
    assert.equal(backoff(50), 5_000);
  });

  it("reaches a host through a jump host, each with its own host key", async () => {
    const jump = await Sshd.start();
    try {
      const { dialErrorLimit, ...proxy } = { ...jump.connection, perDialTimeout: 15 };
      await open({ proxy: { ...proxy, dialErrorLimit } });
      assert.equal(jump.logins(), 1);
      await assert.rejects(
        open({ proxy: { ...proxy, hostKey: sshd.hostKey, dialErrorLimit } }),
        /proxy: refusing/,
      );
    } finally {
      await jump.dispose();
    }
  });

  it("logs in with an agent's key", async () => {
    const socket = join(sshd.folder, "agent");
    const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
    try {
      for (let tries = 0; tries < 100; tries++) {
        try {
          execFileSync("ssh-add", ["-q", sshd.privateKeyPath], {
            env: { ...process.env, SSH_AUTH_SOCK: socket },
            stdio: "ignore",
          });
          break;
        } catch {
          await pause(20);
        }
      }
      const { host, port, user, hostKey } = sshd.connection;
      const client = await dial(
        { host, port, user, hostKey, dialErrorLimit: 0, perDialTimeout: 15, agentSocketPath: socket },
        { signal: new AbortController().signal, progress: () => undefined },
      );
      client.end();
    } finally {
      agent.kill();
    }
  });

  it("says that the login failed, and of which host", async () => {
    const other = await Sshd.prepare();
    await assert.rejects(
      open({ privateKey: other.privateKey }),
      /cannot connect to \S+@127\.0\.0\.1:\d+ after 1 failed attempts: All configured authentication methods failed/,
    );
    await other.dispose();
  });

  it("uses one connection for steps that follow one another, and dials anew when the host was cut off", async () => {
    const own = await Sshd.start();
    const stack = await TestStack.create();
    try {
      const program = (mark: string) => () => {
        let before: remote.Command | undefined;
        for (let step = 0; step < 4; step++)
          before = new remote.Command(
            `step${step}`,
            { connection: own.connection, create: `echo ${mark}` },
            before ? { dependsOn: before } : {},
          );
        return Promise.resolve();
      };
      await stack.up(program("one"));
      assert.equal(own.logins(), 1);
      own.cut();
      await stack.up(program("two"));
      assert.equal(own.logins(), 2);
    } finally {
      stack.dispose();
      await own.dispose();
    }
  });

  it("stops dialling when the update is cancelled", async () => {
    const aborter = new AbortController();
    const port = await freePort();
    const dialled = dial(
      { ...sshd.connection, port, dialErrorLimit: -1, perDialTimeout: 15 },
      { signal: aborter.signal, progress: () => aborter.abort(new Error("cancelled")) },
    );
    await assert.rejects(dialled, /cancelled/);
  });

  it("names the host when its port is closed, in the update's own error", async () => {
    const stack = await TestStack.create();
    const connection = { ...sshd.connection, port: await freePort() };
    const failure = await failureOf(
      stack.up(() => {
        new remote.Command("step", { connection, create: "true" });
        return Promise.resolve();
      }),
    );
    assert.match(failure.message, new RegExp(`127\\.0\\.0\\.1:${connection.port} after 1 failed attempts`));
    stack.dispose();
  });
});
