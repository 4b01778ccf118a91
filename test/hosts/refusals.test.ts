import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { type Properties, UNKNOWN } from "../../engine/provider/resource";
import { renderConfiguration } from "../../components/sites/local/provider/balancer/configuration";
import { deviceNumber } from "../../components/sites/local/provider/machine/machine";
import { renderHostsFile } from "../../components/sites/local/provider/machine/names";
import { makeKeyPair } from "../../components/sites/local/provider/site/key-pair";
import { parseSockets, portFault, toolFault } from "../../components/sites/local/provider/site/network";
import { siteRemains } from "../../components/sites/local/provider/site/sweep";
import { context, definition, obstacle, SUBNET } from "./test-site";

const SITE = "refusals-test";

async function reasons(type: string, inputs: Properties, olds?: Properties): Promise<string[]> {
  const { failures } = await definition(type).check(inputs, olds, context());
  return failures.map(({ property, reason }) => `${property}: ${reason}`);
}

describe("inputs of local resources", () => {
  it("are refused by name: unknown, missing, of the wrong type, out of range", async () => {
    assert.deepEqual(await reasons("Volume", { site: "Big Site", sizeMiB: 1.5, colour: "red" }), [
      'site: site is "Big Site": must be lower-case letters, digits and dashes, begin with a letter, and have at most 40 characters',
      "name: name is missing",
      "sizeMiB: sizeMiB is 1.5: Invalid input: expected int, received number",
      "colour: colour is not an input; there are site, name, sizeMiB",
    ]);
  });

  it("pass while they are not known yet", async () => {
    assert.deepEqual(await reasons("Volume", { site: UNKNOWN, name: "data", sizeMiB: UNKNOWN }), []);
  });

  it("never show a key in a refusal", async () => {
    const said = await reasons("Host", { hostKey: 42, site: "a" });
    assert.ok(said.some((line) => line.startsWith("hostKey: hostKey ")));
    assert.ok(!said.join("\n").includes("42"));
  });

  it("of a network cannot change once it is there", async () => {
    const olds = { site: SITE, subnet: "10.77.0.0/25" };
    assert.match(
      (await reasons("Network", { ...olds, subnet: "10.78.0.0/25" }, olds))[0] ?? "",
      /subnet cannot change from "10.77.0.0\/25"/,
    );
    assert.match(
      (await reasons("Network", { ...olds, subnet: "1.2.3.0/25" }))[0] ?? "",
      /subnet 1.2.3.0\/25 is not private/,
    );
  });

  it("of a load balancer name each listener and port once", async () => {
    const listener = { name: "http", port: 80, targetPort: 8080 };
    const said = await reasons("LoadBalancer", {
      site: SITE,
      listeners: [listener, { ...listener, name: "other" }],
    });
    assert.deepEqual(said, ["listeners: listeners has port 80 twice; each listener needs its own"]);
  });

  it("of a fleet leave one address to replace with", async () => {
    const machine = { site: SITE, name: "web", memoryMiB: 64, diskMiB: 64, baseImage: "/base", binds: [] };
    const keys = { authorizedKey: "a", hostKey: "b", hostKeyPublic: "c" };
    const rest = { userData: "", targets: [], healthTimeoutSeconds: 1, drainSeconds: 0 };
    const addresses = { first: "10.0.0.10", last: "10.0.0.11" };
    const said = await reasons("Fleet", { ...machine, ...keys, ...rest, addresses, size: 2 });
    assert.deepEqual(said, [
      "addresses: addresses 10.0.0.10 to 10.0.0.11 are 2: 2 members need 3, one to replace with",
    ]);
  });
});

