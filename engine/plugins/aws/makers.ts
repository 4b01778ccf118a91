/** How single outputs are made: addresses, names of hosts, versions, states. */
import { createHash } from "node:crypto";
import { addressAt, parseSubnet, sizeOf } from "../../../components/network/ipv4";
import { Asset } from "../../provider/assets";
import { hasUnknown, isMap } from "../../provider/properties";
import { type Properties, UNKNOWN } from "../../provider/resource";
import type { Ledger } from "./account";
import type { Configuration } from "./configuration";
import { arnOf, digits, numberFor, type Origin, regionOf, uuidFor } from "./identities";

/** What outputs are made from. */
export interface Making {
  origin: Origin;
  id: string;
  inputs: Properties;
  configuration: Configuration;
  ledger: Ledger;
}

/** Makes one output; `made` holds those that were made before it. */
export type Maker = (making: Making, made: Properties) => unknown;

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(text) : []);

/** Tags with the provider's default ones; unknown as a whole where one is unknown. */
export function tagsAll(inputs: Properties, configuration: Configuration): unknown {
  const own = inputs["tags"];
  if (own === UNKNOWN) return UNKNOWN;
  const all = { ...configuration.defaultTags, ...(isMap(own) ? own : {}) };
  return hasUnknown(all) ? UNKNOWN : all;
}

/** Addresses of a subnet that resources of the ledger have. */
export function takenAddresses(ledger: Ledger, subnetId: string): string[] {
  return ledger
    .all("ec2.Instance", "ec2.NetworkInterface")
    .filter(({ inputs }) => inputs["subnetId"] === subnetId)
    .flatMap(({ outputs }) => [text(outputs["privateIp"]), ...texts(outputs["privateIps"])])
    .filter((address) => address !== "");
}

/** A free address of a subnet: always the same for the same resource, unless it is taken. */
export function freeAddress({ origin, ledger }: Pick<Making, "origin" | "ledger">, subnetId: string): string {
  const subnet = parseSubnet(text(ledger.find(subnetId, "ec2.Subnet")?.outputs["cidrBlock"]));
  if (!subnet) return `10.${numberFor(origin, "a", 255)}.${numberFor(origin, "b", 255)}.10`;
  // AWS keeps the first four addresses and the last one for itself.
  const usable = sizeOf(subnet) - 5;
  const taken = new Set(takenAddresses(ledger, subnetId));
  const first = numberFor(origin, "address", usable);
  for (let step = 0; step < usable; step++) {
    const address = addressAt(subnet, 4 + ((first + step) % usable));
    if (!taken.has(address)) return address;
  }
  throw new Error(`InsufficientFreeAddressesInSubnet: subnet ${subnetId} has no free address`);
}

const sub =
  (prefix: string): Maker =>
  ({ origin }) =>
    `${prefix}-0${digits(origin, prefix, 16)}`;
const vpcOfSubnets = ({ ledger, inputs }: Making): unknown => {
  const first = texts(inputs["subnets"])[0] ?? text(subnetsOf(inputs)[0]);
  return ledger.find(first, "ec2.Subnet")?.outputs["vpcId"] ?? "";
};
const suffixOf = (arn: unknown): string =>
  text(arn).split(":").slice(5).join(":").replace("loadbalancer/", "");
const publicAddress: Maker = ({ origin }) => `203.0.113.${1 + numberFor(origin, "public", 254)}`;
const dashed = (address: unknown): string => text(address).replaceAll(".", "-");
const now: Maker = () => "2025-01-01T00:00:00Z";

function subnetsOf(inputs: Properties): unknown[] {
  const mappings = inputs["subnetMappings"];
  return Array.isArray(mappings) ? mappings.map((item) => (isMap(item) ? item["subnetId"] : undefined)) : [];
}

const subnetOf = ({ inputs, ledger }: Making) => ledger.find(inputs["subnetId"], "ec2.Subnet");

function objectHash(inputs: Properties): string {
  const { source, content, contentBase64 } = inputs;
  if (source instanceof Asset && source.hash) return source.hash.slice(0, 32);
  const body =
    typeof contentBase64 === "string" ? Buffer.from(contentBase64, "base64") : Buffer.from(text(content));
  return createHash("md5").update(body).digest("hex");
}

