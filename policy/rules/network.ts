/** VPCs and subnets. */
import { count, isTrue } from "../props";
import { PlacedResource, Rule } from "../rule";

const VPC = "aws:ec2/vpc:Vpc";

/** VPCs to which no resource of a type refers that is as it should be. */
function without(
  resources: readonly PlacedResource[],
  type: string,
  right: (resource: PlacedResource) => boolean,
): PlacedResource[] {
  const covered = new Set(
    resources
      .filter((resource) => resource.type === type && right(resource))
      .flatMap(({ references }) => references["vpcId"] ?? []),
  );
  return resources.filter((resource) => resource.type === VPC && !covered.has(resource.urn));
}

/** The rules about networks. */
export const NETWORK_RULES: readonly Rule[] = [
  {
    name: "default-security-group-closed",
    control: "EC2.2, CIS 5.5",
    enforcement: "mandatory",
    reason: "What is started without a group lands in the default one.",
    remedy: "Declare aws.ec2.DefaultSecurityGroup for the VPC without any rule.",
    checkAll: (resources) =>
      without(
        resources,
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        ({ props }) => count(props, "ingress") + count(props, "egress") === 0,
      ).map(({ urn, name }) => ({ urn, fault: `The default security group of VPC ${name} is not emptied` })),
  },
  {
    name: "vpc-flow-logs",
    control: "EC2.6, CIS 3.7",
    enforcement: "mandatory",
    reason: "Without flow logs nobody can tell afterwards who spoke to whom.",
    remedy: "Declare aws.ec2.FlowLog for the VPC with trafficType REJECT or ALL.",
    checkAll: (resources) =>
      without(resources, "aws:ec2/flowLog:FlowLog", ({ props }) =>
        ["ALL", "REJECT"].includes(String(props["trafficType"])),
      ).map(({ urn, name }) => ({ urn, fault: `VPC ${name} has no flow log of rejected traffic` })),
  },
  {
    name: "subnet-assigns-no-public-address",
    control: "EC2.15",
    enforcement: "mandatory",
    reason: "Whatever is started in such a subnet is on the internet.",
    remedy: "Leave mapPublicIpOnLaunch false; the bastion has an Elastic IP.",
    types: ["aws:ec2/subnet:Subnet"],
    check: ({ props }) => (isTrue(props["mapPublicIpOnLaunch"]) ? ["assigns public addresses"] : []),
  },
];
