import assert from "node:assert/strict";

import fc from "fast-check";

import { addressAt, isPrivate, parseCidr, sizeOf } from "../../../components/network/ipv4";
import { editDistance, nearest } from "../../../stacks/settings/suggest";
import { formatDuration, formatSize, parseDuration, parseSize } from "../../../stacks/settings/units";

describe("sizes and durations", () => {
  it("come back as they were written (any value)", () => {
    fc.assert(
      fc.property(fc.nat({ max: 999_999_999 }), (value) => {
        assert.equal(parseSize(formatSize(value)), value);
        assert.equal(parseDuration(formatDuration(value)), value);
      }),
    );
  });

  it("take units and nothing else", () => {
    assert.equal(parseSize("2GiB"), 2048);
    assert.equal(parseSize("512 MiB"), 512);
    assert.equal(parseDuration("50ms"), 50);
    assert.equal(parseDuration("5m"), 300_000);
    for (const text of ["2", "2GB", "-1GiB", "1.5GiB", "GiB", "2GiB!", "1constructor", ""]) {
      assert.equal(parseSize(text), undefined, text);
      assert.equal(parseDuration(text), undefined, text);
    }
  });

  it("use the largest unit that fits", () => {
    assert.equal(formatSize(4096), "4GiB");
    assert.equal(formatSize(1536), "1536MiB");
    assert.equal(formatDuration(10_000), "10s");
    assert.equal(formatDuration(0), "0ms");
  });
});

describe("subnets", () => {
  it("have their first address in front of the slash", () => {
    assert.equal(sizeOf(parseCidr("10.77.0.128/25") ?? { base: 0, prefix: 32 }), 128);
    for (const text of [
      "10.77.0.1/25",
      "10.77.0.0",
      "10.77.0.0/33",
      "10.77.0.256/24",
      "a/24",
      "010.77.0.0/8x",
    ]) {
      assert.equal(parseCidr(text), undefined, text);
    }
  });

  it("are private only when wholly inside a private range", () => {
    const verdict = (text: string) => isPrivate(parseCidr(text) ?? { base: 0, prefix: 32 });
    assert.equal(verdict("172.31.255.0/24"), true);
    assert.equal(verdict("172.32.0.0/24"), false);
    assert.equal(verdict("8.0.0.0/6"), false);
  });

  it("number their addresses from the first, and have none outside (any network)", () => {
    const subnet = parseCidr("10.77.0.128/25");
    assert.ok(subnet);
    fc.assert(
      fc.property(fc.integer({ min: -5, max: 140 }), (index) => {
        if (index >= 0 && index < 128) {
          assert.equal(addressAt(subnet, index), `10.77.0.${128 + index}`);
        } else {
          assert.throws(() => addressAt(subnet, index), /has no address number/);
        }
      }),
    );
  });
});

describe("suggestions", () => {
  it("measure what separates two words", () => {
    assert.equal(editDistance("", "abc"), 3);
    assert.equal(editDistance("tsds", "tsd"), 1);
    assert.equal(editDistance("ab", "ba"), 1);
  });

  it("are the same in both directions and zero only for equal words (any words)", () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, (left, right) => {
        assert.equal(editDistance(left, right), editDistance(right, left));
        assert.equal(editDistance(left, right) === 0, left === right);
      }),
    );
  });

  it("are made only when something is near", () => {
    assert.equal(nearest("REGIONSERVERS", ["tsds", "regionServers"]), "regionServers");
    assert.equal(nearest("zebra", ["tsds", "regionServers"]), undefined);
  });
});
