/** What AWS checks between networks, security groups, hosts and volumes. */
import { overlap, parseAddress, parseSubnet, type Subnet, within } from "../../../components/network/ipv4";
import type { AccountRecord, Ledger } from "./account";
import { shortName } from "./catalog";
import { takenAddresses } from "./makers";
import { ApiError } from "./references";
import { differentZones, type Rule, sameNetwork, text, texts } from "./relation-rule";

const cidrOf = (record: AccountRecord | undefined): Subnet | undefined =>
  parseSubnet(text(record?.outputs["cidrBlock"]));

const subnet: Rule = (ledger, { id, inputs }) => {
  const block = text(inputs["cidrBlock"]);
  const wanted = parseSubnet(block);
  const range = cidrOf(ledger.find(inputs["vpcId"], "ec2.Vpc"));
  if (!wanted) return;
  if (range && !within(range, wanted))
    throw new ApiError(
      "InvalidSubnet.Range",
      `The CIDR '${block}' is invalid: it lies outside the VPC's range`,
    );
  const other = ledger
    .all("ec2.Subnet")
    .filter((record) => record.id !== id && record.outputs["vpcId"] === inputs["vpcId"])
    .find((record) => {
      const own = cidrOf(record);
      return own !== undefined && overlap(own, wanted);
    });
  if (other)
    throw new ApiError(
      "InvalidSubnet.Conflict",
      `The CIDR '${block}' conflicts with another subnet, ${other.id}`,
    );
};

/** Addresses given by hand lie in the subnet, are not AWS's own, and nobody has them. */
function address(ledger: Ledger, subnetId: string, wanted: string, id: string): void {
  const range = cidrOf(ledger.find(subnetId, "ec2.Subnet"));
  const value = parseAddress(wanted);
  if (!range || value === undefined) return;
  if (!within(range, { base: value, prefix: 32 }))
    throw new ApiError(
      "InvalidParameterValue",
      `Address ${wanted} does not fall within the subnet's address range`,
    );
  const offset = value - range.base;
  if (offset < 4 || offset === 2 ** (32 - range.prefix) - 1)
    throw new ApiError("InvalidParameterValue", `Address ${wanted} is in subnet's reserved address range`);
  if (id === "" && takenAddresses(ledger, subnetId).includes(wanted))
    throw new ApiError("InvalidIPAddress.InUse", `Address ${wanted} is in use.`);
}

const instance: Rule = (ledger, { id, inputs }) => {
  const subnetId = text(inputs["subnetId"]);
  sameNetwork(ledger, [subnetId], texts(inputs["vpcSecurityGroupIds"]), "InvalidParameter");
  address(ledger, subnetId, text(inputs["privateIp"]), id);
};

const networkInterface: Rule = (ledger, { id, inputs }) => {
  const subnetId = text(inputs["subnetId"]);
  sameNetwork(ledger, [subnetId], texts(inputs["securityGroups"]), "InvalidGroup.NotFound");
  for (const one of texts(inputs["privateIps"])) address(ledger, subnetId, one, id);
};

const groupRule: Rule = (ledger, { inputs }) => {
  const network = (id: unknown): unknown => ledger.find(id, "ec2.SecurityGroup")?.outputs["vpcId"];
  const [own, other] = [network(inputs["securityGroupId"]), network(inputs["referencedSecurityGroupId"])];
  if (own !== undefined && other !== undefined && own !== other)
    throw new ApiError(
      "InvalidGroup.NotFound",
      `You have specified two resources that belong to different networks: ${text(inputs["securityGroupId"])} and ${text(inputs["referencedSecurityGroupId"])}`,
    );
};

const sameRule: Rule = (ledger, wish) => {
  groupRule(ledger, wish);
  const key = ({ token, inputs }: Pick<AccountRecord, "token" | "inputs">): string =>
    JSON.stringify(
      [
        "securityGroupId",
        "ipProtocol",
        "fromPort",
        "toPort",
        "cidrIpv4",
        "cidrIpv6",
        "prefixListId",
        "referencedSecurityGroupId",
      ].map((name) => inputs[name] ?? null),
    ) + token;
  const twin = ledger
    .all(shortName(wish.token))
    .find((record) => record.id !== wish.id && key(record) === key(wish));
  if (twin)
    throw new ApiError(
      "InvalidPermission.Duplicate",
      `the specified rule already exists in ${text(wish.inputs["securityGroupId"])}, as ${twin.id}`,
    );
};