describe("a network that this machine cannot hold", () => {
  const create = (inputs: Properties) =>
    definition("Network").create({ site: SITE, subnet: SUBNET, ...inputs }, context(true));

  before(function () {
    const why = obstacle();
    if (why === undefined) return;
    console.log(`    skipped: local networks cannot be made here (${why})`);
    this.skip();
  });

  afterEach(async () => assert.deepEqual(await siteRemains(SITE), []));

  it("is refused already in the preview when it collides with an address of this machine", async () => {
    const link = "ob-refusal";
    execFileSync("ip", ["link", "add", link, "type", "bridge"]);
    try {
      execFileSync("ip", ["address", "add", "10.77.0.254/32", "dev", link]);
      await assert.rejects(create({ subnet: "10.77.0.248/29" }), {
        message:
          "subnet 10.77.0.248/29 collides with address 10.77.0.254/32 of this machine's ob-refusal; choose another private subnet",
      });
    } finally {
      execFileSync("ip", ["link", "delete", link]);
    }
  });

  it("is refused when memory or disk is short, with both figures", async () => {
    await assert.rejects(
      create({ require: { memoryMiB: 99_999_999 } }),
      /the hosts need 99999999 MiB of memory and this machine has \d+ MiB available; choose fewer or smaller hosts/,
    );
    await assert.rejects(
      create({ require: { diskMiB: 999_999_999 } }),
      /the hosts need 999999999 MiB of disk and .* has \d+ MiB free/,
    );
  });

  it("is refused when a port is in use on every address", async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
    const { port } = server.address() as net.AddressInfo;
    try {
      await assert.rejects(
        create({ require: { ports: [port] } }),
        new RegExp(`port ${port} is in use on .*; stop what listens there`),
      );
    } finally {
      server.close();
    }
  });
});

describe("what local hosts are made of", () => {
  it("tells ports that are taken on one address from those taken on all", () => {
    const table = [
      "  sl  local_address rem_address   st",
      "   0: 0100007F:1F90 00000000:0000 0A",
      "   1: 00000000:0016 00000000:0000 0A",
      "   2: 81004D0A:1092 00000000:0000 0A",
      "   3: 81004D0A:1093 00000000:0000 01",
    ].join("\n");
    const sockets = parseSockets(table);
    const taken = (port: number) => portFault("10.77.0.129", [port], sockets) !== undefined;
    assert.deepEqual([8080, 22, 4242, 4243].map(taken), [false, true, true, false]);
  });

  it("names missing tools and the command that brings them", () => {
    assert.equal(
      toolFault(["nft", "systemd-nspawn"]),
      "local hosts need nft, systemd-nspawn; apt-get install -y --no-install-recommends nftables systemd-container",
    );
    assert.equal(toolFault([]), undefined);
  });

  it("makes key pairs that OpenSSH reads", function () {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "opentsdb-key-"));
    try {
      const { publicKey, privateKey } = makeKeyPair("operator@site");
      fs.writeFileSync(path.join(folder, "key"), privateKey, { mode: 0o600 });
      const read = execFileSync("ssh-keygen", ["-y", "-f", path.join(folder, "key")], { encoding: "utf8" });
      assert.equal(read.trim(), publicKey);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("renders the hosts file", () => {
    const machines = [
      { name: "two", address: "10.0.0.3" },
      { name: "one", address: "10.0.0.2" },
    ];
    assert.equal(
      renderHostsFile("10.0.0.1", machines),
      "127.0.0.1 localhost\n::1 localhost ip6-localhost\n10.0.0.1 gateway\n10.0.0.2 one\n10.0.0.3 two\n",
    );
  });

  it("renders the load balancer's configuration", () => {
    const listeners = [
      { name: "http", port: 4242, targetPort: 80, healthPath: "/health" },
      { name: "telnet", port: 4243, targetPort: 81, proxyProtocol: true },
    ];
    const targets = { http: [], telnet: [{ name: "web-1", address: "10.0.0.9", port: 81 }] };
    const text = renderConfiguration({ address: "10.0.0.1", listeners, targets }, "/folder");
    assert.equal(
      text.slice(text.indexOf("listen http")),
      `listen http
  bind 10.0.0.1:4242
  balance leastconn
  option httpchk GET /health

listen telnet
  bind 10.0.0.1:4243
  balance leastconn
  server web-1 10.0.0.9:81 check inter 500ms fall 3 rise 1 send-proxy-v2 check-send-proxy
`,
    );
  });

  it("takes device numbers apart", () => {
    assert.deepEqual(deviceNumber(fs.statSync("/dev/null").rdev), { major: 1, minor: 3 });
    assert.deepEqual(deviceNumber(7 * 256 + 18), { major: 7, minor: 18 });
    assert.deepEqual(deviceNumber(0x100702), { major: 7, minor: 258 });
  });
});
