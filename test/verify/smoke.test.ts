import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

import { renderCollectorConfig } from "../../components/collectors/config";
import { buildBundle, softwareDirectory } from "../../scripts/bundle/build";
import { SmokeReport, smoke } from "../../scripts/verify";
import { Standalone, freePort } from "./standalone";
import { Tampering, TamperingProxy } from "./tampering-proxy";

const folder = mkdtempSync(join(tmpdir(), "opentsdb-verify-"));
let standalone: Standalone | undefined;
let telegraf = "";

function endpoint(): string {
  assert.ok(standalone);
  return standalone.endpoint;
}

/** The names of the checks that did not pass. */
function failed(report: SmokeReport): string[] {
  return report.checks.filter(({ ok }) => !ok).map(({ name }) => name);
}

function detailOf(report: SmokeReport, name: string): string {
  return report.checks.find((check) => check.name === name)?.detail ?? "";
}

async function smokeThrough(tampering: Tampering): Promise<SmokeReport> {
  const proxy = new TamperingProxy(endpoint(), tampering);
  try {
    const through = await proxy.start();
    return await smoke({ endpoint: through, environment: "verify", expectHosts: [], telnetWaitSeconds: 2 });
  } finally {
    await proxy.stop();
  }
}

/** A point inside the answer: its moment and its value. */
const POINT = /,\[(\d+),(-?[0-9.E]+)\]/;

const READ_HTTP = "read back what HTTP sent";
const READ_TELNET = "read back what telnet sent";

