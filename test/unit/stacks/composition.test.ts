import * as assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { STORAGE_ROLES } from "../../../components/storage/heap";
import { LocalSite } from "../../../components/sites/local/site";
import { Environment } from "../../../stacks/composition";
import { EnvironmentOutputs } from "../../../stacks/outputs";
import { parseSettings, Settings } from "../../../stacks/settings";
import { planHosts } from "../../../stacks/topology";

/** Marks a secret on the wire. */
const SECRET = "4dabf18193072939515e22adb298388d";

/** A resource as the engine was asked for it. */
interface Declared {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

/** What the provider would answer, as far as the composition looks at it. */
function outputsOf(type: string, name: string, inputs: Record<string, unknown>): Record<string, unknown> {
  switch (type) {
    case "nspawn:index:Network":
      return {
        ...inputs,
        directory: "/site",
        publicKey: "ssh-ed25519 AAAA",
        privateKey: "key",
        privateKeyFile: "/site/id",
      };
    case "nspawn:index:KeyPair":
      return { publicKey: `ssh-ed25519 ${name}`, privateKey: "key" };
    case "nspawn:index:Volume":
      return { ...inputs, volumeId: `id-${name}`, device: `/dev/disk/by-id/vol-${name}` };
    case "nspawn:index:Host":
      return { ...inputs, incarnation: `incarnation-of-${name}` };
    case "nspawn:index:LoadBalancer":
      return { ...inputs, address: "10.77.0.1" };
    case "nspawn:index:Fleet":
      return { ...inputs, members: [{ name: "tsd-1", address: "10.77.0.80", incarnation: "x" }] };
    default:
      return { ...inputs, stdout: "", stderr: "" };
  }
}

async function declare(settings: Settings): Promise<{ declared: Declared[]; outputs: EnvironmentOutputs }> {
  const declared: Declared[] = [];
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      const plain = inputs as Record<string, unknown>;
      declared.push({ type, name, inputs: plain });
      return { id: name, state: outputsOf(type, name, plain) };
    },
    call: ({ inputs }) => inputs as Record<string, unknown>,
  });
  const component = (name: string): [string, { version: string; hash: string; directory: string }] => [
    name,
    { version: "1", hash: "0123456789ab", directory: `${name}-0123456789ab` },
  ];
  const site = new LocalSite("unit", {
    site: "unit",
    subnet: settings.subnet,
    baseImage: "/base",
    softwareDirectory: "/software",
    software: Object.fromEntries(["hbase", "tools", "tsd", "telegraf"].map(component)),
    rootDiskMiB: settings.rootDisk,
    rollHosts: settings.rollHosts,
    listeners: [{ name: "tsd", port: 4242, targetPort: 4242 }],
    require: { memoryMiB: 1, diskMiB: 1 },
  });
  const environment = new Environment(settings, site, { user: "root", privateKeyFile: "/site/id" });
  const outputs = await new Promise<EnvironmentOutputs>((resolve) => environment.outputs.apply(resolve));
  await pulumi.runtime.disconnect();
  return { declared, outputs };
}

for (const topology of ["basic", "ha"] as const) {
  describe(`the composition of a ${topology} environment`, () => {
    const settings = parseSettings({ topology }, "unit");
    const plans = planHosts(settings);
    let declared: Declared[];
    let outputs: EnvironmentOutputs;
    before(async () => ({ declared, outputs } = await declare(settings)));

    const commands = (): Declared[] => declared.filter(({ type }) => type === "command:remote:Command");
    const named = (name: string): Declared => {
      const found = declared.find(
        (resource) => resource.name === name && !resource.type.startsWith("opentsdb:"),
      );
      assert.ok(found, `${name} is not declared`);
      return found;
    };

    it("makes every planned host with its volumes, and nothing else", () => {
      const hosts = declared.filter(({ type }) => type === "nspawn:index:Host");
      assert.deepEqual(hosts.map(({ name }) => name).sort(), plans.map(({ name }) => name).sort());
      for (const plan of plans) {
        assert.deepEqual(
          Object.keys(named(plan.name).inputs["volumes"] as object).sort(),
          Object.keys(plan.volumes).sort(),
        );
      }
    });

    it("applies base, each planned role and the agent to each host, with the hash in the text", () => {
      for (const plan of plans) {
        for (const role of ["base", ...plan.roles, "collector"]) {
          const { inputs } = named(`${role}-${plan.name}`);
          assert.match(String(inputs["create"]), new RegExp(`^# role ${role} [0-9a-f]{16}\\n`));
          assert.equal(inputs["update"], inputs["create"]);
          assert.match(String(inputs["delete"]), new RegExp(`platform-role pause ${role}$`));
          assert.ok(String(inputs["stdin"]).startsWith("#!/usr/bin/env bash\n"));
        }
      }
    });

    it("lets a role's triggers hold the host's incarnation and nothing else", () => {
      for (const { name, inputs } of commands()) {
        const triggers = inputs["triggers"] as string[] | undefined;
        if (triggers !== undefined) {
          assert.equal(triggers.length, 1, name);
          assert.match(triggers[0] ?? "", /^incarnation-of-/, name);
        }
      }
    });

    it("reaches every host by its pinned key", () => {
      for (const { name, inputs } of commands()) {
        const connection = JSON.stringify(inputs["connection"]);
        assert.match(connection, /"hostKey":"ssh-ed25519 \S+-host-key"/, name);
        assert.ok(connection.includes(SECRET), `${name}: the connection holds a key and is no secret`);
      }
    });

    it("gives each stateful role of each host a turn in the rolling order, and no other role", () => {
      const turns = commands()
        .map(({ name }) => name)
        .filter((name) => name.startsWith("roll-"));
      const expected = plans.flatMap((plan) =>
        STORAGE_ROLES.filter((role) => plan.roles.includes(role)).map((role) => `roll-${role}-${plan.name}`),
      );
      assert.deepEqual(turns.sort(), expected.sort());
    });

    it("lets each host with data initialise only what its roles need", () => {
      for (const plan of plans.filter(({ volumes }) => Object.keys(volumes).length > 0)) {
        const text = String(named(`formation-permit-${plan.name}`).inputs["create"]);
        const roles = [...text.matchAll(/\.initialise-(\S+)/g)].map(([, role]) => role);
        const allowed = ["zookeeper", "journalnode", "namenode", "zkfc", "datanode"];
        assert.deepEqual(roles.sort(), plan.roles.filter((role) => allowed.includes(role)).sort());
      }
    });

    it("names all hosts with their roles in the outputs", () => {
      assert.equal(outputs.endpoint, "http://10.77.0.1:4242");
      assert.deepEqual(
        outputs.hosts.map(({ name, roles }) => [name, roles]),
        [...plans.map(({ name, roles }) => [name, [...roles, "collector"]]), ["tsd-1", ["tsd", "collector"]]],
      );
    });

    it("boots the fleet from user data that names its roles by hash", () => {
      const text = String(named("tsd").inputs["userData"]);
      assert.match(text, /apply base [0-9a-f]{16} '?file:/);
      assert.match(text, /apply tsd [0-9a-f]{16} '?file:/);
      assert.doesNotMatch(text, /PRIVATE KEY/);
    });
  });
}
