import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";

import { generatedFiles } from "../../../scripts/commands/settings";
import { parseSettings, Settings, SettingsError, settingsOf } from "../../../stacks/settings";
import { NAMESPACE, SETTING_NAMES, SettingName, SETTINGS } from "../../../stacks/settings/schema";
import { planHosts } from "../../../stacks/topology";

function problemsOf(raw: Record<string, unknown>): readonly string[] {
  try {
    parseSettings(raw, "test");
    return [];
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.problems;
  }
}

/** The only problem of these settings. */
function problemOf(raw: Record<string, unknown>): string {
  const problems = problemsOf(raw);
  assert.equal(problems.length, 1, problems.join("\n"));
  return problems[0] ?? "";
}

describe("settings", () => {
  it("gives every setting its default when none is set", () => {
    const settings = parseSettings({}, "local");
    assert.equal(settings.environment, "local");
    assert.equal(settings.regionServers, 2);
    assert.equal(settings.tsds, 2);
    assert.equal(settings.dataVolume, 4096);
    assert.equal(settings.collectInterval, 10_000);
    assert.deepEqual(settings.leaving, []);
  });

  it("takes three region servers for the ha topology unless told otherwise", () => {
    assert.equal(parseSettings({ topology: "ha" }, "x").regionServers, 3);
    assert.equal(parseSettings({ topology: "ha", regionServers: 5 }, "x").regionServers, 5);
  });

  it("takes numbers and lists as text, which is how Pulumi hands them over", () => {
    const settings = parseSettings({ tsds: "3", regionServers: "4", leaving: '["data-4"]' }, "x");
    assert.equal(settings.tsds, 3);
    assert.equal(settings.regionServers, 4);
    assert.deepEqual(settings.leaving, ["data-4"]);
  });

  it("names the setting, the value and what is allowed", () => {
    assert.equal(problemOf({ tsds: 9 }), "opentsdb:tsds is 9; it must be a whole number from 1 to 8.");
    assert.equal(
      problemOf({ dataVolume: "4 GB" }),
      'opentsdb:dataVolume is "4 GB"; it must be a size from 1GiB to 16TiB, e.g. 4GiB.',
    );
    assert.equal(problemOf({ topology: "big" }), 'opentsdb:topology is "big"; it must be "basic" or "ha".');
    assert.match(
      problemOf({ subnet: "8.8.8.0/24" }),
      /^opentsdb:subnet is "8\.8\.8\.0\/24"; it must be a private/,
    );
    assert.match(problemOf({ subnet: "10.77.0.0/26" }), /from \/24 to \/25/);
  });

  it("refuses an unknown setting and says which one was meant", () => {
    assert.equal(
      problemOf({ regionServer: 3 }),
      "opentsdb:regionServer is not a setting; did you mean opentsdb:regionServers?",
    );
    assert.match(
      problemOf({ colour: "red" }),
      /opentsdb:colour is not a setting; `npm run settings` lists all/,
    );
    assert.match(problemOf({ constructor: 1 }), /opentsdb:constructor is not a setting/);
  });

  it("tells all problems together", () => {
    const problems = problemsOf({ tsd: 1, tsds: 0, walSync: "never", topology: "ha", regionServers: 2 });
    assert.equal(problems.length, 4);
    for (const name of ["tsd ", "tsds ", "walSync ", "regionServers "]) {
      assert.ok(
        problems.some((problem) => problem.startsWith(`${NAMESPACE}:${name}`)),
        name,
      );
    }
  });

  it("refuses fewer than three region servers for the ha topology", () => {
    assert.match(
      problemOf({ topology: "ha", regionServers: 2 }),
      /must be "auto" or a whole number from 3 to 8/,
    );
  });

  it("refuses to let an unknown host, or too many hosts, leave", () => {
    assert.match(
      problemOf({ regionServers: 3, leaving: ["data-7"] }),
      /opentsdb:leaving names "data-7"; .*data-1, data-2, data-3/,
    );
    assert.match(problemOf({ leaving: ["data-2"] }), /leaves 1 of 2 data hosts; at least 2 must stay/);
    assert.deepEqual(parseSettings({ regionServers: 3, leaving: ["data-3"] }, "x").leaving, ["data-3"]);
  });

  it("lets only those data hosts leave that a lower count would drop", () => {
    assert.match(
      problemOf({ regionServers: 4, leaving: ["data-2"] }),
      /leaving is \[data-2\]; it must be the last data hosts \[data-4\]/,
    );
    assert.deepEqual(problemsOf({ regionServers: 4, leaving: ["data-4", "data-3"] }), []);
  });

  it("refuses to replace two stateful hosts at once, but not a stateless one beside", () => {
    assert.match(
      problemOf({ rollHosts: ["master-1", "data-1"] }),
      /names 2 stateful hosts \(master-1, data-1\)/,
    );
    assert.deepEqual(problemsOf({ rollHosts: ["data-1", "cache-1"] }), []);
  });

  it("refuses the aws site for now", () => {
    assert.match(problemOf({ site: "aws" }), /not available yet/);
  });

  it("reads the keys of its own namespace only", () => {
    assert.deepEqual(settingsOf({ "opentsdb:tsds": "3", "aws:region": "eu-west-1", tsds: "4" }), {
      tsds: "3",
    });
  });

  const anyValue = fc.oneof(
    fc.string(),
    fc.integer({ min: -3, max: 30 }),
    fc.constantFrom<unknown>("ha", "basic", "auto", "10.1.0.0/24", "2GiB", "10s", "1ms", true, null, 1.5, {}),
    fc.array(fc.constantFrom("data-1", "data-2", "data-3", "master-1", "cache-1", "x")),
  );
  const anySettings = fc.dictionary(fc.constantFrom<string>(...SETTING_NAMES, "tsd", "subnets"), anyValue);

  /** What holds for all settings that were accepted. */
  function assertSound(settings: Settings): void {
    const names = planHosts(settings).map(({ name }) => name);
    assert.ok(settings.regionServers >= (settings.topology === "ha" ? 3 : 2) && settings.regionServers <= 8);
    assert.ok(settings.tsds >= 1 && settings.tsds <= 8);
    assert.ok(settings.leaving.every((host) => names.includes(host)));
    assert.ok(settings.rollHosts.every((host) => names.includes(host)));
    for (const name of SETTING_NAMES) {
      assert.notEqual(settings[name], undefined, name);
    }
  }

  it("accepts values within limits, or names every key that it refuses (any input)", () => {
    fc.assert(
      fc.property(anySettings, (raw) => {
        const problems = problemsOf(raw);
        if (problems.length === 0) {
          assertSound(parseSettings(raw, "x"));
          return;
        }
        for (const problem of problems) {
          assert.match(problem, /^opentsdb:[A-Za-z]+ .*[.?]$/s);
        }
        for (const name of Object.keys(raw)) {
          const setting = Object.hasOwn(SETTINGS, name) ? SETTINGS[name as SettingName] : undefined;
          const wrong =
            setting === undefined ||
            (raw[name] !== undefined && raw[name] !== null && setting.parse(raw[name]) === undefined);
          if (wrong) {
            assert.ok(
              problems.some((problem) => problem.startsWith(`opentsdb:${name} `)),
              `${name} is refused, but not named: ${problems.join(" ")}`,
            );
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("has a default that its own check accepts, and a sentence, for every setting", () => {
    for (const name of SETTING_NAMES) {
      const setting = SETTINGS[name];
      assert.notEqual(setting.parse(setting.defaultValue), undefined, name);
      assert.match(setting.doc, /^.+\.$/s, name);
    }
  });

  it("stands in Pulumi.yaml and docs/settings.md as the schema has it (`npm run settings -- --write`)", () => {
    for (const { file, text } of generatedFiles(join(__dirname, "..", "..", ".."))) {
      assert.equal(readFileSync(file, "utf8"), text, file);
    }
  });
});
