import assert from "node:assert/strict";

import { EngineEvent } from "@pulumi/pulumi/automation";

import {
  activeLines,
  Changes,
  followChange,
  NO_CHANGES,
  summary,
} from "../../../scripts/commands/environment/changes";
import { failuresOf, renderFailures } from "../../../scripts/commands/environment/failure";
import { describeUrn } from "../../../scripts/commands/environment/urn";
import recorded from "./recorded-events.json";

// Events of a real update: two commands that went well, then one whose script ended as a role's does.
const events = recorded as unknown as EngineEvent[];

function follow(until = events.length): { changes: Changes; lines: string[] } {
  let changes = NO_CHANGES;
  const lines: string[] = [];
  events.slice(0, until).forEach((event, index) => {
    const { after, line } = followChange(changes, event, index * 1000);
    changes = after;
    if (line !== undefined) lines.push(line);
  });
  return { changes, lines };
}

describe("the course of an update", () => {
  it("is told by one line for each machine or command, and none for bookkeeping", () => {
    const { lines } = follow();
    assert.equal(lines.length, 3);
    assert.match(lines[0] ?? "", /^✓ local command network created \(\d/);
    assert.match(lines[1] ?? "", /^✓ local command apply-zookeeper-master-1 created/);
    assert.match(lines[2] ?? "", /^✗ local command apply-tsd-tsd-1 failed/);
  });

  it("is summed up at its end", () => {
    assert.equal(summary(follow().changes), "2 created, 1 failed");
    assert.equal(summary(NO_CHANGES), "nothing to change");
  });

  it("shows what is being worked on, for how long, and what it said last", () => {
    const at = events.findIndex(({ diagnosticEvent }) => diagnosticEvent?.message === "working\n") + 1;
    const { changes } = follow(at);
    const lines = activeLines(changes, at * 1000);
    assert.deepEqual(lines, ["… local command apply-zookeeper-master-1 creating  2.0 s  working"]);
  });

  it("leaves nothing active when every step has ended", () => {
    assert.deepEqual(activeLines(follow().changes, 0), []);
  });

  it("names the most that fit and counts the rest", () => {
    const active = new Map(
      ["a", "b", "c"].map((name) => [name, { label: `host ${name}`, verb: "creating", began: 0, said: "" }]),
    );
    assert.deepEqual(activeLines({ ...NO_CHANGES, active }, 500, 1), [
      "… host a creating  0.5 s",
      "… and 2 more",
    ]);
  });
});

describe("the failure of an update", () => {
  it("is told in the words of the role that failed, with its host and its journal", () => {
    const failures = failuresOf(events);
    assert.equal(failures.length, 1);
    assert.equal(failures[0]?.role, "tsd");
    assert.equal(failures[0]?.host, "tsd-1");
    assert.equal(
      renderFailures(failures),
      [
        "✗ local command apply-tsd-tsd-1",
        "  role tsd failed on host tsd-1: port 4242 does not answer",
        "  --- last lines of the journal of tsd.service",
        "  java.lang.Oops",
      ].join("\n"),
    );
  });

  it("is told by the engine's own words when no resource gave a reason", () => {
    const event = (message: string): EngineEvent => ({
      sequence: 1,
      timestamp: 1,
      diagnosticEvent: { message, color: "never", severity: "error" },
    });
    const failures = failuresOf([
      event("<{%reset%}>the settings are refused<{%reset%}>\n"),
      event("update failed\n"),
    ]);
    assert.equal(renderFailures(failures), "  the settings are refused");
  });
});

describe("names of resources", () => {
  it("say what it is and which one", () => {
    assert.equal(describeUrn("urn:pulumi:local::opentsdb::a:b:C$nspawn:index:Host::data-1"), "host data-1");
    assert.equal(
      describeUrn("urn:pulumi:local::opentsdb::random:index/randomId:RandomId::a::b"),
      "RandomId a::b",
    );
  });
});
