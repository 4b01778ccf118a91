import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isBelieved, isOffline } from "../../../engine/acquire";
import { ensureCli, onPath } from "../../../engine/cli";
import { fromCache, pack, recipeKey } from "../../../engine/cli/go-build";
import { isAcceptable, parseVersion } from "../../../engine/cli/versions";
import { engineEnvironment, prepareEngine } from "../../../engine/home";
import { repository, scratchFolder, testEngine } from "../engine-fixture";

describe("the engine's environment", () => {
  it("points at a home of the repository, and puts its programs first", () => {
    const variables = engineEnvironment("/repo", { env: { PATH: "/usr/bin" } });
    assert.equal(variables["PULUMI_HOME"], "/repo/.pulumi-home");
    assert.equal(variables["PULUMI_BACKEND_URL"], "file:///repo/.pulumi-home/state");
    assert.equal(variables["PULUMI_CONFIG_PASSPHRASE_FILE"], "/repo/.pulumi-home/passphrase");
    assert.match(variables["PATH"] ?? "", /^\/repo\/\.pulumi-home\/bin:.*:\/usr\/bin$/);
  });

  it("leaves what the user has set himself", () => {
    const env = {
      PATH: "",
      PULUMI_BACKEND_URL: "s3://bucket",
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_HOME: "/own",
    };
    const variables = engineEnvironment("/repo", { env });
    assert.equal(variables["PULUMI_BACKEND_URL"], "s3://bucket");
    assert.equal(variables["PULUMI_HOME"], "/own");
    assert.ok(!("PULUMI_CONFIG_PASSPHRASE_FILE" in variables));
    assert.equal(engineEnvironment("/repo", { env, state: "/s" })["PULUMI_BACKEND_URL"], "file:///s");
  });

  it("does not grow when it is applied to itself", () => {
    const once = engineEnvironment("/repo", { env: { PATH: "/usr/bin" } });
    assert.deepEqual(engineEnvironment("/repo", { env: once })["PATH"], once["PATH"]);
  });
});

describe("the engine's home", function () {
  this.timeout(60_000);

  it("is laid out once, and left as it is after that", async () => {
    const variables = await testEngine();
    const home = scratchFolder();
    const env = { ...process.env, ...variables, PULUMI_HOME: home, OPENTSDB_OFFLINE: "1" };
    const prepare = () => prepareEngine({ repository, home, env, log: () => undefined });
    await prepare();
    const passphrase = readFileSync(join(home, "passphrase"), "utf8");
    assert.equal(statSync(join(home, "passphrase")).mode & 0o777, 0o600);
    const launcher = join(home, "plugins/resource-command-v1.2.1/pulumi-resource-command");
    const before = statSync(launcher).mtimeMs;
    await prepare();
    assert.equal(readFileSync(join(home, "passphrase"), "utf8"), passphrase);
    assert.equal(statSync(launcher).mtimeMs, before);
    rmSync(home, { recursive: true });
  });

  it("keeps a published plugin that is there", async () => {
    const variables = await testEngine();
    const home = scratchFolder();
    const folder = join(home, "plugins/resource-random-v4.21.2");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "pulumi-resource-random"), "the published one");
    const env = { ...process.env, ...variables, PULUMI_HOME: home, OPENTSDB_OFFLINE: "1" };
    await prepareEngine({ repository, home, env, log: () => undefined });
    assert.equal(readFileSync(join(folder, "pulumi-resource-random"), "utf8"), "the published one");
    rmSync(home, { recursive: true });
  });
});

describe("the search for a Pulumi CLI", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = scratchFolder();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const fake = (place: string, version: string): string => {
    mkdirSync(join(folder, place), { recursive: true });
    const path = join(folder, place, "pulumi");
    writeFileSync(path, `#!/bin/sh\necho ${version}\n`);
    chmodSync(path, 0o755);
    return path;
  };

  it("takes the required version and newer ones of its generation", () => {
    assert.ok(isAcceptable("v3.250.0") && isAcceptable("3.251.0-alpha+x\n") && isAcceptable("v3.300.1"));
    assert.ok(
      !isAcceptable("v3.249.9") && !isAcceptable("v4.0.0") && !isAcceptable("") && !isAcceptable("(devel)"),
    );
    assert.deepEqual(parseVersion("v3.250.1-x"), [3, 250, 1]);
  });

  it("passes over one on PATH that is too old, says so, and takes the next", async () => {
    const old = fake("old", "v3.100.0");
    const good = fake("good", "v3.260.0");
    const said: string[] = [];
    const env = { PATH: `${join(folder, "old")}:${join(folder, "good")}:${process.env["PATH"]}` };
    assert.deepEqual(onPath(folder, env).slice(0, 2), [old, good]);
    assert.equal(await ensureCli({ home: join(folder, "home"), env, log: (line) => said.push(line) }), good);
    assert.match(said.join(), /old\/pulumi is Pulumi v3\.100\.0; 3\.250\.0 or newer is needed/);
  });

  it("unpacks a build that the cache holds, and asks for nothing else", async () => {
    const built = fake("built", "v3.250.0");
    const module = join(folder, "module");
    mkdirSync(module);
    writeFileSync(join(module, "go.mod"), "module x\n");
    writeFileSync(join(module, "go.sum"), "");
    const cache = join(folder, "cache/opentsdb-platform");
    // Without Go on PATH any Go's build of the same recipe serves.
    const key = recipeKey("module x\n", "", `${process.platform}-${process.arch}`);
    await pack(built, join(cache, "pulumi", `${key}-go1.26`));
    const env = { PATH: "", XDG_CACHE_HOME: join(folder, "cache"), OPENTSDB_OFFLINE: "1" };
    const path = process.env["PATH"];
    process.env["PATH"] = "/nonexistent";
    try {
      const home = join(folder, "home");
      assert.equal(await ensureCli({ home, env, module, log: assert.fail }), join(home, "bin/pulumi"));
      assert.equal(readFileSync(join(home, "bin/pulumi"), "utf8"), readFileSync(built, "utf8"));
      writeFileSync(join(module, "go.sum"), "other");
      assert.equal(await fromCache({ module, cache }, join(folder, "x")), false);
      await assert.rejects(
        ensureCli({ home: join(folder, "other"), env, module, log: () => undefined }),
        /no Pulumi CLI 3\.250\.0 or newer on PATH.*Go.*is not installed. Install one of them/,
      );
    } finally {
      process.env["PATH"] = path;
    }
    assert.ok(!existsSync(join(folder, "x")));
  });

  it("believes an answer of pulumi.com for a day, and does not ask when it shall not", () => {
    const hour = 60 * 60 * 1000;
    assert.ok(isBelieved({ at: 0, answered: false }, 23 * hour));
    assert.ok(!isBelieved({ at: 0, answered: false }, 25 * hour));
    assert.ok(isOffline({ OPENTSDB_OFFLINE: "1" }) && !isOffline({}));
  });
});
