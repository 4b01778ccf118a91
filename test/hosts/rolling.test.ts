import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  freeAddresses,
  type MemberState,
  nextStep,
  strandedMembers,
} from "../../components/sites/local/provider/fleet/rolling";

const fleets = fc
  .array(fc.record({ current: fc.boolean(), healthy: fc.boolean() }), { maxLength: 8 })
  .map((members) => members.map((member, i): MemberState => ({ name: `m${i}`, ...member })));
const sizes = fc.integer({ min: 0, max: 6 });

/** Carries the steps out on paper, every new member becoming healthy; returns the fleet after each step. */
function carryOut(start: MemberState[], size: number): MemberState[][] {
  const stranded = strandedMembers(start);
  const states = [start.filter(({ name }) => !stranded.includes(name))];
  for (let serial = 0; states.length < 100; serial++) {
    const members = states.at(-1) ?? [];
    const step = nextStep(members, size);
    if (step.kind === "done") return states;
    if (step.kind === "retire") states.push(members.filter(({ name }) => name !== step.name));
    else {
      const made = Array.from({ length: step.count }, (_, i) => ({
        name: `n${serial}-${i}`,
        current: true,
        healthy: true,
      }));
      states.push([...members, ...made]);
    }
  }
  throw new Error("never done");
}

describe("a fleet's next step", () => {
  it("ends with the size that was asked for, and nothing outdated", () => {
    fc.assert(
      fc.property(fleets, sizes, (members, size) => {
        const end = carryOut(members, size).at(-1) ?? [];
        assert.equal(end.length, size);
        assert.ok(end.every(({ current }) => current));
      }),
    );
  });

  it("never leaves fewer healthy members than there were, up to the size", () => {
    fc.assert(
      fc.property(fleets, sizes, (members, size) => {
        const [first = [], ...rest] = carryOut(members, size).map((state) =>
          state.filter(({ healthy }) => healthy),
        );
        for (const healthy of rest) assert.ok(healthy.length >= Math.min(size, first.length));
      }),
    );
  });

  it("makes no more than one beyond the size while it replaces", () => {
    fc.assert(
      fc.property(fleets, sizes, (members, size) => {
        const states = carryOut(members, size);
        const most = Math.max(size + 1, states[0]?.length ?? 0);
        for (const state of states) assert.ok(state.length <= most);
      }),
    );
  });

  it("waits for a new member only while it replaces others", () => {
    assert.deepEqual(nextStep([], 2), { kind: "make", count: 2, wait: false });
    assert.deepEqual(nextStep([{ name: "a", current: false, healthy: true }], 1), {
      kind: "make",
      count: 1,
      wait: true,
    });
  });

  it("lets the sick go before the healthy", () => {
    const members = [
      { name: "a", current: true, healthy: true },
      { name: "b", current: true, healthy: false },
    ];
    assert.deepEqual(nextStep(members, 1), { kind: "retire", name: "b" });
  });

  it("takes members that are still booting for stranded only during a replacement", () => {
    const booting = { name: "new", current: true, healthy: false };
    assert.deepEqual(strandedMembers([booting]), []);
    assert.deepEqual(strandedMembers([booting, { name: "old", current: false, healthy: true }]), ["new"]);
  });

  it("finds the free addresses of a pool", () => {
    assert.deepEqual(freeAddresses(["a", "b", "c"], ["b", "x"]), ["a", "c"]);
  });
});
