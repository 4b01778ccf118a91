import { Cases, DEV, PROD, resource } from "./resource";
import { PlacedResource, Props } from "../../../policy/rule";

const instance = (props: Props): PlacedResource => resource("aws:ec2/instance:Instance", props);
const template = (props: Props): PlacedResource => resource("aws:ec2/launchTemplate:LaunchTemplate", props);
const fleet = (props: Props): PlacedResource => resource("aws:autoscaling/group:Group", props);
const balancer = (props: Props): PlacedResource => resource("aws:lb/loadBalancer:LoadBalancer", props);
const listener = (props: Props): PlacedResource => resource("aws:lb/listener:Listener", props);

const required = { metadataOptions: { httpTokens: "required" } };
const optional = { metadataOptions: { httpTokens: "optional" } };
const device = (encrypted: unknown): Props => ({
  blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted } }],
});
const mixed = (...types: string[]): Props => ({
  mixedInstancesPolicy: { launchTemplate: { overrides: types.map((instanceType) => ({ instanceType })) } },
});

/** Cases of the rules about machines, fleets and balancers. */
export const COMPUTE_CASES: Cases = {
  "instance-imdsv2": {
    passes: [instance(required), instance({ metadataOptions: { httpEndpoint: "disabled" } })],
    fails: [
      [instance({}), /httpTokens "unset"/],
      [instance(optional), /httpTokens "optional"/],
    ],
  },
  "launch-template-imdsv2": {
    passes: [template(required)],
    fails: [[template({}), /httpTokens "unset"/]],
  },
  "instance-without-public-address": {
    passes: [instance({}), instance({ associatePublicIpAddress: false })],
    fails: [[instance({ associatePublicIpAddress: true }), /has a public address/]],
  },
  "launch-template-without-public-address": {
    passes: [template({}), template({ networkInterfaces: [{ associatePublicIpAddress: "false" }] })],
    fails: [[template({ networkInterfaces: [{ associatePublicIpAddress: "true" }] }), /public addresses/]],
  },
  "one-network-interface": {
    passes: [instance({}), template({ networkInterfaces: [{}] })],
    fails: [
      [template({ networkInterfaces: [{}, {}] }), /has 2 network interfaces/],
      [resource("aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment", {}), /adds a network/],
    ],
  },
  "source-destination-check": {
    passes: [instance({}), instance({ sourceDestCheck: true })],
    fails: [
      [instance({ sourceDestCheck: false }), /sourceDestCheck off/],
      [resource("aws:ec2/networkInterface:NetworkInterface", { sourceDestCheck: false }), /off/],
    ],
  },
  "launch-template-encrypted": {
    passes: [template(device("true")), template(device(true))],
    fails: [
      [template(device("false")), /device \/dev\/xvda unencrypted/],
      [template({}), /says nothing of its root volume/],
    ],
  },
  "instance-volumes-encrypted": {
    passes: [instance({ rootBlockDevice: { encrypted: true } })],
    fails: [
      [instance({}), /unencrypted root volume/],
      [
        instance({ rootBlockDevice: { encrypted: true }, ebsBlockDevices: [{ deviceName: "/dev/sdb" }] }),
        /device \/dev\/sdb unencrypted/,
      ],
    ],
  },
  "machine-has-profile": {
    passes: [instance({ iamInstanceProfile: "data" }), template({ iamInstanceProfile: { arn: "arn" } })],
    fails: [[instance({}), /no instance profile/]],
  },
  "fleet-uses-balancer-health": {
    passes: [fleet({ targetGroupArns: ["arn"], healthCheckType: "ELB" }), fleet({ healthCheckType: "EC2" })],
    fails: [[fleet({ targetGroupArns: ["arn"], healthCheckType: "EC2" }), /healthCheckType "EC2"/]],
  },
  "fleet-spans-zones": {
    passes: [fleet({ vpcZoneIdentifiers: ["subnet-1", "subnet-2"] })],
    fails: [[fleet({ vpcZoneIdentifiers: ["subnet-1"] }), /stands in one zone/]],
  },
  "fleet-has-several-instance-types": {
    passes: [fleet(mixed("m7i.large", "m6i.large"))],
    fails: [
      [fleet({}), /one instance type only/],
      [fleet(mixed("m7i.large", "m7i.large")), /one instance type only/],
    ],
  },
  "fleet-has-launch-template": {
    passes: [fleet({ launchTemplate: { id: "lt-1" } }), fleet(mixed("m7i.large"))],
    fails: [
      [fleet({}), /no launch template/],
      [fleet({ launchConfiguration: "lc" }), /no launch template/],
    ],
  },
  "balancer-deletion-protection": {
    passes: [balancer({ tags: PROD, enableDeletionProtection: true }), balancer({ tags: DEV })],
    fails: [[balancer({ tags: PROD }), /can be deleted/]],
  },
  "balancer-spans-zones": {
    passes: [balancer({ subnets: ["a", "b"] }), balancer({ subnetMappings: [{}, {}] })],
    fails: [[balancer({ subnets: ["a"] }), /stands in one zone/]],
  },
  "listener-tls-policy": {
    passes: [
      listener({ protocol: "TLS", sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06" }),
      listener({ protocol: "TLS", sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06" }),
      listener({ protocol: "TCP" }),
    ],
    fails: [
      [listener({ protocol: "TLS" }), /policy "unset"/],
      [listener({ protocol: "TLS", sslPolicy: "ELBSecurityPolicy-2016-08" }), /2016-08/],
      [listener({ protocol: "TLS", sslPolicy: "ELBSecurityPolicy-TLS13-1-0-2021-06" }), /1-0/],
    ],
  },
  "listener-encrypted": {
    passes: [
      listener({ protocol: "TLS" }),
      listener({ protocol: "TCP", tags: { PlaintextAccepted: "yes" } }),
    ],
    fails: [[listener({ protocol: "TCP" }), /speaks TCP without TLS/]],
  },
  "listener-plaintext-accepted": {
    passes: [
      listener({ protocol: "TLS", tags: { PlaintextAccepted: "yes" } }),
      listener({ protocol: "TCP" }),
    ],
    fails: [[listener({ protocol: "TCP", tags: { PlaintextAccepted: "yes" } }), /speaks TCP without TLS/]],
  },
};
