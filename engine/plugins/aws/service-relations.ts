/** What AWS checks between fleets, load balancers, caches, keys and alarms, and what they stand on. */
import { isMap } from "../../provider/properties";
import type { Ledger } from "./account";
import { checkKeyPolicy, checkKeyUse } from "./policies";
import { ApiError } from "./references";
import { differentZones, objects, type Rule, sameNetwork, text, texts, vpcOf } from "./relation-rule";

const encrypted = (value: unknown): unknown[] =>
  objects(value).map((device) => (isMap(device["ebs"]) ? device["ebs"]["kmsKeyId"] : device["kmsKeyId"]));

const loadBalancer: Rule = (ledger, { inputs }) => {
  const mapped = objects(inputs["subnetMappings"]).map((mapping) => text(mapping["subnetId"]));
  const subnets = [...texts(inputs["subnets"]), ...mapped];
  sameNetwork(ledger, subnets, texts(inputs["securityGroups"]), "InvalidConfigurationRequest");
  differentZones(ledger, subnets, "InvalidConfigurationRequest");
};

const listener: Rule = (ledger, { id, inputs }) => {
  const balancer = ledger.find(inputs["loadBalancerArn"], "lb.LoadBalancer");
  const twin = ledger
    .all("lb.Listener")
    .find(
      (other) =>
        other.id !== id &&
        other.inputs["loadBalancerArn"] === inputs["loadBalancerArn"] &&
        other.inputs["port"] === inputs["port"],
    );
  if (twin)
    throw new ApiError(
      "DuplicateListener",
      `A listener already exists on port ${String(inputs["port"])} of ${balancer?.id}`,
    );
  const secure = inputs["protocol"] === "TLS" || inputs["protocol"] === "HTTPS";
  if (secure && !inputs["certificateArn"])
    throw new ApiError(
      "CertificateNotFound",
      `A certificate must be specified for ${text(inputs["protocol"])} listeners`,
    );
  for (const action of objects(inputs["defaultActions"])) {
    const target = ledger.find(action["targetGroupArn"], "lb.TargetGroup");
    const [own, other] = [text(balancer?.outputs["vpcId"]), text(target?.inputs["vpcId"])];
    if (own !== "" && other !== "" && own !== other)
      throw new ApiError(
        "InvalidConfigurationRequest",
        `The target group ${target?.id} is not in ${own}, the load balancer's VPC`,
      );
  }
};

/** Whether a subnet's routes lead to the internet: by a gateway or a NAT, of its own table or inline. */
function hasWayOut(ledger: Ledger, subnetId: string): boolean {
  const own = ledger.all("ec2.RouteTableAssociation").find(({ inputs }) => inputs["subnetId"] === subnetId);
  const main = ledger
    .all("ec2.MainRouteTableAssociation")
    .find(({ inputs }) => inputs["vpcId"] === vpcOf(ledger, subnetId));
  const table = (own ?? main)?.inputs["routeTableId"];
  const routes = ledger.all("ec2.Route").filter(({ inputs }) => inputs["routeTableId"] === table);
  const inline = objects(ledger.find(table, "ec2.RouteTable")?.inputs["routes"]);
  return (
    table !== undefined &&
    (routes.some(({ inputs }) => inputs["destinationCidrBlock"] === "0.0.0.0/0") ||
      inline.some((one) => one["cidrBlock"] === "0.0.0.0/0"))
  );
}

/** Whether a network that this ledger made lacks an endpoint that instances of a closed subnet need. */
function lacksEndpoint(ledger: Ledger, subnetId: string, service: string): boolean {
  const vpc = ledger.find(vpcOf(ledger, subnetId), "ec2.Vpc");
  // What a network that was there before holds cannot be seen.
  if (!vpc?.urn || hasWayOut(ledger, subnetId)) return false;
  return !ledger
    .all("ec2.VpcEndpoint")
    .some(({ inputs }) => inputs["vpcId"] === vpc.id && text(inputs["serviceName"]).endsWith(`.${service}`));
}

