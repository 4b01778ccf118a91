/** The provider's functions: the same plausible answers always, or what the ledger holds. */
import { createHash } from "node:crypto";
import { unknownName } from "../../provider/inputs";
import { isMap } from "../../provider/properties";
import type { Properties } from "../../provider/resource";
import { type AccountRecord, emptyLedger, type Ledger, readLedger } from "./account";
import { FUNCTIONS } from "./catalog";
import type { World } from "./definition";
import { ApiError, textsIn } from "./references";
import { zoneId } from "./makers";
import { policyDocument } from "./policy-document";

type Answer = (args: Properties, world: World, ledger: Ledger) => Properties;

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const hex = (seed: string, count: number): string =>
  createHash("sha256").update(seed).digest("hex").slice(0, count);

/** Values of a filter among a function's arguments. */
function filterValues(args: Properties, name: string): string[] {
  const filters = Array.isArray(args["filters"]) ? (args["filters"] as unknown[]) : [];
  return filters
    .filter(isMap)
    .flatMap((filter) => (filter["name"] === name ? textsIn(filter["values"]) : []));
}

const regionOf = (args: Properties, { configuration }: World): string =>
  text(args["region"]) || text(args["name"]) || configuration.region;

/** Zones of a region: three, as in most. */
export function zonesOf(region: string): string[] {
  return ["a", "b", "c"].map((letter) => `${region}${letter}`);
}

/** An AMI's id, which depends on the region and on what was asked for. */
export function amiFor(region: string, asked: string): string {
  return `ami-0${hex(`${region} ${asked}`, 16)}`;
}

const zones: Answer = (args, world) => {
  const region = text(args["region"]) || world.configuration.region;
  const excluded = [...textsIn(args["excludeNames"]), ...textsIn(args["excludeZoneIds"])];
  const names = zonesOf(region).filter(
    (name) => !excluded.includes(name) && !excluded.includes(zoneId(name)),
  );
  return {
    id: region,
    region,
    names,
    zoneIds: names.map(zoneId),
    groupNames: [region],
    state: args["state"],
  };
};

const ami: Answer = (args, world) => {
  const region = text(args["region"]) || world.configuration.region;
  const name = filterValues(args, "name")[0] ?? text(args["nameRegex"]);
  const [architecture = /arm64|aarch64/.test(name) ? "arm64" : "x86_64"] = filterValues(args, "architecture");
  const id = amiFor(region, `${name} ${architecture}`);
  const owner = textsIn(args["owners"])[0] ?? "amazon";
  return {
    id,
    imageId: id,
    architecture,
    arn: `arn:${world.configuration.partition}:ec2:${region}::image/${id}`,
    name: name.replaceAll("*", "2025.1"),
    creationDate: "2025-01-01T00:00:00.000Z",
    ownerId: /^\d{12}$/.test(owner) ? owner : "137112412989",
    imageOwnerAlias: "amazon",
    rootDeviceName: "/dev/xvda",
    rootDeviceType: "ebs",
    rootSnapshotId: `snap-0${hex(id, 16)}`,
    blockDeviceMappings: [
      {
        deviceName: "/dev/xvda",
        ebs: { volume_size: "8", volume_type: "gp3", encrypted: "false", delete_on_termination: "true" },
        noDevice: "",
        virtualName: "",
      },
    ],
    bootMode: "uefi-preferred",
    enaSupport: true,
    hypervisor: "xen",
    imageType: "machine",
    imdsSupport: "v2.0",
    public: true,
    state: "available",
    virtualizationType: "hvm",
    region,
  };
};

