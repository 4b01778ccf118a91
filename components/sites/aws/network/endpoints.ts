/**
 * The ways out of a VPC without a NAT gateway: which VPC endpoints the switched-on features need, and the egress that
 * they are. Nothing else leaves the private subnets. Pure.
 */

/** What a machine of the environment does that needs an AWS service. */
export const FEATURES = [
  "artifacts",
  "packages",
  "launchHooks",
  "logs",
  "metrics",
  "discovery",
  "sessions",
  "secrets",
  "parameters",
  "notifications",
] as const;

/** A feature that needs endpoints. */
export type Feature = (typeof FEATURES)[number];

/** A gateway stands in the route tables and costs nothing; an interface costs by zone and hour. */
export type EndpointKind = "gateway" | "interface";

/** One endpoint of the VPC. */
export interface EndpointPlan {
  /** The service's short name, e.g. `autoscaling`. */
  service: string;
  kind: EndpointKind;
  /** The features that need it. */
  features: readonly Feature[];
  /** One sentence for each of these features: what would not work without the endpoint. */
  reasons: readonly string[];
}

/** Traffic that leaves a machine for a service of AWS. */
export interface EndpointEgress {
  protocol: "tcp";
  port: number;
  /** The security group of the interface endpoints, or the managed prefix list of a gateway endpoint's service. */
  to: { kind: "endpoints" } | { kind: "prefixList"; service: string };
  reason: string;
}

const HTTPS = 443;

const KINDS: Readonly<Record<string, EndpointKind>> = { s3: "gateway" };

/** Services that a feature calls, with what fails without them. */
const NEEDS: Readonly<Record<Feature, Readonly<Record<string, string>>>> = {
  artifacts: { s3: "machines fetch the bundle, their role documents and their host keys from S3" },
  packages: { s3: "Amazon Linux's package repositories are S3 buckets of the region" },
  launchHooks: {
    autoscaling:
      "a machine ends its launch hook with CompleteLifecycleAction; without it every launch is abandoned",
  },
  logs: { logs: "the journal is sent to CloudWatch Logs" },
  metrics: { monitoring: "metrics of hosts are sent to CloudWatch" },
  discovery: { ec2: "machines find each other and their volumes by tag with DescribeInstances" },
  sessions: {
    ssm: "the SSM agent registers with Systems Manager",
    ssmmessages: "Session Manager's data channels, which carry the tunnels",
    ec2messages: "the SSM agent of older images asks for its messages there",
  },
  secrets: { secretsmanager: "secrets are read when a role starts" },
  parameters: { ssm: "parameters are read when a role starts" },
  notifications: { sns: "machines publish to the environment's topic themselves" },
};

/** Order of endpoints in every plan, whatever the order of the features. */
const ORDER = [
  "s3",
  "autoscaling",
  "logs",
  "monitoring",
  "ec2",
  "ssm",
  "ssmmessages",
  "ec2messages",
  "secretsmanager",
  "sns",
] as const;

/** The endpoints that a set of features needs: each service once, with everything that it is there for. */
export function endpointsFor(features: ReadonlySet<Feature>): EndpointPlan[] {
  return ORDER.flatMap((service) => {
    const needing = FEATURES.filter((feature) => features.has(feature) && service in NEEDS[feature]);
    if (needing.length === 0) {
      return [];
    }
    return [
      {
        service,
        kind: KINDS[service] ?? "interface",
        features: needing,
        reasons: needing.map((feature) => NEEDS[feature][service] ?? ""),
      },
    ];
  });
}

/** The only egress of a machine to AWS: to the endpoints that are there. */
export function endpointEgress(endpoints: readonly EndpointPlan[]): EndpointEgress[] {
  const gateways = endpoints.filter(({ kind }) => kind === "gateway");
  const interfaces = endpoints.filter(({ kind }) => kind === "interface");
  const rules: EndpointEgress[] = gateways.map(({ service }) => ({
    protocol: "tcp",
    port: HTTPS,
    to: { kind: "prefixList", service },
    reason: `gateway endpoint of ${service}`,
  }));
  if (interfaces.length > 0) {
    rules.push({
      protocol: "tcp",
      port: HTTPS,
      to: { kind: "endpoints" },
      reason: `interface endpoints of ${interfaces.map(({ service }) => service).join(", ")}`,
    });
  }
  return rules;
}

/** Interface endpoints that are paid by the hour: one network interface in each zone. */
export function endpointInterfaces(endpoints: readonly EndpointPlan[], zoneCount: number): number {
  return endpoints.filter(({ kind }) => kind === "interface").length * zoneCount;
}

/**
 * Full name of a service in a region, as the VPC endpoint and the prefix list take it.
 *
 * @throws for a region of the China partition, where the names follow no one rule, and for what is no region
 */
export function endpointServiceName(region: string, service: string): string {
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
    throw new Error(`"${region}" is no AWS region, e.g. eu-west-1`);
  }
  if (region.startsWith("cn-")) {
    throw new Error(
      `region "${region}" is not supported: endpoint names of the China partition follow no one rule`,
    );
  }
  return `com.amazonaws.${region}.${service}`;
}

/**
 * ARNs of the objects that machines may read through the S3 gateway endpoint beside the environment's own bucket: the
 * package repositories of Amazon Linux 2023, whose bucket has the same suffix in every region.
 */
export function packageRepositoryObjects(partition: string, region: string): string[] {
  return [`arn:${partition}:s3:::al2023-repos-${region}-de612dc2/*`];
}
