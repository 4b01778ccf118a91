import assert from "node:assert/strict";

import { allParts, chooseParts } from "../../../scripts/commands/suites/list";
import { closingLine, mochaOutcome, skippedNote, total } from "../../../scripts/commands/suites/outcome";

const report = (passes: number, failures: string[], pending = 0) =>
  JSON.stringify({
    stats: { passes, failures: failures.length, pending },
    failures: failures.map((fullTitle) => ({ fullTitle })),
  });

describe("the outcome of a suite", () => {
  it("is what mocha counted", () => {
    assert.deepEqual(mochaOutcome("unit", report(3, ["a b"], 1), "ended with exit code 1"), {
      passed: 3,
      failed: 1,
      skipped: 1,
      failures: ["unit: a b"],
    });
  });

  it("is a failure when the run ended badly though no test failed", () => {
    const { failed, failures } = mochaOutcome("hosts", report(3, []), "was ended by SIGKILL");
    assert.equal(failed, 1);
    assert.deepEqual(failures, ["hosts: the run was ended by SIGKILL"]);
  });

  it("is a failure when there is no report, or a broken one", () => {
    assert.equal(mochaOutcome("hosts", undefined, undefined).failed, 1);
    assert.equal(mochaOutcome("hosts", "{", "ended with exit code 7").failed, 1);
  });

  it("adds up to the last line of the output", () => {
    const outcomes = [
      mochaOutcome("a", report(3, []), undefined),
      mochaOutcome("b", report(1, ["x"], 2), undefined),
    ];
    assert.equal(closingLine(total(outcomes)), "4 passed, 1 failed");
    assert.match(skippedNote(total(outcomes)), /^, 2 skipped/);
    assert.equal(closingLine(total([])), "0 passed, 0 failed");
  });
});

describe("the choice of suites", () => {
  it("keeps their order and refuses a name that is none", () => {
    const parts = allParts([]);
    assert.deepEqual(
      chooseParts(parts, ["unit", "types"]).map(({ name }) => name),
      ["types", "unit"],
    );
    assert.equal(chooseParts(parts, []).length, parts.length);
    assert.throws(
      () => chooseParts(parts, ["units"]),
      /"units" is no part of the tests; there are types, lint/,
    );
  });
});
