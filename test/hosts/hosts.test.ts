import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as net from "node:net";
import type { Properties } from "../../engine/provider/resource";
import * as faults from "../../components/sites/local/provider/faults";
import { isOn } from "../../components/sites/local/provider/machine/power";
import {
  killGroup,
  machineGroup,
  removeGroup,
  siteGroup,
} from "../../components/sites/local/provider/site/cgroup";
import { loopsOf } from "../../components/sites/local/provider/machine/volume";
import { attempt, eventually } from "../../components/sites/local/provider/site/execute";
import { machineDirectory, siteDirectory } from "../../components/sites/local/provider/site/places";
import { siteRemains, sweepSite } from "../../components/sites/local/provider/site/sweep";
import { context, definition, type Made, obstacle, SUBNET, testAddress, TestSite } from "./test-site";

describe("hosts on this machine", function () {
  this.timeout(120_000);
  let site: TestSite;
  let one: Made;
  let data: Made;

  before(async function () {
    const why = obstacle();
    if (why !== undefined) {
      console.log(`    skipped: local hosts cannot run here (${why})`);
      return this.skip();
    }
    site = new TestSite("hosts-test");
    await site.begin();
    data = await site.volume("data");
    const volumes = { data: data.outputs["volumeId"] };
    const [first] = await Promise.all([
      site.host("one", 10, { volumes }),
      site.host("two", 11, { diskMiB: 256 }),
    ]);
    one = first;
  });

  after(async () => {
    await site?.end();
  });

  it("answers by SSH, with the host key that it was given, its own name and the names of the others", async () => {
    const said = await site.ssh(
      10,
      "hostname; getent hosts two; systemctl is-system-running; systemctl --failed -q",
    );
    assert.equal(said, `one\n${testAddress(11).padEnd(15)} two\nrunning\n`);
  });

  it("is refused by SSH when its host key is another than the expected one", async () => {
    const other = (await site.make("KeyPair", {})).outputs["publicKey"];
    await assert.rejects(site.ssh(10, "true", String(other)), /Host key verification failed/);
  });

  it("does not run cloud-init without user data, nor accept a password", async () => {
    const said = await site.ssh(
      10,
      "ls /run/cloud-init/result.json 2>&1 || sshd -T | grep ^passwordauthentication",
    );
    assert.match(said, /passwordauthentication no/);
  });

  it("keeps its incarnation and its volumes over a reboot from inside", async () => {
    const boot = await site.ssh(
      10,
      "cat /proc/sys/kernel/random/boot_id; systemd-analyze | head -1; touch /root/kept",
    );
    assert.ok(boot);
    await site.ssh(10, "systemctl reboot").catch(() => "");
    const back = await eventually(
      () =>
        site.ssh(10, "test -e /root/kept && uptime -s").then(
          () => true,
          () => false,
        ),
      20_000,
      200,
    );
    assert.ok(back);
    assert.ok(await site.refresh(one));
    assert.equal(one.outputs["power"], "on");
    await site.ssh(10, `test -b ${String(data.outputs["device"])}`);
  });

  it("comes back with its disk after a power cut, which its peers see as silence", async () => {
    await site.ssh(10, "echo before > /root/cut; sync");
    const socket = net.connect({ host: testAddress(10), port: 22 });
    await new Promise((resolve) => socket.once("data", resolve));
    let closed = false;
    socket.once("close", () => (closed = true));
    socket.once("error", () => undefined);
    await faults.cut(site.site, "one");
    assert.ok(!isOn(site.site, "one"));
    assert.ok(!closed, "the peer was told that the connection ended");
    socket.destroy();
    assert.ok(await site.refresh(one));
    assert.equal(one.outputs["power"], "off");
    const { incarnation } = one.outputs;
    assert.deepEqual(await site.change(one, {}), ["power"]);
    assert.equal(one.outputs["incarnation"], incarnation);
    assert.equal(await site.ssh(10, "cat /root/cut"), "before\n");
  });

  it("cannot be reached by one peer during a partition, and by all others still", async () => {
    const reaches = `timeout 1 bash -c 'exec 3<>/dev/tcp/one/22; read -r -u 3 line; echo "$line"' || echo unreachable`;
    await faults.partition(site.site, "one", "two");
    assert.equal(await site.ssh(11, reaches), "unreachable\n");
    assert.equal(await site.ssh(10, "echo there"), "there\n");
    await faults.heal(site.site, "two", "one");
    assert.match(await site.ssh(11, reaches), /^SSH-2.0/);
  });

  it("stands still while frozen and goes on when thawed", async () => {
    faults.freeze(site.site, "two");
    assert.ok(
      await eventually(
        () => fs.readFileSync(`${machineGroup(site.site, "two")}/cgroup.events`, "utf8").includes("frozen 1"),
        5_000,
      ),
    );
    faults.thaw(site.site, "two");
    assert.equal(await site.ssh(11, "echo there"), "there\n");
  });

  it("carries a volume's data from one host to another, live, and refuses it to two at once", async () => {
    const device = String(data.outputs["device"]);
    await site.ssh(
      10,
      `mkfs.ext4 -q ${device} && mkdir -p /data && mount ${device} /data && echo kept > /data/file`,
    );
    const three = {
      ...site.machineInputs("three"),
      address: testAddress(12),
      volumes: { d: data.outputs["volumeId"] },
    };
    await assert.rejects(definition("Host").create(three, context()), /host one holds it/);
    await site.change(one, { volumes: {} });
    assert.equal(
      await site.ssh(10, `test -e ${device} || echo gone; findmnt -n /data || echo unmounted`),
      "gone\nunmounted\n",
    );
    const host = await site.host("three", 12, { volumes: { d: data.outputs["volumeId"] } });
    assert.equal(await site.ssh(12, `mount ${device} /mnt && cat /mnt/file`), "kept\n");
    await site.remove(host);
    assert.ok(await site.refresh(data));
    await site.change(one, { volumes: { data: data.outputs["volumeId"] } });
    assert.equal(await site.ssh(10, `mount ${device} /data && cat /data/file`), "kept\n");
  });

  it("sees a volume grow while it runs; a volume that shrinks is refused", async () => {
    await site.change(data, { sizeMiB: 64 });
    assert.equal(
      await site.ssh(10, `blockdev --getsize64 ${String(data.outputs["device"])}`),
      `${64 * 1024 * 1024}\n`,
    );
    const { failures } = await definition("Volume").check(
      { ...data.inputs, sizeMiB: 8192 / 256 },
      data.inputs,
      context(),
    );
    assert.match(failures[0]?.reason ?? "", /sizeMiB is 32: a volume of 64 MiB never shrinks/);
  });

  it("is noticed as gone when it was deleted by hand, and is made anew with its volume's data", async () => {
    await killGroup(machineGroup(site.site, "one"));
    fs.rmSync(machineDirectory(site.site, "one"), { recursive: true });
    assert.equal(await site.refresh(one), false);
    assert.ok(await site.refresh(data));
    const again = await site.make("Host", one.inputs);
    assert.notEqual(again.outputs["incarnation"], one.outputs["incarnation"]);
    one = again;
    assert.equal(
      await site.ssh(10, `mount ${String(data.outputs["device"])} /mnt && cat /mnt/file`),
      "kept\n",
    );
  });

  it("is found switched off after this machine's reboot, and switched on again with its disk and network", async () => {
    // What a reboot takes: processes, links and loop devices. Folders stay.
    const { incarnation } = one.outputs;
    await killGroup(siteGroup(site.site));
    removeGroup(siteGroup(site.site));
    for (const loop of await loopsOf(siteDirectory(site.site))) await attempt("losetup", ["--detach", loop]);
    for (const name of ["one", "two"])
      await attempt("ip", ["netns", "delete", `opentsdb.${site.site}.${name}`]);
    await attempt("ip", ["link", "delete", String(site.network["bridge"])]);
    const network = { type: "Network", id: site.site, inputs: {}, outputs: site.network };
    assert.equal(await site.refresh(network), false);
    assert.ok(await site.refresh(one));
    assert.equal(one.outputs["power"], "off");
    const again = await site.make("Network", { site: site.site, subnet: SUBNET });
    assert.deepEqual(again.outputs, site.network);
    assert.deepEqual(await site.change(one, {}), ["power"]);
    await faults.powerOn(site.site, "two");
    assert.equal(one.outputs["incarnation"], incarnation);
    assert.equal(
      await site.ssh(10, `mount ${String(data.outputs["device"])} /mnt && cat /mnt/file`),
      "kept\n",
    );
  });

  it("does not lose a volume that is attached, and lets one go whose host is gone", async () => {
    const volume = await site.volume("short-lived");
    const host = await site.host("brief", 14, { volumes: { v: volume.outputs["volumeId"] } });
    await assert.rejects(site.remove(volume), /is attached to host brief; detach it first/);
    await killGroup(machineGroup(site.site, "brief"));
    fs.rmSync(machineDirectory(site.site, "brief"), { recursive: true });
    await site.remove(volume);
    assert.equal(await site.refresh(volume), false);
    await site.remove(host);
  });

  it("is made by a second try after the first was interrupted while it booted", async () => {
    const inputs = { ...site.machineInputs("late"), address: testAddress(13), volumes: {} };
    const cancelled = { ...context(), signal: AbortSignal.abort() };
    await assert.rejects(
      definition("Host").create(inputs, cancelled),
      /host late: cancelled while it was booting/,
    );
    const late = await site.make("Host", inputs);
    assert.equal(await site.ssh(13, "hostname"), "late\n");
    await site.remove(late);
    assert.ok(
      !fs.existsSync(machineDirectory(site.site, "late")) && !fs.existsSync(machineGroup(site.site, "late")),
    );
  });

  it("runs out of its own disk, never of this machine's", async () => {
    const said = await site.ssh(
      11,
      "head -c 512M /dev/zero > /root/full 2>&1; df --output=avail -m / | tail -1; rm /root/full",
    );
    assert.equal(said.trim().split("\n").at(-1)?.trim(), "0");
  });

  it("keeps another stack from taking a site that runs, and another site from taking its subnet", async () => {
    const create = (inputs: Properties) => definition("Network").create(inputs, context(true));
    await assert.rejects(
      create({ site: site.site, subnet: SUBNET }),
      /site hosts-test already runs hosts \(one, two\)/,
    );
    const collides = new RegExp(`subnet ${SUBNET} collides with ${SUBNET} of site hosts-test`);
    await assert.rejects(create({ site: "hosts-other", subnet: SUBNET }), collides);
  });

  it("is swept away whole from half-done states", async () => {
    // A supervisor without its folder, a folder without a machine, a cable without either.
    fs.rmSync(machineDirectory(site.site, "two"), { recursive: true });
    fs.mkdirSync(machineDirectory(site.site, "half"));
    await attempt("ip", ["netns", "add", `opentsdb.${site.site}.stray`]);
    assert.ok((await siteRemains(site.site)).length > 3);
    await sweepSite(site.site);
    assert.deepEqual(await siteRemains(site.site), []);
    assert.ok(!fs.existsSync(siteDirectory(site.site)));
  });
});
