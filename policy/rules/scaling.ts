/** Auto Scaling groups. */
import { filled, given, list, nested, objects } from "../props";
import { Props, ResourceRule } from "../rule";

const GROUP = "aws:autoscaling/group:Group";

/** The group's own ways of naming a balancer. */
const BALANCED_BY = ["targetGroupArns", "loadBalancers", "trafficSources"];

function instanceTypes(props: Props): number {
  const template = nested(nested(props, "mixedInstancesPolicy"), "launchTemplate");
  return new Set(objects(template, "overrides").map((each) => each["instanceType"])).size;
}

/** The rules about fleets. */
export const SCALING_RULES: readonly ResourceRule[] = [
  {
    name: "fleet-uses-balancer-health",
    control: "AutoScaling.1",
    enforcement: "mandatory",
    reason: "A machine can run while what it serves does not.",
    remedy: "Set healthCheckType to ELB.",
    types: [GROUP],
    check: ({ props }) =>
      BALANCED_BY.some((key) => given(props, key)) && props["healthCheckType"] !== "ELB"
        ? [
            `stands behind a balancer with healthCheckType ${JSON.stringify(props["healthCheckType"] ?? "unset")}`,
          ]
        : [],
  },
  {
    name: "fleet-spans-zones",
    control: "AutoScaling.2",
    enforcement: "mandatory",
    reason: "A zone that fails must not take the whole fleet.",
    remedy: "Give subnets of two zones or more.",
    types: [GROUP],
    check: ({ props }) =>
      Math.max(list(props, "vpcZoneIdentifiers").length, list(props, "availabilityZones").length) < 2
        ? ["stands in one zone"]
        : [],
  },
  {
    name: "fleet-has-several-instance-types",
    control: "AutoScaling.6",
    enforcement: "advisory",
    reason: "A zone can run out of one type when it is needed most.",
    remedy: "Give a mixedInstancesPolicy with types of the same memory.",
    types: [GROUP],
    check: ({ props }) => (instanceTypes(props) < 2 ? ["knows one instance type only"] : []),
  },
  {
    name: "fleet-has-launch-template",
    control: "AutoScaling.9",
    enforcement: "mandatory",
    reason: "Launch configurations are no longer developed and cannot require IMDSv2 in full.",
    remedy: "Use a launch template.",
    types: [GROUP],
    check: ({ props }) =>
      filled(props, "launchConfiguration") ||
      !(given(props, "launchTemplate") || given(props, "mixedInstancesPolicy"))
        ? ["has no launch template"]
        : [],
  },
];
