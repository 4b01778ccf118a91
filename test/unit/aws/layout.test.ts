import assert from "node:assert/strict";

import fc from "fast-check";

import { formatAddress, overlap, parseCidr, Subnet, within } from "../../../components/network/ipv4";
import {
  hostAddress,
  layoutNetwork,
  MOST_ZONES,
  resolverAddress,
  subnetIn,
  tierOf,
  TIERS,
} from "../../../components/sites/aws/network/layout";
import { pinsForZones, zoneIndexOf } from "../../../components/sites/aws/network/placement";
import { planHosts } from "../../../stacks/topology";
import { topologySettings } from "../stacks/topology-settings";

const ZONES = ["eu-west-1a", "eu-west-1b", "eu-west-1c", "eu-west-1d"];

/** Private networks of every allowed size. */
const vpcs = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 24 - 1 }), fc.integer({ min: 16, max: 22 }))
  .map(([low, prefix]) => `${formatAddress(10 * 2 ** 24 + low - (low % 2 ** (32 - prefix)))}/${prefix}`);

const zoneCounts = fc.integer({ min: 1, max: MOST_ZONES });

function subnet(cidr: string): Subnet {
  const parsed = parseCidr(cidr);
  assert.ok(parsed, `${cidr} is no network`);
  return parsed;
}

function address(text: string): Subnet {
  return subnet(`${text}/32`);
}

describe("the layout of a VPC", () => {
  it("gives every zone a subnet of each tier, inside the VPC, none overlapping another", () => {
    fc.assert(
      fc.property(vpcs, zoneCounts, (vpc, count) => {
        const { subnets } = layoutNetwork(vpc, ZONES.slice(0, count));
        assert.equal(subnets.length, count * TIERS.length);
        subnets.forEach((one, index) => {
          assert.ok(within(subnet(vpc), subnet(one.cidr)), `${one.cidr} outside ${vpc}`);
          for (const other of subnets.slice(index + 1)) {
            assert.ok(!overlap(subnet(one.cidr), subnet(other.cidr)), `${one.cidr} overlaps ${other.cidr}`);
          }
        });
      }),
    );
  });

  it("moves no subnet when a zone is added: the new ones come last", () => {
    fc.assert(
      fc.property(vpcs, fc.integer({ min: 1, max: MOST_ZONES - 1 }), (vpc, count) => {
        const before = layoutNetwork(vpc, ZONES.slice(0, count)).subnets;
        const after = layoutNetwork(vpc, ZONES.slice(0, count + 1)).subnets;
        assert.deepEqual(after.slice(0, before.length), before);
      }),
    );
  });

  it("makes only subnets of sizes that AWS takes, /16 to /28", () => {
    fc.assert(
      fc.property(vpcs, (vpc) => {
        for (const { cidr } of layoutNetwork(vpc, ZONES).subnets) {
          assert.ok(subnet(cidr).prefix >= 16 && subnet(cidr).prefix <= 28, cidr);
        }
      }),
    );
  });

  it("lays out a /16 as people expect to read it", () => {
    const layout = layoutNetwork("10.20.0.0/16", ZONES.slice(0, 2));
    assert.deepEqual(
      layout.subnets.map(({ tier, zone, cidr }) => `${zone} ${tier} ${cidr}`),
      [
        "eu-west-1a private 10.20.0.0/19",
        "eu-west-1a data 10.20.32.0/20",
        "eu-west-1a public 10.20.48.0/21",
        "eu-west-1b private 10.20.64.0/19",
        "eu-west-1b data 10.20.96.0/20",
        "eu-west-1b public 10.20.112.0/21",
      ],
    );
    assert.equal(resolverAddress(layout), "10.20.0.2");
    assert.deepEqual(
      tierOf(layout, "data").map(({ zoneIndex }) => zoneIndex),
      [0, 1],
    );
  });

  it("refuses a network that is public, too large, too small or not written with its first address", () => {
    for (const text of ["8.8.0.0/16", "10.0.0.0/8", "10.0.0.0/23", "10.0.0.1/16", "ten"]) {
      assert.throws(
        () => layoutNetwork(text, ZONES),
        (error: Error) => error.message.includes(`"${text}"`) && error.message.includes("/16 to /22"),
        text,
      );
    }
  });

  it("refuses no zone, too many, and one that is named twice", () => {
    assert.throws(() => layoutNetwork("10.0.0.0/16", []), /0 zones; a VPC is laid out for 1 to 4/);
    assert.throws(() => layoutNetwork("10.0.0.0/16", [...ZONES, "eu-west-1e"]), /5 zones/);
    assert.throws(() => layoutNetwork("10.0.0.0/16", ["a", "b", "a"]), /names "a" twice/);
  });
});

