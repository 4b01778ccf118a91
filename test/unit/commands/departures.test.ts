import assert from "node:assert/strict";

import { Recorded, unreadyDepartures } from "../../../scripts/commands/environment/departures";

const host = (name: string, roles: string[]): Recorded["hosts"][number] => ({
  name,
  address: "10.77.0.20",
  kind: "host",
  roles,
  hostKey: "ssh-ed25519 AAAA",
});

const recorded: Recorded = {
  hosts: [
    host("master-1", ["zookeeper", "namenode"]),
    host("data-1", ["datanode", "regionserver"]),
    host("data-2", ["datanode", "regionserver"]),
    host("data-3", ["datanode", "regionserver"]),
    { ...host("tsd-1a2b3c", ["tsd"]), kind: "fleet" },
  ],
};

describe("dropping data hosts", () => {
  it("is refused for one that has not left, in one sentence with the host and the way out", () => {
    const refusal = unreadyDepartures(recorded, ["master-1", "data-1", "data-2"]) ?? "";
    assert.match(refusal, /^data-3 would be removed .* has not left .*name data-3 under opentsdb:leaving/);
    assert.ok(!refusal.includes("data-2"), refusal);
  });

  it("is allowed for one that has left", () => {
    assert.equal(
      unreadyDepartures({ ...recorded, left: ["data-3"] }, ["master-1", "data-1", "data-2"]),
      undefined,
    );
  });

  it("names all that have not left, and none that has", () => {
    const refusal = unreadyDepartures({ ...recorded, left: ["data-3"] }, ["master-1"]) ?? "";
    assert.match(refusal, /^data-1, data-2 would be removed .* have not left/);
  });

  it("is none where hosts stay, come, or hold no blocks", () => {
    assert.equal(unreadyDepartures(recorded, ["data-1", "data-2", "data-3", "data-4"]), undefined);
  });

  it("is none in an environment that was never brought up", () => {
    assert.equal(unreadyDepartures(undefined, ["data-1"]), undefined);
  });
});
