/** Instances, launch templates and network interfaces. */
import { count, filled, isFalse, isTrue, nested, objects } from "../props";
import { Props, ResourceRule } from "../rule";

const INSTANCE = "aws:ec2/instance:Instance";
const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const INTERFACE = "aws:ec2/networkInterface:NetworkInterface";

function metadata({ props }: { props: Props }): string[] {
  const { httpTokens, httpEndpoint } = nested(props, "metadataOptions");
  return httpTokens === "required" || httpEndpoint === "disabled"
    ? []
    : [`has metadataOptions.httpTokens ${JSON.stringify(httpTokens ?? "unset")}`];
}

/** Block devices of a launch template; one without a device leaves the root volume to the AMI. */
function templateVolumes(props: Props): string[] {
  const mappings = objects(props, "blockDeviceMappings");
  if (mappings.length === 0) {
    return ["says nothing of its root volume"];
  }
  return mappings
    .filter((mapping) => !isTrue(nested(mapping, "ebs")["encrypted"]))
    .map((mapping) => `has device ${String(mapping["deviceName"])} unencrypted`);
}

/** The rules about machines. */
export const INSTANCE_RULES: readonly ResourceRule[] = [
  {
    name: "instance-imdsv2",
    control: "EC2.8, CIS 5.7",
    enforcement: "mandatory",
    reason: "Version 1 of the metadata service hands an instance's credentials to any forged request.",
    remedy: "Set metadataOptions.httpTokens to required.",
    types: [INSTANCE],
    check: metadata,
  },
  {
    name: "launch-template-imdsv2",
    control: "EC2.170",
    enforcement: "mandatory",
    reason: "Version 1 of the metadata service hands an instance's credentials to any forged request.",
    remedy: "Set metadataOptions.httpTokens to required.",
    types: [TEMPLATE],
    check: metadata,
  },
  {
    name: "instance-without-public-address",
    control: "EC2.9",
    enforcement: "mandatory",
    reason: "Clients come through the balancer, operators through the bastion's Elastic IP or a tunnel.",
    remedy: "Leave associatePublicIpAddress false.",
    types: [INSTANCE],
    check: ({ props }) => (isTrue(props["associatePublicIpAddress"]) ? ["has a public address"] : []),
  },
  {
    name: "launch-template-without-public-address",
    control: "EC2.25",
    enforcement: "mandatory",
    reason: "Every member of the fleet would be reachable from outside.",
    remedy: "Leave associatePublicIpAddress of its network interfaces false.",
    types: [TEMPLATE],
    check: ({ props }) =>
      objects(props, "networkInterfaces").some((each) => isTrue(each["associatePublicIpAddress"]))
        ? ["gives public addresses"]
        : [],
  },
  {
    name: "one-network-interface",
    control: "EC2.17",
    enforcement: "advisory",
    reason: "A machine in two networks is a way around the rules of both.",
    remedy: "Give it one network interface.",
    types: [INSTANCE, TEMPLATE, "aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment"],
    check: ({ type, props }) => {
      if (type.endsWith("NetworkInterfaceAttachment")) {
        return ["adds a network interface to an instance"];
      }
      const interfaces = count(props, "networkInterfaces") + count(props, "secondaryNetworkInterfaces");
      return interfaces > 1 ? [`has ${interfaces} network interfaces`] : [];
    },
  },
  {
    name: "source-destination-check",
    control: "EC2.180",
    enforcement: "mandatory",
    reason: "Without it a machine may pass itself off as another; only routers need that.",
    remedy: "Leave sourceDestCheck true.",
    types: [INSTANCE, INTERFACE],
    check: ({ props }) => (isFalse(props["sourceDestCheck"]) ? ["has sourceDestCheck off"] : []),
  },
  {
    name: "launch-template-encrypted",
    control: "EC2.181",
    enforcement: "mandatory",
    reason: "A root volume holds logs and configuration.",
    remedy: "Set ebs.encrypted of every block device, the root device's among them.",
    types: [TEMPLATE],
    check: ({ props }) => templateVolumes(props),
  },
  {
    name: "instance-volumes-encrypted",
    control: "EC2.3",
    enforcement: "mandatory",
    reason: "A root volume holds logs and configuration.",
    remedy: "Set encrypted of rootBlockDevice and of every ebsBlockDevice.",
    types: [INSTANCE],
    check: ({ props }) => [
      ...(isTrue(nested(props, "rootBlockDevice")["encrypted"]) ? [] : ["has an unencrypted root volume"]),
      ...objects(props, "ebsBlockDevices")
        .filter((device) => !isTrue(device["encrypted"]))
        .map((device) => `has device ${String(device["deviceName"])} unencrypted`),
    ],
  },
  {
    name: "machine-has-profile",
    control: "SSM.1",
    enforcement: "advisory",
    reason: "Systems Manager can reach a machine only with an instance profile that allows it.",
    remedy: "Give it the instance profile of its role.",
    types: [INSTANCE, TEMPLATE],
    check: ({ props }) => (filled(props, "iamInstanceProfile") ? [] : ["has no instance profile"]),
  },
];