describe("fixed addresses of hosts", () => {
  it("are all different, in their zone's data subnet, and none that AWS keeps", () => {
    fc.assert(
      fc.property(vpcs, zoneCounts, topologySettings, (vpc, count, settings) => {
        const layout = layoutNetwork(vpc, ZONES.slice(0, count));
        const seen = new Set<string>();
        for (const { name } of planHosts(settings)) {
          const zone = zoneIndexOf(name, count);
          const text = hostAddress(layout, name, zone);
          const data = subnet(subnetIn(layout, "data", zone).cidr);
          const place = address(text).base - data.base;
          assert.ok(within(data, address(text)), `${text} outside its subnet`);
          assert.ok(place >= 4 && place < 2 ** (32 - data.prefix) - 1, `AWS keeps number ${place}`);
          seen.add(text);
        }
        assert.equal(seen.size, planHosts(settings).length);
      }),
    );
  });

  it("stay what they are when a zone is added", () => {
    const [before, after] = [2, 3].map((count) => layoutNetwork("10.20.0.0/16", ZONES.slice(0, count)));
    assert.ok(before && after);
    assert.equal(hostAddress(before, "data-2", 1), "10.20.96.17");
    assert.equal(hostAddress(after, "data-2", 1), "10.20.96.17");
  });

  it("refuse a host without a place and a zone that is not there, naming them", () => {
    const layout = layoutNetwork("10.20.0.0/16", ZONES.slice(0, 2));
    for (const name of ["data-33", "data-0", "tsd-1", "constructor-1", "data"]) {
      assert.throws(() => hostAddress(layout, name, 0), new RegExp(`"${name}" has no place`));
    }
    assert.throws(() => hostAddress(layout, "data-1", 2), /no data subnet in zone number 2/);
  });
});

describe("the zone of a host", () => {
  const hosts = ["data-1", "data-2", "data-3", "data-4", "data-5"];

  it("is dealt out in turn", () => {
    assert.deepEqual(
      hosts.map((host) => zoneIndexOf(host, 3)),
      [0, 1, 2, 0, 1],
    );
  });

  it("stays the same for every host when zones are added, with the pins that are computed for it", () => {
    fc.assert(
      fc.property(zoneCounts, zoneCounts, (a, b) => {
        const [before, after] = [Math.min(a, b), Math.max(a, b)];
        const pins = pinsForZones(hosts, before, after);
        for (const host of hosts) {
          assert.equal(zoneIndexOf(host, after, pins), zoneIndexOf(host, before));
        }
      }),
    );
  });

  it("keeps the pins that hold already, and sets none that is not needed", () => {
    const first = pinsForZones(hosts, 2, 3);
    assert.deepEqual(first, { "data-3": 0, "data-4": 1, "data-5": 0 });
    const second = pinsForZones(hosts, 3, 4, first);
    for (const host of hosts) {
      assert.equal(zoneIndexOf(host, 4, second), zoneIndexOf(host, 2));
    }
  });

  it("is refused when it would be gone, and when a pin names none", () => {
    assert.throws(() => pinsForZones(hosts, 3, 2), /"data-3" stands in zone number 2, .* gone with 2 zones/);
    assert.throws(() => zoneIndexOf("data-1", 2, { "data-1": 2 }), /pinned to zone number 2/);
    assert.throws(() => zoneIndexOf("bastion", 2), /"bastion" is not named/);
  });
});
