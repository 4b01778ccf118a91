import assert from "node:assert/strict";

import fc from "fast-check";

import {
  endpointEgress,
  endpointInterfaces,
  endpointServiceName,
  endpointsFor,
  Feature,
  FEATURES,
  packageRepositoryObjects,
} from "../../../components/sites/aws/network/endpoints";

const features = fc.subarray([...FEATURES]).map((list) => new Set<Feature>(list));

function services(...list: Feature[]): string[] {
  return endpointsFor(new Set(list)).map(({ service }) => service);
}

describe("VPC endpoints", () => {
  it("are those that the features need, each once", () => {
    assert.deepEqual(services("artifacts", "packages"), ["s3"]);
    assert.deepEqual(services("launchHooks", "artifacts"), ["s3", "autoscaling"]);
    assert.deepEqual(services("sessions", "parameters"), ["ssm", "ssmmessages", "ec2messages"]);
    assert.deepEqual(services(), []);
  });

  it("do not depend on the order of the features, and each gives a reason for each feature", () => {
    fc.assert(
      fc.property(features, (set) => {
        const endpoints = endpointsFor(set);
        assert.deepEqual(endpointsFor(new Set([...set].reverse())), endpoints);
        assert.equal(new Set(endpoints.map(({ service }) => service)).size, endpoints.length);
        for (const { features: needing, reasons } of endpoints) {
          assert.equal(needing.length, reasons.length);
          assert.ok(reasons.every((reason) => reason.length > 0));
        }
        for (const feature of set) {
          assert.ok(
            endpoints.some(({ features: needing }) => needing.includes(feature)),
            `nothing serves ${feature}`,
          );
        }
      }),
    );
  });

  it("only grow when a feature is switched on", () => {
    fc.assert(
      fc.property(features, fc.constantFrom(...FEATURES), (set, more) => {
        const before = endpointsFor(set).map(({ service }) => service);
        const after = endpointsFor(new Set([...set, more])).map(({ service }) => service);
        assert.ok(before.every((service) => after.includes(service)));
      }),
    );
  });

  it("cost by zone, the gateway nothing", () => {
    const endpoints = endpointsFor(new Set<Feature>(["artifacts", "launchHooks", "logs"]));
    assert.equal(endpointInterfaces(endpoints, 3), 6);
    assert.equal(endpointInterfaces(endpointsFor(new Set<Feature>(["artifacts"])), 3), 0);
  });

  it("have the region's full service names", () => {
    assert.equal(endpointServiceName("eu-west-1", "logs"), "com.amazonaws.eu-west-1.logs");
    assert.equal(endpointServiceName("us-gov-west-1", "s3"), "com.amazonaws.us-gov-west-1.s3");
    assert.throws(() => endpointServiceName("cn-north-1", "s3"), /"cn-north-1" is not supported/);
    assert.throws(() => endpointServiceName("eu-west-1a", "s3"), /"eu-west-1a" is no AWS region/);
  });

  it("let Amazon Linux's packages through the gateway's policy", () => {
    assert.deepEqual(packageRepositoryObjects("aws", "eu-west-1"), [
      "arn:aws:s3:::al2023-repos-eu-west-1-de612dc2/*",
    ]);
  });
});

describe("egress to AWS", () => {
  it("goes to the endpoints that are there and nowhere else", () => {
    fc.assert(
      fc.property(features, (set) => {
        const endpoints = endpointsFor(set);
        const rules = endpointEgress(endpoints);
        const gateways = endpoints.filter(({ kind }) => kind === "gateway").map(({ service }) => service);
        assert.deepEqual(
          rules.flatMap(({ to }) => (to.kind === "prefixList" ? [to.service] : [])),
          gateways,
        );
        const interfaces = endpoints.some(({ kind }) => kind === "interface");
        assert.equal(rules.filter(({ to }) => to.kind === "endpoints").length, interfaces ? 1 : 0);
        assert.ok(rules.every(({ port }) => port === 443));
      }),
    );
  });
});