const parameter: Answer = (args, world, ledger) => {
  const name = text(args["name"]);
  const region = text(args["region"]) || world.configuration.region;
  const { partition, account } = world.configuration;
  const own = ledger.all("ssm.Parameter").find(({ outputs }) => outputs["name"] === name);
  const common = { id: name, name, region, withDecryption: args["withDecryption"] ?? true, version: 1 };
  if (own)
    return {
      ...common,
      arn: own.outputs["arn"],
      type: own.outputs["type"],
      value: own.outputs["value"] ?? "",
    };
  // Only AWS's own public parameters are there for everybody.
  if (!name.startsWith("/aws/service/"))
    throw new ApiError("ParameterNotFound", `the SSM parameter ${name} is not in the offline account`);
  const value = name.includes("ami") ? amiFor(region, name) : hex(name, 12);
  const arn = `arn:${partition}:ssm:${region}::parameter${name}`;
  return { ...common, arn, type: "String", value, insecureValue: value, ownerAccount: account };
};

function own(ledger: Ledger, type: string, args: Properties, code: string): AccountRecord {
  const id =
    text(args["id"]) ||
    text(args["keyId"]) ||
    text(args["zoneId"]) ||
    text(args["arn"]) ||
    text(args["name"]);
  const found = ledger.find(id, type);
  if (found) return found;
  throw new ApiError(code, `${type} ${id || "with these filters"} is not in the offline account's ledger`);
}

const fromRecord =
  (type: string, code: string): Answer =>
  (args, world, ledger) => {
    const { id, outputs } = own(ledger, type, args, code);
    return { ...outputs, id, region: outputs["region"] ?? world.configuration.region };
  };

const ANSWERS: Readonly<Record<string, Answer>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": (_args, { configuration: { account, partition } }) => ({
    id: account,
    accountId: account,
    arn: `arn:${partition}:iam::${account}:user/offline`,
    userId: "AIDAOFFLINEOFFLINE000",
  }),
  "aws:index/getRegion:getRegion": (args, world) => {
    const region = regionOf(args, world);
    return { id: region, name: region, region, description: region, endpoint: `ec2.${region}.amazonaws.com` };
  },
  "aws:index/getPartition:getPartition": (_args, { configuration: { partition } }) => {
    const dnsSuffix = partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
    return {
      id: partition,
      partition,
      dnsSuffix,
      reverseDnsPrefix: dnsSuffix.split(".").reverse().join("."),
    };
  },
  "aws:index/getAvailabilityZones:getAvailabilityZones": zones,
  "aws:ec2/getAmi:getAmi": ami,
  "aws:ssm/getParameter:getParameter": parameter,
  "aws:iam/getPolicyDocument:getPolicyDocument": policyDocument,
  "aws:ec2/getVpc:getVpc": fromRecord("ec2.Vpc", "InvalidVpcID.NotFound"),
  "aws:ec2/getSecurityGroup:getSecurityGroup": fromRecord("ec2.SecurityGroup", "InvalidGroup.NotFound"),
  "aws:ec2/getSubnets:getSubnets": (args, world, ledger) => {
    const vpcs = filterValues(args, "vpc-id");
    const found = ledger
      .all("ec2.Subnet")
      .filter(({ outputs }) => vpcs.length === 0 || vpcs.includes(text(outputs["vpcId"])));
    return {
      id: world.configuration.region,
      region: world.configuration.region,
      ids: found.map(({ id }) => id),
    };
  },
  "aws:ec2/getPrefixList:getPrefixList": (args, world) => prefixList(args, world),
  "aws:ec2/getManagedPrefixList:getManagedPrefixList": (args, world) => {
    const { id, name, cidrBlocks } = prefixList(args, world) as {
      id: string;
      name: string;
      cidrBlocks: string[];
    };
    return {
      id,
      name,
      addressFamily: "IPv4",
      arn: `arn:${world.configuration.partition}:ec2:${world.configuration.region}:aws:prefix-list/${id}`,
      entries: cidrBlocks.map((cidr) => ({ cidr, description: "" })),
      maxEntries: 0,
      ownerId: "AWS",
      region: world.configuration.region,
      version: 0,
    };
  },
  "aws:kms/getKey:getKey": fromRecord("kms.Key", "NotFoundException"),
  "aws:kms/getAlias:getAlias": (args, world, ledger) => {
    const name = text(args["name"]);
    const found = ledger.find(name, "kms.Alias");
    if (found) return { ...found.outputs, id: found.id };
    if (!name.startsWith("alias/aws/"))
      throw new ApiError("NotFoundException", `the alias ${name} does not exist`);
    const { account, partition, region } = world.configuration;
    const digits = hex(`${region} ${name}`, 32);
    const targetKeyId = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    const arn = (resource: string): string => `arn:${partition}:kms:${region}:${account}:${resource}`;
    return {
      id: arn(name),
      arn: arn(name),
      name,
      region,
      targetKeyId,
      targetKeyArn: arn(`key/${targetKeyId}`),
    };
  },
  "aws:route53/getZone:getZone": fromRecord("route53.Zone", "NoSuchHostedZone"),
  "aws:ec2/getInstanceTypeOffering:getInstanceTypeOffering": (args, world) => {
    const region = text(args["region"]) || world.configuration.region;
    const [preferred] = textsIn(args["preferredInstanceTypes"]);
    const instanceType = preferred ?? filterValues(args, "instance-type")[0] ?? "t3.medium";
    return { id: region, region, instanceType, location: filterValues(args, "location")[0] ?? region };
  },
  "aws:lb/getLoadBalancer:getLoadBalancer": fromRecord("lb.LoadBalancer", "LoadBalancerNotFound"),
};