/** Outputs that more than their type decides, by `type.output` or by the output alone. */
const MAKERS: Readonly<Record<string, Maker>> = {
  arn: ({ origin, id, inputs, configuration }, made) =>
    arnOf(origin, id, { ...made, ...inputs }, configuration),
  region: ({ inputs, configuration }) => regionOf(inputs, configuration),
  tagsAll: ({ inputs, configuration }) => tagsAll(inputs, configuration),
  ownerId: ({ configuration }) => configuration.account,
  owner: ({ configuration }) => configuration.account,
  arnSuffix: ({ id }) => suffixOf(id),
  associationId: ({ id, origin }) =>
    id.startsWith("eipassoc-") ? id : `eipassoc-0${digits(origin, "assoc", 16)}`,
  createDate: now,
  createdDate: now,
  createTime: now,
  uniqueId: ({ origin }) => `AROA${digits(origin, "unique", 17).toUpperCase()}`,
  versionId: ({ origin, inputs }) =>
    digits(origin, `version ${objectHash(inputs)} ${text(inputs["secretString"])}`, 32),
  namePrefix: () => "",
  "ec2.Vpc.defaultNetworkAclId": sub("acl"),
  "ec2.Vpc.defaultRouteTableId": sub("rtb"),
  "ec2.Vpc.mainRouteTableId": sub("rtb"),
  "ec2.Vpc.defaultSecurityGroupId": sub("sg"),
  "ec2.Vpc.dhcpOptionsId": sub("dopt"),
  "ec2.Vpc.instanceTenancy": () => "default",
  "ec2.Subnet.availabilityZone": (making) => `${regionOf(making.inputs, making.configuration)}a`,
  "ec2.Subnet.availabilityZoneId": (_making, made) => zoneId(text(made["availabilityZone"])),
  "ec2.Subnet.privateDnsHostnameTypeOnLaunch": () => "ip-name",
  "ec2.DefaultSecurityGroup.name": () => "default",
  "ec2.DefaultSecurityGroup.description": () => "default VPC security group",
  "ec2.Eip.allocationId": ({ id }) => id,
  "ec2.Eip.publicIp": publicAddress,
  "ec2.Eip.publicDns": (making, made) =>
    `ec2-${dashed(made["publicIp"])}.${regionOf(making.inputs, making.configuration)}.compute.amazonaws.com`,
  "ec2.Eip.domain": () => "vpc",
  "ec2.EipAssociation.publicIp": ({ ledger, inputs }) =>
    ledger.find(inputs["allocationId"], "ec2.Eip")?.outputs["publicIp"] ?? "",
  "ec2.Route.state": () => "active",
  "ec2.Route.origin": () => "CreateRoute",
  "ec2.VpcEndpoint.state": () => "available",
  "ec2.VpcEndpoint.vpcEndpointType": () => "Gateway",
  "ec2.VpcEndpoint.prefixListId": sub("pl"),
  "ec2.VpcEndpoint.cidrBlocks": () => [],
  "ec2.VpcEndpoint.dnsEntries": ({ id, inputs, configuration, origin }) =>
    inputs["vpcEndpointType"] === "Interface"
      ? [
          {
            dnsName: `${id}-${digits(origin, "dns", 8)}.${text(inputs["serviceName"]).split(".").pop()}.${regionOf(inputs, configuration)}.vpce.amazonaws.com`,
            hostedZoneId: `Z${digits(origin, "zone", 13).toUpperCase()}`,
          },
        ]
      : [],
  "ec2.VpcEndpoint.networkInterfaceIds": ({ inputs, origin }) =>
    texts(inputs["subnetIds"]).map((subnet) => `eni-0${digits(origin, subnet, 16)}`),
  "ec2.Instance.availabilityZone": (making) =>
    subnetOf(making)?.outputs["availabilityZone"] ?? `${regionOf(making.inputs, making.configuration)}a`,
  "ec2.Instance.instanceState": () => "running",
  "ec2.Instance.privateIp": (making) => freeAddress(making, text(making.inputs["subnetId"])),
  "ec2.Instance.privateDns": (making, made) =>
    `ip-${dashed(made["privateIp"])}.${regionOf(making.inputs, making.configuration)}.compute.internal`,
  "ec2.Instance.publicIp": (making, made) =>
    (making.inputs["associatePublicIpAddress"] ?? subnetOf(making)?.outputs["mapPublicIpOnLaunch"]) === true
      ? publicAddress(making, made)
      : "",
  "ec2.Instance.primaryNetworkInterfaceId": sub("eni"),
  "ec2.Instance.vpcSecurityGroupIds": (making) => {
    const vpc = making.ledger.find(subnetOf(making)?.outputs["vpcId"], "ec2.Vpc");
    return vpc ? [vpc.outputs["defaultSecurityGroupId"]] : [];
  },
  "ec2.Instance.sourceDestCheck": () => true,
  "ec2.NetworkInterface.macAddress": ({ origin }) =>
    `02:${(digits(origin, "mac", 10).match(/../g) ?? []).join(":")}`,
  "ec2.NetworkInterface.privateIp": (making) =>
    texts(making.inputs["privateIps"])[0] ?? freeAddress(making, text(making.inputs["subnetId"])),
  "ec2.NetworkInterface.privateIps": (_making, made) => [text(made["privateIp"])],
  "ec2.KeyPair.fingerprint": ({ inputs }) =>
    (createHash("md5").update(text(inputs["publicKey"])).digest("hex").match(/../g) ?? []).join(":"),
  "ec2.KeyPair.keyPairId": sub("key"),
  "ec2.KeyPair.keyType": ({ inputs }) =>
    text(inputs["publicKey"]).startsWith("ssh-ed25519") ? "ed25519" : "rsa",
  "ec2.LaunchTemplate.latestVersion": () => 1,
  "ec2.LaunchTemplate.defaultVersion": () => 1,
  "ec2.PlacementGroup.placementGroupId": sub("pg"),
  "ebs.Volume.type": () => "gp2",
  "ebs.Volume.iops": ({ inputs }) => (inputs["type"] === "gp3" ? 3000 : 100),
  "ebs.Volume.throughput": ({ inputs }) => (inputs["type"] === "gp3" ? 125 : 0),
  "autoscaling.Group.desiredCapacity": ({ inputs }) => inputs["minSize"],
  "autoscaling.Group.healthCheckType": () => "EC2",
  "autoscaling.Group.defaultCooldown": () => 300,
  "autoscaling.Group.availabilityZones": ({ ledger, inputs }) =>
    [
      ...new Set(
        texts(inputs["vpcZoneIdentifiers"]).map((subnet) =>
          text(ledger.find(subnet, "ec2.Subnet")?.outputs["availabilityZone"]),
        ),
      ),
    ].sort(),
  "lb.LoadBalancer.vpcId": vpcOfSubnets,
  "lb.LoadBalancer.zoneId": ({ origin }) => `Z${digits(origin, "zone", 13).toUpperCase()}`,
  "lb.LoadBalancer.dnsName": ({ inputs, id, configuration }) => {
    const name = `${text(inputs["name"])}-${id.split("/").pop()}`;
    const region = regionOf(inputs, configuration);
    return inputs["loadBalancerType"] === "network"
      ? `${name}.elb.${region}.amazonaws.com`
      : `${inputs["internal"] === true ? "internal-" : ""}${name}.${region}.elb.amazonaws.com`;
  },
  "lb.LoadBalancer.ipAddressType": () => "ipv4",
  "elasticache.Cluster.engineVersionActual": ({ inputs }) => text(inputs["engineVersion"]) || "1.6.22",
  "elasticache.Cluster.engineVersion": () => "1.6.22",
  "elasticache.Cluster.port": ({ inputs }) => (inputs["engine"] === "redis" ? 6379 : 11211),
  "elasticache.Cluster.clusterAddress": (making) => cacheHost(making, "cfg"),
  "elasticache.Cluster.configurationEndpoint": (making, made) =>
    `${cacheHost(making, "cfg")}:${Number(making.inputs["port"] ?? made["port"] ?? 11211)}`,
  "elasticache.Cluster.cacheNodes": (making, made) =>
    Array.from({ length: Number(making.inputs["numCacheNodes"] ?? 1) }, (_, index) => {
      const id = String(index + 1).padStart(4, "0");
      return {
        id,
        address: cacheHost(making, id),
        port: Number(making.inputs["port"] ?? made["port"] ?? 11211),
        availabilityZone: cacheZone(making, index),
        outpostArn: "",
      };
    }),
  "elasticache.SubnetGroup.vpcId": ({ ledger, inputs }) =>
    ledger.find(texts(inputs["subnetIds"])[0], "ec2.Subnet")?.outputs["vpcId"] ?? "",
  "s3.Bucket.bucketDomainName": ({ inputs }) => `${text(inputs["bucket"])}.s3.amazonaws.com`,
  "s3.Bucket.bucketRegionalDomainName": ({ inputs, configuration }) =>
    `${text(inputs["bucket"])}.s3.${regionOf(inputs, configuration)}.amazonaws.com`,
  "s3.Bucket.bucketRegion": ({ inputs, configuration }) => regionOf(inputs, configuration),
  "s3.Bucket.hostedZoneId": () => "Z3AQBSTGFYJSTF",
  "s3.BucketObject.etag": ({ inputs }) => objectHash(inputs),
  "s3.BucketObjectv2.etag": ({ inputs }) => objectHash(inputs),
  "kms.Key.keyId": ({ id }) => id,
  "kms.Key.policy": ({ configuration }) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Enable IAM User Permissions",
          Effect: "Allow",
          Principal: { AWS: `arn:${configuration.partition}:iam::${configuration.account}:root` },
          Action: "kms:*",
          Resource: "*",
        },
      ],
    }),
  "kms.Alias.targetKeyArn": ({ ledger, inputs }) =>
    ledger.find(inputs["targetKeyId"], "kms.Key")?.outputs["arn"] ?? "",
  "kms.Grant.grantId": ({ origin }) => digits(origin, "grant", 64),
  "ssm.Parameter.version": () => 1,
  "ssm.Parameter.tier": () => "Standard",
  "ssm.Parameter.dataType": () => "text",
  "ssm.Document.defaultVersion": () => "1",
  "ssm.Document.latestVersion": () => "1",
  "ssm.Document.status": () => "Active",
  "ssm.Association.associationId": ({ id }) => id,
  "route53.Zone.zoneId": ({ id }) => id,
  "route53.Zone.primaryNameServer": () => "ns-1.awsdns-00.com",
  "route53.Zone.nameServers": () => ["ns-1.awsdns-00.com", "ns-513.awsdns-00.net"],
  "route53.Record.fqdn": ({ inputs, ledger }) => {
    const zone = text(ledger.find(inputs["zoneId"], "route53.Zone")?.outputs["name"]).replace(/\.$/, "");
    const name = text(inputs["name"]).replace(/\.$/, "");
    return name === zone || name.endsWith(`.${zone}`) ? name : [name, zone].filter(Boolean).join(".");
  },
  "cloudwatch.Dashboard.dashboardArn": ({ origin, id, inputs, configuration }) =>
    arnOf(origin, id, inputs, configuration),
  "iam.Policy.policyId": ({ origin }) => `ANPA${digits(origin, "unique", 17).toUpperCase()}`,
  "secretsmanager.SecretVersion.arn": ({ inputs }) => inputs["secretId"],
  "secretsmanager.SecretVersion.versionId": ({ origin }) => uuidFor(origin, "version"),
  "sqs.Queue.url": ({ id }) => id,
  "vpc.SecurityGroupIngressRule.securityGroupRuleId": ({ id }) => id,
  "vpc.SecurityGroupEgressRule.securityGroupRuleId": ({ id }) => id,
};

