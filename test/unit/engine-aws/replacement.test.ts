import assert from "node:assert/strict";
import { keepsGivenName } from "../../../engine/plugins/aws/definition";
import {
  conditionFailures,
  decide,
  isDowngrade,
  refusedChange,
} from "../../../engine/plugins/aws/replacement";
import { UNKNOWN } from "../../../engine/provider/resource";

type Inputs = Record<string, unknown>;

const replaced = (token: string, olds: Inputs, news: Inputs, outputs: Inputs = {}): string[] =>
  decide(token, olds, news, outputs).replaces;
const changed = (token: string, olds: Inputs, news: Inputs, outputs: Inputs = {}): string[] =>
  decide(token, olds, news, outputs).changed;

describe("changes of AWS resources", () => {
  const VPC = "aws:ec2/vpc:Vpc";
  const INSTANCE = "aws:ec2/instance:Instance";

  it("are none where a default is written out or left out, or where the provider keeps its own value", () => {
    assert.deepEqual(changed(VPC, { enableDnsSupport: true }, {}), []);
    assert.deepEqual(changed(VPC, { cidrBlock: "10.0.0.0/16" }, {}, { cidrBlock: "10.0.0.0/16" }), []);
    assert.deepEqual(changed(INSTANCE, {}, { privateIp: "10.0.0.4" }, { privateIp: "10.0.0.4" }), []);
  });

  it("are none where a list of ids only has another order", () => {
    const token = "aws:elasticache/subnetGroup:SubnetGroup";
    assert.deepEqual(changed(token, { subnetIds: ["a", "b"] }, { subnetIds: ["b", "a"] }), []);
    assert.deepEqual(changed(token, { subnetIds: ["a"] }, { subnetIds: ["b"] }), ["subnetIds[0]"]);
  });

  it("replace where the table says so, also inside objects and for what is not known yet", () => {
    assert.deepEqual(replaced(VPC, { cidrBlock: "10.0.0.0/16" }, { cidrBlock: "10.1.0.0/16" }), [
      "cidrBlock",
    ]);
    assert.deepEqual(replaced(INSTANCE, { subnetId: "a" }, { subnetId: UNKNOWN }), ["subnetId"]);
    const root = (encrypted: boolean, volumeSize: number): Inputs => ({
      rootBlockDevice: { encrypted, volumeSize },
    });
    assert.deepEqual(replaced(INSTANCE, root(false, 8), root(true, 8)), ["rootBlockDevice"]);
    assert.deepEqual(replaced(INSTANCE, root(true, 8), root(true, 16)), []);
  });

  it("of a VPC's tenancy replace unless it goes from dedicated to default", () => {
    const tenancy = (instanceTenancy: string): Inputs => ({ instanceTenancy });
    assert.deepEqual(replaced(VPC, tenancy("dedicated"), tenancy("default")), []);
    assert.deepEqual(replaced(VPC, tenancy("default"), tenancy("dedicated")), ["instanceTenancy"]);
  });

  it("of an endpoint's private names replace unless it is an interface", () => {
    const token = "aws:ec2/vpcEndpoint:VpcEndpoint";
    const at = (vpcEndpointType: string, privateDnsEnabled: boolean): Inputs => ({
      vpcEndpointType,
      privateDnsEnabled,
    });
    assert.deepEqual(replaced(token, at("Interface", false), at("Interface", true)), []);
    assert.deepEqual(replaced(token, at("Gateway", false), at("Gateway", true)), ["privateDnsEnabled"]);
  });

  it("of an instance's type stop it, and of its user data only replace when asked to", () => {
    assert.deepEqual(replaced(INSTANCE, { instanceType: "t3.micro" }, { instanceType: "t3.small" }), []);
    assert.deepEqual(replaced(INSTANCE, { instanceType: "m7i.large" }, { instanceType: "m7g.large" }), [
      "instanceType",
    ]);
    const data = (userData: string, userDataReplaceOnChange: boolean): Inputs => ({
      userData,
      userDataReplaceOnChange,
    });
    assert.deepEqual(replaced(INSTANCE, data("a", false), data("b", false)), []);
    assert.deepEqual(replaced(INSTANCE, data("a", true), data("b", true)), ["userData"]);
  });

  it("of a network load balancer replace when a subnet goes, or security groups come or go altogether", () => {
    const token = "aws:lb/loadBalancer:LoadBalancer";
    const balancer = (subnets: string[], securityGroups: string[]): Inputs => ({
      loadBalancerType: "network",
      subnets,
      securityGroups,
    });
    assert.deepEqual(replaced(token, balancer(["a"], ["g"]), balancer(["b", "a"], ["g"])), []);
    assert.deepEqual(replaced(token, balancer(["a", "b"], ["g"]), balancer(["a"], ["g"])), ["subnets"]);
    assert.deepEqual(replaced(token, balancer(["a"], []), balancer(["a"], ["g"])), ["securityGroups"]);
    assert.deepEqual(replaced(token, balancer(["a"], ["g"]), balancer(["a"], ["h", "g"])), []);
    const application = { ...balancer(["a", "b"], ["g"]), loadBalancerType: "application" };
    assert.deepEqual(replaced(token, application, { ...application, subnets: ["a"] }), []);
  });

  it("of a cache's engine replace when it goes back, and of the number of its nodes never", () => {
    const token = "aws:elasticache/cluster:Cluster";
    assert.deepEqual(replaced(token, { engineVersion: "1.6.22" }, { engineVersion: "1.6.12" }), [
      "engineVersion",
    ]);
    assert.deepEqual(replaced(token, { engineVersion: "1.6.12" }, { engineVersion: "1.6.22" }), []);
    assert.deepEqual(replaced(token, { numCacheNodes: 2 }, { numCacheNodes: 1 }), []);
    const nodes = (nodeType: string): Inputs => ({ engine: "memcached", nodeType });
    assert.deepEqual(replaced(token, nodes("cache.t4g.small"), nodes("cache.t4g.micro")), ["nodeType"]);
    assert.ok(isDowngrade("1.10.0", "1.9.0") && !isDowngrade("1.9", "1.9.0"));
  });

  it("of a parameter's tier replace only on the way back to standard", () => {
    const token = "aws:ssm/parameter:Parameter";
    assert.deepEqual(replaced(token, { tier: "Advanced" }, { tier: "Standard" }), ["tier"]);
    assert.deepEqual(replaced(token, { tier: "Standard" }, { tier: "Advanced" }), []);
  });

  it("delete first where the program gave the name, and make first where Pulumi did", () => {
    const token = "aws:lb/targetGroup:TargetGroup";
    assert.ok(keepsGivenName(token, { name: "tsd" }, { name: "tsd" }));
    assert.ok(!keepsGivenName(token, { name: "tsd-1" }, { name: "tsd-1", __defaults: ["name"] }));
    assert.ok(!keepsGivenName(token, { name: "tsd" }, { name: "tsd-2" }));
  });

  it("are refused where AWS cannot carry them out", () => {
    const volume = "aws:ebs/volume:Volume";
    assert.match(
      refusedChange(volume, { size: 10 }, { size: 5 }) ?? "",
      /^InvalidParameterValue: .*cannot be smaller/,
    );
    assert.equal(refusedChange(volume, { size: 5 }, { size: 10 }), undefined);
  });
});

