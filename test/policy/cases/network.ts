import { Cases, Details, resource } from "./resource";
import { PlacedResource, Props } from "../../../policy/rule";

const vpc = resource("aws:ec2/vpc:Vpc", { cidrBlock: "10.20.0.0/16" }, { name: "vpc" });
const inVpc: Details = { name: "other", references: { vpcId: ["vpc"] } };
const closed = (props: Props, details = inVpc): PlacedResource =>
  resource("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", props, details);
const flowLog = (props: Props, details = inVpc): PlacedResource =>
  resource("aws:ec2/flowLog:FlowLog", props, details);
const elsewhere: Details = { name: "other", references: { vpcId: ["another"] } };

const ingress = (props: Props): PlacedResource =>
  resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", props);
const egress = (props: Props): PlacedResource =>
  resource("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", props);
const older = (props: Props): PlacedResource =>
  resource("aws:ec2/securityGroupRule:SecurityGroupRule", props);
const group = (props: Props): PlacedResource => resource("aws:ec2/securityGroup:SecurityGroup", props);
const acl = (props: Props): PlacedResource => resource("aws:ec2/networkAcl:NetworkAcl", props);
const subnet = (props: Props): PlacedResource => resource("aws:ec2/subnet:Subnet", props);

const tcp = (port: number, cidrIpv4: string): Props => ({
  ipProtocol: "tcp",
  fromPort: port,
  toPort: port,
  cidrIpv4,
});
const fromOffice = ingress(tcp(22, "198.51.100.7/32"));
const fromGroup = ingress({ ipProtocol: "tcp", fromPort: 22, toPort: 22, referencedSecurityGroupId: "sg-1" });
const everything = ingress({ ipProtocol: "-1", cidrIpv6: "::/0" });
const aclAllows = (port: number, action: string, cidrBlock = "0.0.0.0/0"): Props => ({
  ingress: [{ action, cidrBlock, fromPort: port, toPort: port, protocol: "tcp" }],
});

/** Cases of the rules about networks and ports. */
export const NETWORK_CASES: Cases = {
  "default-security-group-closed": {
    passes: [[vpc, closed({})], [closed({}, elsewhere)]],
    fails: [
      [[vpc], /default security group of VPC vpc is not emptied/],
      [[vpc, closed({ ingress: [{ self: true }] })], /not emptied/],
      [[vpc, closed({}, elsewhere)], /not emptied/],
    ],
  },
  "vpc-flow-logs": {
    passes: [
      [vpc, flowLog({ trafficType: "ALL" })],
      [vpc, flowLog({ trafficType: "REJECT" })],
    ],
    fails: [
      [[vpc], /VPC vpc has no flow log/],
      [[vpc, flowLog({ trafficType: "ACCEPT" })], /no flow log/],
      [[vpc, flowLog({ trafficType: "ALL" }, elsewhere)], /no flow log/],
    ],
  },
  "subnet-assigns-no-public-address": {
    passes: [subnet({}), subnet({ mapPublicIpOnLaunch: false })],
    fails: [[subnet({ mapPublicIpOnLaunch: true }), /assigns public addresses/]],
  },
  "no-ssh-from-everybody": {
    passes: [fromOffice, fromGroup, ingress(tcp(443, "0.0.0.0/0")), group({})],
    fails: [
      [ingress(tcp(22, "0.0.0.0/0")), /opens port 22 to 0.0.0.0\/0/],
      [everything, /opens ports 0-65535 to ::\/0/],
      [
        group({ ingress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }] }),
        /0-65535/,
      ],
    ],
  },
  "no-remote-desktop-from-everybody": {
    passes: [ingress(tcp(3389, "10.0.0.0/8")), ingress(tcp(3388, "0.0.0.0/0"))],
    fails: [
      [ingress(tcp(3389, "0.0.0.0/0")), /opens port 3389/],
      [
        older({ type: "ingress", protocol: "tcp", fromPort: 3000, toPort: 4000, cidrBlocks: ["0.0.0.0/0"] }),
        /opens ports 3000-4000/,
      ],
    ],
  },
  "no-unlisted-port-from-everybody": {
    passes: [ingress(tcp(443, "0.0.0.0/0")), ingress(tcp(4242, "10.20.0.0/16"))],
    fails: [
      [ingress(tcp(4242, "0.0.0.0/0")), /opens port 4242/],
      [ingress({ ...tcp(80, "0.0.0.0/0"), toPort: 443 }), /opens ports 80-443/],
    ],
  },
  "no-high-risk-port-from-everybody": {
    passes: [ingress(tcp(5432, "10.20.0.0/16")), ingress(tcp(9042, "0.0.0.0/0"))],
    fails: [[ingress(tcp(5432, "0.0.0.0/0")), /opens port 5432/]],
  },
  "no-admin-port-from-wide-networks": {
    passes: [
      fromOffice,
      ingress(tcp(4242, "10.0.0.0/8")),
      ingress({ ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv6: "2001:db8:1::/48" }),
    ],
    fails: [
      [ingress(tcp(22, "128.0.0.0/1")), /opens port 22 to 128.0.0.0\/1/],
      [ingress(tcp(16010, "52.0.0.0/8")), /opens port 16010/],
      [ingress({ ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv6: "2000::/3" }), /2000::\/3/],
    ],
  },
  "no-way-out-to-everybody": {
    passes: [
      egress({ ipProtocol: "tcp", fromPort: 443, toPort: 443, prefixListId: "pl-1" }),
      egress(tcp(443, "10.20.0.0/16")),
      group({ egress: [{ protocol: "tcp", cidrBlocks: ["10.0.0.0/16"] }] }),
    ],
    fails: [
      [egress({ ipProtocol: "-1", cidrIpv4: "0.0.0.0/0" }), /lets traffic out to 0.0.0.0\/0/],
      [egress(tcp(443, "52.0.0.0/8")), /52.0.0.0\/8/],
      [group({ egress: [{ protocol: "-1", cidrBlocks: ["0.0.0.0/0"] }] }), /lets everything out/],
    ],
  },
  "security-group-rules-stand-alone": {
    passes: [group({ description: "TSDs" })],
    fails: [[group({ ingress: [{ fromPort: 22 }] }), /rules inside the group/]],
  },
  "no-admin-port-in-network-acl": {
    passes: [
      acl(aclAllows(22, "deny")),
      acl(aclAllows(22, "allow", "10.0.0.0/8")),
      acl(aclAllows(443, "allow")),
    ],
    fails: [
      [acl(aclAllows(22, "allow")), /everybody reach port 22/],
      [
        acl({
          ingress: [{ action: "ALLOW", ipv6CidrBlock: "::/0", protocol: "-1", fromPort: 0, toPort: 0 }],
        }),
        /port 22/,
      ],
    ],
  },
  "network-acl-in-use": {
    passes: [acl({ subnetIds: ["subnet-1"] })],
    fails: [[acl({}), /belongs to no subnet/]],
  },
};
