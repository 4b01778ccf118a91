import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as http from "node:http";
import { cut } from "../../components/sites/local/provider/faults";
import { targetStates } from "../../components/sites/local/provider/balancer/balancer";
import { balancerGroup, killGroup } from "../../components/sites/local/provider/site/cgroup";
import { eventually } from "../../components/sites/local/provider/site/execute";
import { machineNames } from "../../components/sites/local/provider/site/places";
import { type Made, obstacle, testAddress, TestSite } from "./test-site";

const PORT = 4242;

/** User data of a server that answers with a version. */
function userData(version: string, then = ""): string {
  return `#cloud-config
write_files:
  - path: /srv/answer/health
    content: ${version}
runcmd:
  - [systemd-run, --unit=answer, python3, -m, http.server, "8080", --directory, /srv/answer]
${then}`;
}

function ask(path = "/health"): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get(
      { host: testAddress(1), port: PORT, path, agent: false, timeout: 5_000 },
      (response) => {
        let body = "";
        response.on("data", (data: Buffer) => (body += data.toString()));
        response.on("end", () =>
          response.statusCode === 200 ? resolve(body) : reject(new Error(String(response.statusCode))),
        );
        response.on("error", reject);
      },
    );
    request.on("timeout", () => request.destroy(new Error("no answer within 5 s")));
    request.on("error", reject);
  });
}

