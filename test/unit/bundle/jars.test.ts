import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { jarFaults, pomVersion } from "../../../scripts/bundle/jars";
import { parseSums } from "../../../scripts/bundle/content";

const bundle = join(__dirname, "..", "..", "..", "scripts", "bundle");
const [one, other] = ["1".repeat(64), "2".repeat(64)];

describe("recorded jars", () => {
  it("have no faults when exactly they are there", () => {
    assert.deepEqual(jarFaults(new Map([["a.jar", one]]), new Map([["a.jar", one]])), []);
  });

  it("name a jar that differs with both hashes, one that is missing, and one too many", () => {
    const recorded = new Map([
      ["changed.jar", one],
      ["missing.jar", one],
    ]);
    const seen = new Map([
      ["changed.jar", other],
      ["extra.jar", other],
    ]);
    assert.deepEqual(jarFaults(recorded, seen), [
      `changed.jar has SHA-256 ${other}, recorded is ${one}`,
      "missing.jar is missing",
      "extra.jar is not recorded",
    ]);
  });

  it("hold the very version that the pom pins, and no gnuplot, UI or test jar", () => {
    for (const [component, jar] of [
      ["hbase", "hbase-server"],
      ["tsd", "opentsdb"],
    ] as const) {
      const version = pomVersion(readFileSync(join(bundle, component, "pom.xml"), "utf8"));
      const jars = [...parseSums(readFileSync(join(bundle, component, "jars.sha256"), "utf8")).keys()];
      assert.ok(jars.includes(`${jar}-${version}.jar`), `${jar}-${version}.jar is not recorded`);
      assert.deepEqual(
        jars.filter((name) => /gwt|gnuplot|-tests\.jar|junit|mockito/.test(name)),
        [],
      );
    }
  });
});