function cacheHost({ inputs, origin, configuration }: Making, part: string): string {
  const region = regionOf(inputs, configuration).replace(/^([a-z]+)-([a-z])[a-z]*-(\d)$/, "$1$2$3");
  return `${text(inputs["clusterId"])}.${digits(origin, "cache", 6)}.${part}.${region}.cache.amazonaws.com`;
}

function cacheZone({ inputs, ledger, configuration }: Making, index: number): string {
  const zones = texts(inputs["preferredAvailabilityZones"]);
  const group = ledger.find(inputs["subnetGroupName"], "elasticache.SubnetGroup");
  const own = texts(group?.inputs["subnetIds"]).map((subnet) =>
    text(ledger.find(subnet, "ec2.Subnet")?.outputs["availabilityZone"]),
  );
  const from = zones.length > 0 ? zones : own;
  return from[index % Math.max(from.length, 1)] ?? `${regionOf(inputs, configuration)}a`;
}

/** The id of a zone, as one account sees it: `euc1-az1` of `eu-central-1a`. */
export function zoneId(zone: string): string {
  const match = /^([a-z]{2})-([a-z])[a-z]*-(\d)([a-z])$/.exec(zone);
  return match ? `${match[1]}${match[2]}${match[3]}-az${match[4]!.charCodeAt(0) - 96}` : "";
}

/** What makes an output of a type in its short form, if more than the output's own type decides it. */
export function makerOf(short: string, name: string): Maker | undefined {
  return MAKERS[`${short}.${name}`] ?? MAKERS[name];
}

/** Whether an input that was left out is made although the table does not call it computed. */
export function makesInput(short: string, name: string): boolean {
  return MAKERS[`${short}.${name}`] !== undefined;
}