describe("smoke test against a real TSD", function () {
  this.timeout(240_000);

  before(async () => {
    const manifest = await buildBundle({ log: () => undefined });
    const directory = (name: keyof typeof manifest.components): string =>
      join(softwareDirectory(), manifest.components[name].directory);
    telegraf = join(directory("telegraf"), "bin", "telegraf");
    standalone = new Standalone(folder, {
      hbase: directory("hbase"),
      tsd: directory("tsd"),
      tools: directory("tools"),
    });
    await standalone.start();
  });

  after(async () => {
    await standalone?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("passes when all that was sent is served", async () => {
    const lines: string[] = [];
    const report = await smoke({
      endpoint: endpoint(),
      environment: "verify",
      expectHosts: [],
      log: (line) => lines.push(line),
    });
    assert.deepEqual(failed(report), [], lines.join("\n"));
    assert.ok(report.ok);
    assert.ok(report.pointsVerified > 1000, `${report.pointsVerified}`);
    assert.equal(lines.length, report.checks.length);
  });

  it("passes through a proxy that changes nothing: the following failures are those of the tampering", async () => {
    assert.deepEqual(failed(await smokeThrough({})), []);
  });

  it("fails when one value differs", async () => {
    let changed = false;
    const report = await smokeThrough({
      answer: (body) => {
        if (changed || !body.includes("platform.smoke.float")) {
          return body;
        }
        changed = POINT.test(body);
        return body.replace(POINT, (_all, moment: string) => `,[${moment},77.25]`);
      },
    });
    assert.deepEqual(failed(report), [READ_HTTP]);
    assert.match(detailOf(report, READ_HTTP), /platform\.smoke\.float.* sent .*, served 77\.25/);
  });

  it("fails when a point is missing from an answer", async () => {
    const report = await smokeThrough({ answer: (body) => body.replace(POINT, "") });
    assert.ok(failed(report).includes(READ_HTTP));
    assert.match(detailOf(report, READ_HTTP), /is missing \(sent /);
  });

  it("fails when a put was acknowledged but never stored", async () => {
    let swallowed = false;
    const report = await smokeThrough({
      swallowPut: (body) => {
        if (swallowed || !body.includes("platform.smoke.integer")) {
          return undefined;
        }
        swallowed = true;
        const points = (JSON.parse(body) as unknown[]).length;
        return { status: 200, body: `{"success":${points},"failed":0,"errors":[]}` };
      },
    });
    assert.ok(failed(report).includes(READ_HTTP));
    assert.match(detailOf(report, READ_HTTP), /platform\.smoke\.integer.* is missing/);
  });

  it("fails when a put is not acknowledged as stored", async () => {
    const report = await smokeThrough({
      swallowPut: (body) =>
        body.includes("gauge") ? { status: 200, body: '{"success":49,"failed":1,"errors":[]}' } : undefined,
    });
    assert.ok(failed(report).includes("write over HTTP"));
    assert.match(detailOf(report, "write over HTTP"), /"failed":1/);
  });

  it("fails when a point is served twice", async () => {
    const report = await smokeThrough({ answer: (body) => body.replace(POINT, "$&$&") });
    assert.match(detailOf(report, READ_HTTP), /was served twice/);
  });

  it("fails when a series has a further tag", async () => {
    const report = await smokeThrough({
      answer: (body) => body.replace('"series":"s0"', '"series":"s0","extra":"x"'),
    });
    assert.match(detailOf(report, READ_HTTP), /extra=x.* was served with \d+ points, but never sent/);
  });

  it("fails when the connection ends in the middle of an answer", async () => {
    const report = await smokeThrough({ cutAt: 500 });
    assert.match(detailOf(report, READ_HTTP), /gave no complete answer/);
  });

  it("fails when an answer is cut short and looks complete to HTTP", async () => {
    const report = await smokeThrough({ answer: (body) => (body.length > 500 ? body.slice(0, 500) : body) });
    assert.match(detailOf(report, READ_HTTP), /no complete JSON/);
  });

  it("fails when a line over telnet is lost, after it has waited for it", async () => {
    let lost = false;
    const report = await smokeThrough({
      telnet: (text) => {
        const changed = lost ? text : text.replace(/^put .*\n/, "");
        lost = true;
        return changed;
      },
    });
    assert.deepEqual(failed(report), [READ_TELNET]);
    assert.match(detailOf(report, READ_TELNET), /telnet\.integer.* is missing/);
  });

  it("fails when nothing listens, and says where", async () => {
    const report = await smoke({
      endpoint: `127.0.0.1:${await freePort()}`,
      environment: "verify",
      expectHosts: [],
    });
    assert.deepEqual(failed(report), ["reach the endpoint"]);
    assert.match(
      detailOf(report, "reach the endpoint"),
      /127\.0\.0\.1:\d+ gave no complete answer: .*ECONNREFUSED/,
    );
  });

  it("ends at once when it is aborted", async () => {
    await assert.rejects(
      smoke({
        endpoint: endpoint(),
        environment: "verify",
        expectHosts: [],
        signal: AbortSignal.abort(new Error("stop")),
      }),
      /stop/,
    );
  });

  it("sees the metrics that a real agent sends, and names a host that sends none", async () => {
    const file = join(folder, "telegraf.conf");
    const config = renderCollectorConfig({
      environment: "verify",
      endpoint: `http://${endpoint()}`,
      roles: ["collector"],
      units: [],
      intervalSeconds: 1,
    });
    // A machine that is no host of ours may have no system bus.
    writeFileSync(file, config.replace(/\[\[inputs\.systemd_units\]\][\s\S]*?(?=# Each body)/, ""));
    const agent = spawn(telegraf, ["--strict-env-handling", "--config", file], { stdio: "ignore" });
    try {
      const expectation = { endpoint: endpoint(), environment: "verify", collectIntervalSeconds: 10 };
      const report = await smoke({ ...expectation, expectHosts: [hostname()], hostWaitSeconds: 30 });
      assert.deepEqual(failed(report), [], detailOf(report, "host metrics"));
      const other = await smoke({
        ...expectation,
        expectHosts: [hostname(), "no-such-host"],
        hostWaitSeconds: 1,
      });
      assert.deepEqual(failed(other), ["host metrics"]);
      assert.match(
        detailOf(other, "host metrics"),
        /no fresh points of host\.cpu\.usage_idle of no-such-host/,
      );
    } finally {
      const ended = new Promise((resolve) => agent.once("exit", resolve));
      agent.kill("SIGTERM");
      await ended;
    }
  });

  it("serves none of what is dangerous in OpenTSDB 2.4.1, and lives on", async () => {
    for (const path of ["/", "/q?start=1h-ago&m=sum:x&png", "/s/x", "/logs", "/diediedie"]) {
      assert.equal((await fetch(`http://${endpoint()}${path}`)).status, 404, path);
    }
    const deleted = await fetch(`http://${endpoint()}/api/query?start=1h-ago&m=sum:x&method_override=delete`);
    assert.equal(deleted.status, 400);
    assert.equal((await fetch(`http://${endpoint()}/api/version`)).status, 200);
  });

  it("serves the last value written for a moment, and says nothing of Java to clients", async () => {
    const timestamp = Math.floor(Date.now() / 1000) - 60;
    for (const value of [5, 3.5, 2]) {
      const body = JSON.stringify({ metric: "verify.rewritten", timestamp, value, tags: { a: "b" } });
      const answer = await fetch(`http://${endpoint()}/api/put?sync`, { method: "POST", body });
      assert.equal(answer.status, 204);
    }
    const answer = await fetch(
      `http://${endpoint()}/api/query?start=${timestamp - 1}&m=none:verify.rewritten`,
    );
    assert.deepEqual(((await answer.json()) as { dps: unknown }[])[0]?.dps, { [timestamp]: 2 });
    const unknown = await fetch(`http://${endpoint()}/api/query?start=1h-ago&m=none:verify.unknown`);
    assert.doesNotMatch(await unknown.text(), /java\.|\.java:/);
  });
});