function prefixList(args: Properties, { configuration: { region } }: World): Properties {
  const asked = [...filterValues(args, "prefix-list-name"), text(args["name"])].find((name) => name !== "");
  const name = asked ?? `com.amazonaws.${region}.s3`;
  return {
    id: `pl-${hex(name, 8)}`,
    name,
    region,
    cidrBlocks: ["198.51.100.0/24"],
    prefixListId: args["prefixListId"],
  };
}

/** What is wrong with the arguments of a function; the first thing, in a sentence. */
function wrongArgument(token: string, args: Properties): string | undefined {
  const known = Object.keys(FUNCTIONS[token]?.args ?? {});
  const names = known.map((name) => name.replace(/\?$/, ""));
  const stray = Object.keys(args).find((name) => args[name] !== undefined && !names.includes(name));
  if (stray !== undefined) return `${stray}: ${unknownName(stray, names)}`;
  const missing = known.find((name) => !name.endsWith("?") && args[name] === undefined);
  return missing === undefined ? undefined : `${missing} is missing`;
}

/** The functions of one provider; `ledger` tells where the account's ledger lies, if a stack has named one yet. */
export function functionsOf(
  world: World,
  ledger: () => string | undefined,
): Record<string, (args: Properties) => Promise<Properties>> {
  return Object.fromEntries(
    Object.entries(ANSWERS).map(([token, answer]) => [
      token,
      (args: Properties) => {
        const wrong = wrongArgument(token, args);
        if (wrong) return Promise.reject(new Error(`${token}: ${wrong}`));
        const file = ledger();
        const account = file === undefined ? emptyLedger() : readLedger(file);
        const echoed = Object.fromEntries(
          Object.entries(args).filter(([name]) => Object.hasOwn(FUNCTIONS[token]?.result ?? {}, `${name}?`)),
        );
        return new Promise<Properties>((resolve) =>
          resolve({ ...echoed, ...filled(token, answer(args, world, account)) }),
        );
      },
    ]),
  );
}

/** An answer with every result of the function, and with nothing else. */
function filled(token: string, answer: Properties): Properties {
  const empty = (type: string): unknown => {
    if (type.endsWith("[]")) return [];
    if (type === "boolean") return false;
    return type === "number" ? 0 : type === "string" ? "" : undefined;
  };
  return Object.fromEntries(
    Object.entries(FUNCTIONS[token]?.result ?? {}).flatMap(([key, type]) => {
      const name = key.replace(/\?$/, "");
      const value = answer[name] ?? (key === name ? empty(type) : undefined);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