const group: Rule = (ledger, { inputs, configuration }) => {
  const number = (name: string): number | undefined =>
    typeof inputs[name] === "number" ? inputs[name] : undefined;
  const [least = 0, most = 0] = [number("minSize"), number("maxSize")];
  const desired = number("desiredCapacity") ?? least;
  if (least > most || desired < least || desired > most)
    throw new ApiError(
      "ValidationError",
      `Desired capacity:${desired} must be between the specified min size:${least} and max size:${most}`,
    );
  const subnets = texts(inputs["vpcZoneIdentifiers"]);
  sameNetwork(ledger, subnets, [], "ValidationError");
  const specification = isMap(inputs["launchTemplate"]) ? inputs["launchTemplate"] : {};
  const template = ledger.find(specification["id"] ?? specification["name"], "ec2.LaunchTemplate");
  for (const key of encrypted(template?.inputs["blockDeviceMappings"])) {
    const role = `arn:${configuration.partition}:iam::${configuration.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;
    if (key !== undefined)
      checkKeyUse(ledger, key, [role], "kms:CreateGrant", "Client.InvalidKMSKey.InvalidState");
  }
  const hooked = objects(inputs["initialLifecycleHooks"]).length > 0;
  const data = Buffer.from(text(template?.inputs["userData"]), "base64").toString();
  const services = [...(hooked ? ["autoscaling"] : []), ...(hooked && /\bs3\b/.test(data) ? ["s3"] : [])];
  for (const service of services) {
    const closed = subnets.find((one) => lacksEndpoint(ledger, one, service));
    if (closed)
      throw new ApiError(
        "WaitForCapacityTimeout",
        `instances in ${closed} cannot reach ${service}, which their launch needs, so every lifecycle hook ends in ABANDON; ` +
          `the VPC needs an endpoint for ${service} before the group`,
      );
  }
};

const logGroup: Rule = (ledger, { inputs, configuration }) => {
  const principal = `logs.${configuration.region}.amazonaws.com`;
  if (inputs["kmsKeyId"] !== undefined)
    checkKeyUse(
      ledger,
      inputs["kmsKeyId"],
      [principal, "logs.amazonaws.com"],
      "kms:Encrypt",
      "AccessDeniedException",
    );
};

const alarm: Rule = (ledger, { inputs }) => {
  const actions = ["alarmActions", "okActions", "insufficientDataActions"].flatMap((name) =>
    texts(inputs[name]),
  );
  for (const action of actions) {
    const key = ledger.find(action, "sns.Topic")?.inputs["kmsMasterKeyId"];
    if (key !== undefined)
      checkKeyUse(ledger, key, ["cloudwatch.amazonaws.com"], "kms:GenerateDataKey", "KMSAccessDenied");
  }
};

const cache: Rule = (ledger, { inputs }) => {
  const subnets = texts(
    ledger.find(inputs["subnetGroupName"], "elasticache.SubnetGroup")?.inputs["subnetIds"],
  );
  sameNetwork(ledger, subnets, texts(inputs["securityGroupIds"]), "InvalidParameterValue");
};

const key: Rule = (_ledger, { inputs, configuration }) =>
  checkKeyPolicy(inputs["policy"], inputs, configuration.account);

/** Rules of fleets, load balancers, caches, keys and alarms, by type. */
export const SERVICE_RULES: Readonly<Record<string, Rule>> = {
  "autoscaling.Group": group,
  "cloudwatch.CompositeAlarm": alarm,
  "cloudwatch.LogGroup": logGroup,
  "cloudwatch.MetricAlarm": alarm,
  "elasticache.Cluster": cache,
  "kms.Key": key,
  "kms.KeyPolicy": key,
  "lb.Listener": listener,
  "lb.LoadBalancer": loadBalancer,
};