describe("combinations that only the provider's code knows of", () => {
  const properties = (token: string, inputs: Inputs): string[] =>
    conditionFailures(token, inputs).map(({ property }) => property);

  it("tie a volume's iops and throughput to its type", () => {
    const token = "aws:ebs/volume:Volume";
    assert.deepEqual(properties(token, { type: "io2" }), ["iops"]);
    assert.deepEqual(properties(token, { type: "gp2", iops: 3000, throughput: 200 }), ["iops", "throughput"]);
    assert.deepEqual(properties(token, { type: "gp3", iops: 3000, throughput: 200 }), []);
    assert.deepEqual(properties(token, { type: UNKNOWN, throughput: 200 }), []);
  });

  it("allow no path in a health check over TCP", () => {
    const token = "aws:lb/targetGroup:TargetGroup";
    assert.deepEqual(properties(token, { healthCheck: { protocol: "TCP", path: "/" } }), [
      "healthCheck.path",
    ]);
    assert.deepEqual(properties(token, { healthCheck: { protocol: "HTTP", path: "/" } }), []);
  });

  it("take two cache nodes for two zones, and a version that can encrypt", () => {
    const token = "aws:elasticache/cluster:Cluster";
    assert.deepEqual(properties(token, { azMode: "cross-az", numCacheNodes: 1 }), ["azMode"]);
    assert.deepEqual(properties(token, { transitEncryptionEnabled: true, engineVersion: "1.6.6" }), [
      "engineVersion",
    ]);
    assert.deepEqual(properties(token, { transitEncryptionEnabled: true, engineVersion: "1.6.12" }), []);
  });

  it("limit networks to /16 to /28, and user data to 16 KB", () => {
    assert.deepEqual(properties("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/8" }), ["cidrBlock"]);
    assert.deepEqual(properties("aws:ec2/instance:Instance", { userData: "x".repeat(16_385) }), ["userData"]);
    const encoded = (bytes: number): Inputs => ({ userData: Buffer.alloc(bytes).toString("base64") });
    assert.deepEqual(properties("aws:ec2/launchTemplate:LaunchTemplate", encoded(16_384)), []);
    assert.deepEqual(properties("aws:ec2/launchTemplate:LaunchTemplate", encoded(16_385)), ["userData"]);
  });
});
