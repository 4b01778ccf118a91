import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  formatAddress,
  formatSubnet,
  overlap,
  parseAddress,
  parseSubnet,
  type Subnet,
} from "../../components/network/ipv4";
import {
  addressRange,
  gateway,
  macAddress,
  subnetFault,
  usable,
} from "../../components/sites/local/provider/site/subnet";

const addresses = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const subnets = fc.tuple(addresses, fc.integer({ min: 8, max: 30 })).map(([address, prefix]) => {
  const parsed = parseSubnet(`${formatAddress(address)}/${prefix}`);
  assert.ok(parsed);
  return parsed;
});

describe("subnets", () => {
  it("come back from their text as they were", () => {
    fc.assert(fc.property(addresses, (address) => parseAddress(formatAddress(address)) === address));
    fc.assert(fc.property(subnets, (subnet) => assert.deepEqual(parseSubnet(formatSubnet(subnet)), subnet)));
  });

  it("overlap exactly when one holds the other's first address, in both directions", () => {
    const holds = (outer: Subnet, inner: Subnet) =>
      inner.base >= outer.base && inner.base < outer.base + 2 ** (32 - outer.prefix);
    fc.assert(
      fc.property(subnets, subnets, (a, b) => {
        assert.equal(overlap(a, b), holds(a, b) || holds(b, a));
        assert.equal(overlap(a, b), overlap(b, a));
      }),
    );
  });

  it("give hosts neither their own address, nor the gateway, nor the broadcast", () => {
    const subnet = parseSubnet("10.77.0.128/25");
    assert.ok(subnet);
    const may = (text: string) => usable(subnet, parseAddress(text) ?? 0);
    assert.equal(gateway(subnet), "10.77.0.129");
    assert.deepEqual(
      ["10.77.0.128", "10.77.0.129", "10.77.0.130", "10.77.0.254", "10.77.0.255", "10.77.1.0"].map(may),
      [false, false, true, true, false, false],
    );
  });

  it("list a pool with both its ends, and nothing when the ends are swapped", () => {
    assert.deepEqual(addressRange("10.0.0.254", "10.0.1.1"), [
      "10.0.0.254",
      "10.0.0.255",
      "10.0.1.0",
      "10.0.1.1",
    ]);
    assert.deepEqual(addressRange("10.0.0.2", "10.0.0.1"), []);
  });

  it("give every address a MAC address of its own", () => {
    assert.equal(macAddress("10.77.0.130"), "02:00:0a:4d:00:82");
  });

  it("are refused with the reason when they are no private network", () => {
    assert.equal(subnetFault("10.77.0.0/25"), undefined);
    assert.equal(subnetFault("ten"), 'subnet "ten" is not in CIDR form; write it like 10.77.0.0/25');
    assert.match(subnetFault("10.77.0.256/25") ?? "", /not in CIDR form/);
    assert.match(
      subnetFault("8.8.8.0/24") ?? "",
      /8\.8\.8\.0\/24 is not private; choose one inside 10\.0\.0\.0\/8/,
    );
    assert.match(subnetFault("10.0.0.0/8") ?? "", /prefix of 8; \/16 to \/29 are allowed/);
    assert.match(subnetFault("10.77.0.5/25") ?? "", /write 10\.77\.0\.0\/25/);
  });
});
