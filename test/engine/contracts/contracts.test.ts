import * as assert from "node:assert/strict";

import { cut } from "../../../components/sites/local/provider/faults";
import { siteRemains, sweepSite } from "../../../components/sites/local/provider/site/sweep";
import { failureOf, StackRun, TestStack } from "../engine-fixture";
import { obstacle } from "../../hosts/test-site";
import { HOSTS, SITE, Toy, ToyOptions } from "./toy";

/** One line of what the toys wrote down. */
interface Noted {
  time: bigint;
  host: string;
  machine: string;
  event: string;
}

describe("the contract between roles, hosts and the engine", function () {
  this.timeout(240_000);
  // Each test begins with what the one before it has left.
  this.bail(true);
  let toy: Toy;
  let stack: TestStack;
  let run: StackRun;

  before(async function () {
    const reason = obstacle();
    if (reason !== undefined) {
      console.log(`      skipped: this machine cannot run hosts (${reason})`);
      this.skip();
    }
    await sweepSite(SITE);
    toy = new Toy();
    stack = await TestStack.create();
  });

  after(async () => {
    if (toy === undefined) {
      return;
    }
    await sweepSite(SITE);
    toy.remove();
    stack.dispose();
    assert.deepEqual(await siteRemains(SITE), []);
  });

  const access = (host: string): { key: string; hostKey: string } => ({
    key: run.outputs["key"]?.value as string,
    hostKey:
      (run.outputs["hostKeys"]?.value as string[])[HOSTS.indexOf(host as (typeof HOSTS)[number])] ?? "",
  });
  const on = (host: string, command: string): string => toy.on(host, command, access(host));

  /** What was done on the hosts since the last call, in order. */
  const seen = new Map<string, number>();
  const noted = (hosts: readonly string[] = HOSTS): Noted[] =>
    hosts
      .flatMap((host) => {
        const lines = on(host, "cat /data/log/events").trim().split("\n");
        const news = lines.slice(seen.get(host) ?? 0);
        seen.set(host, lines.length);
        return news;
      })
      .map((line) => {
        const [time = "0", host = "", machine = "", event = ""] = line.split(" ");
        return { time: BigInt(time), host, machine, event };
      })
      .sort((a, b) => (a.time < b.time ? -1 : 1));
  const up = async (options?: ToyOptions): Promise<StackRun> => (run = await stack.up(toy.program(options)));
  const commands = (steps: readonly string[]): string[] =>
    steps.filter((step) => / (base|member|gadget|roll|formation)-/.test(step));

  it("forms a group with all members starting in parallel, and asks once whether it is ready", async () => {
    await up();
    const events = noted().filter(({ event }) => event.startsWith("member:"));
    const ends = events.filter(({ event }) => event === "member:start-end:1");
    const begins = events.filter(({ event }) => event === "member:start-begin:1");
    const firstEnd = ends[0]?.time ?? 0n;
    assert.equal(begins.length, 3);
    assert.ok(
      begins.every(({ time }) => time < firstEnd),
      "a member waited for another one's start",
    );
    assert.deepEqual(
      events.filter(({ event }) => event.startsWith("member:ready")).map(({ event }) => event),
      ["member:ready-3:1"],
    );
    const ready = events.find(({ event }) => event.startsWith("member:ready"))?.time ?? 0n;
    assert.ok(
      ends.every(({ time }) => time < ready),
      "the group was asked before all had started",
    );
  });

  it("runs no command when nothing has changed", async () => {
    const { steps } = await up();
    assert.deepEqual(steps, []);
    assert.deepEqual(noted(), []);
  });

  it("re-applies exactly the roles that carry a changed file", async () => {
    const { steps } = await up({ gadget: "2" });
    assert.deepEqual(commands(steps), ["update gadget-data-1"]);
    const events = noted();
    assert.ok(
      events.length > 0 &&
        events.every(({ host, event }) => host === "data-1" && event.startsWith("gadget:")),
    );
  });

  it("changes members of a formed group one after another, each rejoined before the next one stops", async () => {
    await up({ gadget: "2", member: "2" });
    const events = noted().map(({ host, event }) => `${host} ${event}`);
    const turn = (host: string): string[] =>
      ["stop", "install", "start-begin", "start-end", "rejoined"].map((what) => `${host} member:${what}:2`);
    assert.deepEqual(
      events.filter((event) => !event.includes(":ready")),
      HOSTS.flatMap(turn),
    );
  });

  it("stops the update with the host, the role and its journal when a member does not come back; the others serve on", async () => {
    const failure = await failureOf(stack.up(toy.program({ gadget: "2", member: "broken" })));
    assert.match(failure.message, /role member failed on host data-1/);
    assert.match(failure.message, /the toy is broken/);
    assert.equal(on("data-1", "systemctl is-active member.service || true").trim() === "active", false);
    for (const host of ["data-2", "data-3"]) {
      assert.equal(on(host, "systemctl is-active member.service").trim(), "active", host);
      assert.match(
        on(host, "cat /var/lib/opentsdb-platform/roles/member/active/settings"),
        /VERSION='2'/,
        host,
      );
    }
  });

  it("comes back when the change is taken back", async () => {
    await up({ gadget: "2", member: "2" });
    for (const host of HOSTS) {
      assert.equal(on(host, "systemctl is-active member.service").trim(), "active", host);
    }
    noted();
  });

  it("leaves a stateful machine alone when its definition changes and it is not named", async () => {
    const { steps } = await up({ gadget: "2", member: "2", rootDiskMiB: 1100 });
    assert.deepEqual(steps, []);
  });

  it("pauses the roles of a machine that is replaced on the old machine, then applies them on the new one", async () => {
    const old = on("data-2", "cat /etc/machine-id").trim();
    const { steps } = await up({ gadget: "2", member: "2", rootDiskMiB: 1100, rollHosts: ["data-2"] });
    const now = on("data-2", "cat /etc/machine-id").trim();
    assert.notEqual(now, old);
    const events = noted();
    assert.ok(
      events.every(({ host }) => host === "data-2"),
      "another host was touched",
    );
    assert.deepEqual(
      events
        .filter(({ event }) => !event.includes(":ready") && !event.includes("rejoined"))
        .map(({ machine, event }) => [machine, event]),
      [
        [old, "member:stop:2"],
        [now, "member:install:2"],
        [now, "member:start-begin:2"],
        [now, "member:start-end:2"],
      ],
    );
    assert.ok(
      steps.indexOf("delete-replaced member-data-2") < steps.indexOf("delete-replaced data-2"),
      steps.join("\n"),
    );
    assert.deepEqual(
      commands(steps).filter((step) => !step.endsWith("data-2")),
      [],
      "a command of another host ran",
    );
  });

  it("makes a machine anew that was removed by hand, with its volume and its roles", async () => {
    const old = on("data-3", "cat /etc/machine-id").trim();
    await cut(SITE, "data-3");
    await removeByHand("data-3");
    const { steps } = await stack.refresh();
    assert.ok(steps.length >= 0);
    await up({ gadget: "2", member: "2", rootDiskMiB: 1100, rollHosts: ["data-2"] });
    assert.notEqual(on("data-3", "cat /etc/machine-id").trim(), old);
    assert.equal(on("data-3", "systemctl is-active member.service").trim(), "active");
    assert.ok(
      on("data-3", "cat /data/log/events").includes(` ${old} `),
      "the volume with what the old machine wrote is not there",
    );
  });

  it("does not let a host that is gone block the removal of the environment", async () => {
    await cut(SITE, "data-1");
    await stack.destroy();
    assert.deepEqual(await siteRemains(SITE), []);
  });
});

/** Takes a machine's folder away behind the provider's back. */
async function removeByHand(host: string): Promise<void> {
  const { removeMachine } = await import("../../../components/sites/local/provider/machine/machine");
  await removeMachine(SITE, host);
}