const endpoint: Rule = (ledger, { id, inputs }) => {
  const subnets = texts(inputs["subnetIds"]);
  sameNetwork(ledger, subnets, texts(inputs["securityGroupIds"]), "InvalidGroup.NotFound");
  differentZones(ledger, subnets, "DuplicateSubnetsInSameZone");
  const vpc = ledger.find(inputs["vpcId"], "ec2.Vpc");
  if (inputs["privateDnsEnabled"] !== true || !vpc?.urn) return;
  if (vpc.outputs["enableDnsSupport"] === false || vpc.outputs["enableDnsHostnames"] !== true)
    throw new ApiError(
      "InvalidParameter",
      `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${vpc.id}`,
    );
  const twin = ledger
    .all("ec2.VpcEndpoint")
    .find(
      (other) =>
        other.id !== id &&
        other.inputs["vpcId"] === vpc.id &&
        other.inputs["serviceName"] === inputs["serviceName"] &&
        other.inputs["privateDnsEnabled"] === true,
    );
  if (twin)
    throw new ApiError(
      "InvalidParameter",
      `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ${text(inputs["serviceName"])} in the VPC ${vpc.id}`,
    );
};

const route: Rule = (ledger, { id, inputs }) => {
  const table = ledger.find(inputs["routeTableId"], "ec2.RouteTable");
  const gateway = ledger.find(inputs["gatewayId"], "ec2.InternetGateway");
  const network = text(table?.outputs["vpcId"]);
  const attached = text(gateway?.outputs["vpcId"]);
  if (table && gateway && attached !== "" && attached !== network)
    throw new ApiError(
      "InvalidParameterValue",
      `route table ${table.id} and network gateway ${gateway.id} belong to different networks`,
    );
  const destination = inputs["destinationCidrBlock"];
  const twin = ledger
    .all("ec2.Route")
    .find(
      (other) =>
        other.id !== id &&
        destination !== undefined &&
        other.inputs["routeTableId"] === inputs["routeTableId"] &&
        other.inputs["destinationCidrBlock"] === destination,
    );
  if (twin)
    throw new ApiError("RouteAlreadyExists", `The route identified by ${text(destination)} already exists.`);
};

const tableAssociation: Rule = (ledger, { id, inputs }) => {
  const table = ledger.find(inputs["routeTableId"], "ec2.RouteTable");
  const own = ledger.find(inputs["subnetId"], "ec2.Subnet");
  if (!own) return;
  if (table && table.outputs["vpcId"] !== own.outputs["vpcId"])
    throw new ApiError(
      "InvalidParameterValue",
      `route table ${table.id} and subnet ${own.id} belong to different networks`,
    );
  const twin = ledger
    .all("ec2.RouteTableAssociation")
    .find((other) => other.id !== id && other.inputs["subnetId"] === own.id);
  if (twin)
    throw new ApiError(
      "Resource.AlreadyAssociated",
      `the specified association for route table ${text(inputs["routeTableId"])} conflicts with an existing association: ${own.id} has ${text(twin.inputs["routeTableId"])}`,
    );
};

const attachment: Rule = (ledger, { id, inputs }) => {
  const volume = ledger.find(inputs["volumeId"], "ebs.Volume");
  const host = ledger.find(inputs["instanceId"], "ec2.Instance");
  const [zone, other] = [volume?.outputs["availabilityZone"], host?.outputs["availabilityZone"]];
  if (zone !== undefined && other !== undefined && zone !== other)
    throw new ApiError(
      "InvalidVolume.ZoneMismatch",
      `The volume '${volume?.id}' is not in the same availability zone as instance '${host?.id}': ${text(zone)} and ${text(other)}`,
    );
  const twin = ledger
    .all("ec2.VolumeAttachment")
    .find((record) => record.id !== id && record.inputs["volumeId"] === inputs["volumeId"]);
  if (twin)
    throw new ApiError("VolumeInUse", `${text(inputs["volumeId"])} is already attached to an instance`);
};

/** Rules of networks, hosts and volumes, by type. */
export const NETWORK_RULES: Readonly<Record<string, Rule>> = {
  "ec2.Instance": instance,
  "ec2.NetworkInterface": networkInterface,
  "ec2.Route": route,
  "ec2.RouteTableAssociation": tableAssociation,
  "ec2.Subnet": subnet,
  "ec2.VolumeAttachment": attachment,
  "ec2.VpcEndpoint": endpoint,
  "vpc.SecurityGroupEgressRule": sameRule,
  "vpc.SecurityGroupIngressRule": sameRule,
};
