import * as assert from "node:assert/strict";

import * as fc from "fast-check";

import { formatAddress, sizeOf } from "../../../components/network/ipv4";
import {
  fleetPool,
  gatewayAddress,
  hostAddress,
  siteSubnet,
} from "../../../components/sites/local/addresses";
import { planHosts } from "../../../stacks/topology";
import { topologySettings } from "../stacks/topology-settings";

const number = (address: string): number =>
  address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

/** Private subnets of /25 and larger. */
const subnets = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 24 - 1 }), fc.integer({ min: 16, max: 25 }))
  .map(([low, prefix]) => `${formatAddress(10 * 2 ** 24 + low - (low % 2 ** (32 - prefix)))}/${prefix}`);

describe("the address plan of a local site", () => {
  it("gives every host, the machine and the fleet's pool different addresses inside the subnet", () => {
    fc.assert(
      fc.property(subnets, topologySettings, (text, settings) => {
        const subnet = siteSubnet(text);
        const pool = fleetPool(subnet);
        const addresses = [
          gatewayAddress(subnet),
          ...planHosts(settings).map(({ name }) => hostAddress(subnet, name)),
        ].map(number);
        assert.equal(new Set(addresses).size, addresses.length);
        for (const address of addresses) {
          assert.ok(address > subnet.base && address < subnet.base + sizeOf(subnet) - 1);
          assert.ok(address < number(pool.first) || address > number(pool.last));
        }
      }),
    );
  });

  it("refuses a subnet that is malformed, saying which", () => {
    for (const text of ["10.77.0.0", "10.77.0.300/24", "10.77.0.0/33", "x"]) {
      assert.throws(() => siteSubnet(text), new RegExp(`subnet "${text}" is not a network`));
    }
  });

  it("refuses a subnet that does not begin at its network address, saying how it is written", () => {
    assert.throws(() => siteSubnet("10.77.0.5/25"), /written with its first address/);
  });

  it("refuses a host that has no place in the plan", () => {
    assert.throws(() => hostAddress(siteSubnet("10.77.0.0/25"), "data-31"), /"data-31" has no place/);
  });
});
