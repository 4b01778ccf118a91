import assert from "node:assert/strict";

import fc from "fast-check";

import { SMALLEST_CACHE_MIB, cacheMiB } from "../../../components/cache/memory";
import { memcachedRole } from "../../../components/cache/role";
import { assertSnapshot } from "../snapshot";

describe("memcached role", () => {
  const args = { address: "10.77.0.5", memoryMiB: 256 };

  it("renders its unit as its snapshot says", () =>
    assertSnapshot(__dirname, "memcached.service", memcachedRole(args).files[0]?.content ?? ""));

  it("listens on the host's address alone, without UDP", () => {
    const unit = memcachedRole(args).files[0]?.content ?? "";
    assert.match(unit, /--listen=10\.77\.0\.5 /);
    assert.match(unit, /--udp-port=0 /);
  });

  it("refuses a name or everything as the address to listen on", () => {
    assert.throws(() => memcachedRole({ ...args, address: "cache-1" }), /"cache-1" is no IPv4 address/);
    assert.throws(() => memcachedRole({ ...args, address: "0.0.0.0 -U 11211" }), /no IPv4 address/);
  });

  it("refuses items larger than Memcached takes", () => {
    assert.throws(() => memcachedRole({ ...args, itemMiB: 129 }), /itemMiB is 129; allowed is .* 1 to 128/);
  });
});

describe("cache memory", () => {
  it("leaves room for the system and for what is no item, on every host that is large enough", () => {
    fc.assert(
      fc.property(fc.integer({ min: 199, max: 1024 * 1024 }), (memoryMiB) => {
        const items = cacheMiB(memoryMiB);
        assert.ok(items >= SMALLEST_CACHE_MIB);
        assert.ok(Math.floor(items * 1.1) + 128 <= memoryMiB, `${items} MiB of ${memoryMiB}`);
      }),
    );
  });

  it("names the least memory that would do", () => {
    assert.throws(() => cacheMiB(128), /has 128 MiB of memory; it needs at least 199 MiB/);
    assert.equal(cacheMiB(199), SMALLEST_CACHE_MIB);
  });
});