/** Asks again and again while something else goes on; returns all answers and failures. */
async function askDuring<T>(
  work: Promise<T>,
): Promise<{ answers: string[]; failures: string[]; result: PromiseSettledResult<T> }> {
  const [answers, failures]: [string[], string[]] = [[], []];
  let going = true;
  const settled = Promise.allSettled([work]).finally(() => (going = false));
  const loop = async () => {
    while (going) {
      await ask().then(
        (answer) => answers.push(answer),
        (error: unknown) => failures.push(String(error)),
      );
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  await Promise.all([loop(), loop()]);
  const [result] = await settled;
  return { answers, failures, result };
}

describe("fleets on this machine", function () {
  this.timeout(120_000);
  let site: TestSite;
  let balancer: Made;
  let fleet: Made;

  const names = () => (fleet.outputs["members"] as { name: string }[]).map(({ name }) => name).sort();
  const healthy = async () =>
    (await targetStates(site.site, "http"))
      .filter(({ status }) => status.startsWith("UP"))
      .map(({ name }) => name)
      .sort();

  before(async function () {
    const why = obstacle();
    if (why !== undefined) {
      console.log(`    skipped: local fleets cannot run here (${why})`);
      return this.skip();
    }
    site = new TestSite("fleet-test");
    await site.begin();
    const listeners = [{ name: "http", port: PORT, targetPort: 8080, healthPath: "/health" }];
    balancer = await site.make("LoadBalancer", { site: site.site, listeners });
    fleet = await site.make("Fleet", {
      ...site.machineInputs("web"),
      ...{ size: 2, addresses: { first: testAddress(20), last: testAddress(24) } },
      ...{ userData: userData("v1"), targets: [{ listener: "http", port: 8080 }] },
      ...{ healthTimeoutSeconds: 30, drainSeconds: 5 },
    });
  });

  after(async () => {
    await site?.end();
  });

  it("boots its members' user data through cloud-init and serves by the load-balanced address", async () => {
    assert.ok(await eventually(async () => (await healthy()).length === 2, 30_000, 100));
    assert.deepEqual(await healthy(), names());
    assert.equal(balancer.outputs["address"], testAddress(1));
    assert.deepEqual(balancer.outputs["endpoints"], { http: `${testAddress(1)}:${PORT}` });
    assert.equal(await ask(), "v1");
    // cloud-init ran by itself, found its seed, and left the host key and the host's state alone.
    const said = await site.ssh(20, "cloud-init status; systemctl is-system-running --wait");
    assert.equal(said, "status: done\nrunning\n");
  });

  it("says that nothing changed when nothing did", async () => {
    assert.ok(await site.refresh(fleet));
    assert.deepEqual(await site.change(fleet, {}), []);
    assert.ok(await site.refresh(balancer));
    assert.deepEqual(await site.change(balancer, {}), []);
  });

  it("replaces its members one by one without a failed request when the user data changes", async () => {
    const old = names();
    const { answers, failures, result } = await askDuring(site.change(fleet, { userData: userData("v2") }));
    assert.equal(result.status, "fulfilled", String((result as PromiseRejectedResult).reason));
    assert.deepEqual(failures, []);
    assert.ok(answers.includes("v1") && answers.at(-1) === "v2");
    assert.equal(names().length, 2);
    assert.ok(!names().some((name) => old.includes(name)));
    assert.deepEqual(await healthy(), names());
  });

  it("removes a new member that fails, keeps the old ones, and says what the member said", async () => {
    const old = names();
    const broken = userData("v3", "  - [sh, -c, 'echo this role is broken; exit 3']\n");
    const { failures, result } = await askDuring(site.change(fleet, { userData: broken }));
    assert.equal(result.status, "rejected");
    const reason = String(result.reason);
    assert.match(reason, /fleet web: new member web-[0-9a-f]{6} failed \(its user data failed/);
    assert.match(reason, /this role is broken/);
    assert.deepEqual(failures, []);
    assert.deepEqual(await healthy(), old);
    assert.deepEqual(machineNames(site.site), old);
  });

  it("grows and shrinks in place", async () => {
    const old = names();
    await site.change(fleet, { size: 3 });
    assert.equal(names().length, 3);
    assert.ok(old.every((name) => names().includes(name)));
    assert.ok(await eventually(async () => (await healthy()).length === 3, 30_000, 100));
    const { failures } = await askDuring(site.change(fleet, { size: 2 }));
    assert.deepEqual(failures, []);
    assert.equal(names().length, 2);
    assert.deepEqual(await healthy(), names());
  });

  it("makes a lost member anew after a refresh", async () => {
    const [lost = ""] = names();
    await cut(site.site, lost);
    assert.ok(await site.refresh(fleet));
    assert.deepEqual(names().length, 1);
    assert.deepEqual(await site.change(fleet, {}), ["members"]);
    assert.equal(names().length, 2);
    assert.ok(!names().includes(lost) && !machineNames(site.site).includes(lost));
    assert.ok(await eventually(async () => (await healthy()).length === 2, 30_000, 100));
  });

  it("changes its listeners without a failed request", async () => {
    const listeners = [
      ...(balancer.inputs["listeners"] as object[]),
      { name: "second", port: PORT + 1, targetPort: 8080, proxyProtocol: true },
    ];
    const { answers, failures } = await askDuring(site.change(balancer, { listeners }));
    assert.deepEqual(failures, []);
    assert.ok(answers.length > 0);
    assert.deepEqual(await healthy(), names());
  });

  it("replaces members that the load balancer read from its configuration, too", async () => {
    const { failures, result } = await askDuring(site.change(fleet, { size: 1, userData: userData("v4") }));
    assert.equal(result.status, "fulfilled", String((result as PromiseRejectedResult).reason));
    assert.deepEqual(failures, []);
    assert.deepEqual((await targetStates(site.site, "http")).map(({ name }) => name).sort(), names());
  });

  it("has its load balancer started again when that was killed", async () => {
    await killGroup(balancerGroup(site.site));
    await assert.rejects(ask());
    assert.ok(await site.refresh(balancer));
    assert.deepEqual(await site.change(balancer, {}), ["running"]);
    assert.equal(await ask(), "v4");
  });

  it("leaves nothing of its members when it is deleted", async () => {
    await site.remove(fleet);
    assert.deepEqual(machineNames(site.site), []);
    assert.deepEqual(await targetStates(site.site, "http"), []);
    await site.remove(balancer);
    assert.ok(!fs.existsSync(balancerGroup(site.site)));
  });
});
