import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  DECISION,
  FORMATION_WINDOW_SECONDS,
  permitText,
  reportOf,
} from "../../../components/hosts/formation";

const run = (text: string, input: string): string =>
  execFileSync("bash", ["-c", text], { input, encoding: "utf8" });

describe("the formation of an environment", () => {
  it("is decided for all hosts when every volume is empty", () => {
    const report =
      reportOf("master-1", "base on master-1: hello\nvolume zookeeper empty\n") +
      reportOf("data-1", "volume data empty");
    assert.match(run(DECISION, report), /^form \d+ data-1 master-1\n$/);
  });

  it("is refused as soon as one volume holds anything", () => {
    const report = reportOf("master-1", "volume zookeeper empty") + reportOf("data-1", "volume data data");
    assert.equal(run(DECISION, report), "formed data-1:data\n");
  });

  describe("a permit", () => {
    let root: string;
    beforeEach(() => {
      root = mkdtempSync(join(tmpdir(), "permit-"));
      mkdirSync(join(root, "zookeeper"));
    });
    afterEach(() => rmSync(root, { recursive: true }));
    const permit = (decision: string): boolean => {
      run(
        permitText("test", "master-1", [["zookeeper", "zookeeper"]]).replaceAll("/data/", `${root}/`),
        decision,
      );
      return existsSync(join(root, "zookeeper/.initialise-zookeeper"));
    };
    const now = Math.floor(Date.now() / 1000);

    it("is written for a host that the decision names", () => {
      assert.equal(permit(`form ${now} data-1 master-1`), true);
      assert.equal(readFileSync(join(root, "zookeeper/.initialise-zookeeper"), "utf8"), "test\n");
    });

    it("is not written for a host that came later", () => {
      assert.equal(permit(`form ${now} data-1 master-11 xmaster-1\n`), false);
    });

    it("is not written when the environment had been formed", () => {
      assert.equal(permit("formed data-1:data\n"), false);
    });

    it("is not written when the decision is old", () => {
      assert.equal(permit(`form ${now - FORMATION_WINDOW_SECONDS - 1} master-1\n`), false);
    });
  });
});
