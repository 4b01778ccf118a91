/** A small platform of all the kinds of resources that the AWS site is made of, with what a test wants to change. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** What a test changes. */
export interface PlatformSettings {
  instanceType?: string;
  ami?: string;
  cacheNodes?: number;
  hostAddress?: string;
  objectContent?: string;
  /** Leaves the order of a replacement to the engine, which makes the new host first. */
  keepOrder?: boolean;
}

const ACCOUNT = "123456789012";

function keyPolicy(region: string): string {
  const allow = (principal: object) => ({
    Effect: "Allow",
    Principal: principal,
    Action: "kms:*",
    Resource: "*",
  });
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      allow({ AWS: `arn:aws:iam::${ACCOUNT}:root` }),
      allow({ Service: ["cloudwatch.amazonaws.com", `logs.${region}.amazonaws.com`] }),
      allow({
        AWS: `arn:aws:iam::${ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
      }),
    ],
  });
}

/** Declares the platform and tells what a test looks at. */
export function platform(
  settings: PlatformSettings = {},
): () => Promise<Record<string, pulumi.Output<unknown>>> {
  return () => {
    const { instanceType = "m7i.large", ami = "ami-0123456789abcdef0" } = settings;
    const region = "eu-central-1";
    const vpc = new aws.ec2.Vpc("network", {
      cidrBlock: "10.20.0.0/16",
      enableDnsHostnames: true,
      tags: { Name: "network" },
    });
    const subnets = ["a", "b"].map(
      (zone, index) =>
        new aws.ec2.Subnet(`private-${zone}`, {
          vpcId: vpc.id,
          cidrBlock: `10.20.${index}.0/24`,
          availabilityZone: `${region}${zone}`,
        }),
    );
    const subnetIds = subnets.map(({ id }) => id);
    const [firstSubnet] = subnetIds;
    const table = new aws.ec2.RouteTable("private", { vpcId: vpc.id });
    subnets.map(
      (subnet, index) =>
        new aws.ec2.RouteTableAssociation(`private-${index}`, {
          subnetId: subnet.id,
          routeTableId: table.id,
        }),
    );
    const group = new aws.ec2.SecurityGroup("hosts", { vpcId: vpc.id, description: "hosts" });
    new aws.vpc.SecurityGroupIngressRule("ssh", {
      securityGroupId: group.id,
      referencedSecurityGroupId: group.id,
      ipProtocol: "tcp",
      fromPort: 22,
      toPort: 22,
    });
    new aws.ec2.DefaultSecurityGroup("default", { vpcId: vpc.id });
    const endpoints = [
      new aws.ec2.VpcEndpoint("s3", {
        vpcId: vpc.id,
        serviceName: `com.amazonaws.${region}.s3`,
        routeTableIds: [table.id],
      }),
      new aws.ec2.VpcEndpoint("autoscaling", {
        vpcId: vpc.id,
        serviceName: `com.amazonaws.${region}.autoscaling`,
        vpcEndpointType: "Interface",
        subnetIds,
        securityGroupIds: [group.id],
        privateDnsEnabled: true,
      }),
    ];

    const key = new aws.kms.Key("key", { enableKeyRotation: true, policy: keyPolicy(region) });
    new aws.kms.Alias("key", { targetKeyId: key.id });
    const logs = new aws.cloudwatch.LogGroup("logs", { retentionInDays: 30, kmsKeyId: key.arn });
    const role = new aws.iam.Role("hosts", {
      assumeRolePolicy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "sts:AssumeRole" }] },
    });
    new aws.iam.RolePolicy("hosts", {
      role: role.id,
      policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: [{ Resource: logs.arn }] }),
    });
    const profile = new aws.iam.InstanceProfile("hosts", { role: role.name });
    new aws.ec2.FlowLog("flow", {
      vpcId: vpc.id,
      trafficType: "ALL",
      logDestination: logs.arn,
      iamRoleArn: role.arn,
    });

    const bucket = new aws.s3.Bucket("artifacts", {});
    new aws.s3.BucketVersioning("artifacts", {
      bucket: bucket.id,
      versioningConfiguration: { status: "Enabled" },
    });
    new aws.s3.BucketServerSideEncryptionConfiguration("artifacts", {
      bucket: bucket.id,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn } }],
    });
    const object = new aws.s3.BucketObjectv2("bundle", {
      bucket: bucket.id,
      key: "bundle.txt",
      source: new pulumi.asset.StringAsset(settings.objectContent ?? "one"),
    });

    const host = new aws.ec2.Instance(
      "data-1",
      {
        ami,
        instanceType,
        subnetId: firstSubnet,
        privateIp: settings.hostAddress ?? "10.20.0.10",
        vpcSecurityGroupIds: [group.id],
        iamInstanceProfile: profile.name,
        metadataOptions: { httpTokens: "required" },
        rootBlockDevice: { encrypted: true, kmsKeyId: key.arn },
      },
      // Its address is free for the next one only when it is gone.
      { deleteBeforeReplace: settings.keepOrder !== true },
    );
    const volume = new aws.ebs.Volume("data-1", {
      availabilityZone: `${region}a`,
      size: 100,
      type: "gp3",
      encrypted: true,
      kmsKeyId: key.arn,
    });
    new aws.ec2.VolumeAttachment("data-1", {
      deviceName: "/dev/sdf",
      instanceId: host.id,
      volumeId: volume.id,
    });
    const zone = new aws.route53.Zone("zone", { name: "tsdb.internal", vpcs: [{ vpcId: vpc.id }] });
    const record = new aws.route53.Record("data-1", {
      zoneId: zone.zoneId,
      name: "data-1",
      type: "A",
      ttl: 60,
      records: [host.privateIp],
    });

    const balancer = new aws.lb.LoadBalancer("tsd", {
      loadBalancerType: "network",
      internal: true,
      subnets: subnetIds,
      securityGroups: [group.id],
    });
    const targets = new aws.lb.TargetGroup("tsd", {
      port: 4242,
      protocol: "TCP",
      vpcId: vpc.id,
      healthCheck: { protocol: "HTTP", path: "/api/version" },
    });
    new aws.lb.Listener("tsd", {
      loadBalancerArn: balancer.arn,
      port: 4242,
      protocol: "TCP",
      defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
    });
    const template = new aws.ec2.LaunchTemplate("tsd", {
      imageId: ami,
      instanceType,
      vpcSecurityGroupIds: [group.id],
      blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: "true", kmsKeyId: key.arn } }],
      metadataOptions: { httpTokens: "required" },
    });
    const fleet = new aws.autoscaling.Group(
      "tsd",
      {
        minSize: 2,
        maxSize: 4,
        vpcZoneIdentifiers: subnetIds,
        targetGroupArns: [targets.arn],
        launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
        initialLifecycleHooks: [{ name: "ready", lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING" }],
        instanceRefresh: { strategy: "Rolling" },
      },
      { dependsOn: endpoints },
    );
    new aws.autoscaling.Policy("tsd", {
      autoscalingGroupName: fleet.name,
      policyType: "TargetTrackingScaling",
      targetTrackingConfiguration: {
        predefinedMetricSpecification: { predefinedMetricType: "ASGAverageCPUUtilization" },
        targetValue: 60,
      },
    });

    const cacheSubnets = new aws.elasticache.SubnetGroup("cache", { subnetIds });
    const cacheSettings = new aws.elasticache.ParameterGroup("cache", { family: "memcached1.6" });
    const cache = new aws.elasticache.Cluster("cache", {
      engine: "memcached",
      nodeType: "cache.t4g.small",
      numCacheNodes: settings.cacheNodes ?? 2,
      azMode: "cross-az",
      subnetGroupName: cacheSubnets.name,
      parameterGroupName: cacheSettings.name,
      securityGroupIds: [group.id],
    });
    const topic = new aws.sns.Topic("alarms", { kmsMasterKeyId: key.id });
    new aws.cloudwatch.MetricAlarm("unhealthy", {
      comparisonOperator: "GreaterThanThreshold",
      evaluationPeriods: 2,
      metricName: "UnHealthyHostCount",
      namespace: "AWS/NetworkELB",
      period: 60,
      statistic: "Maximum",
      threshold: 0,
      alarmActions: [topic.arn],
    });
    const secret = new aws.ssm.Parameter("secret", {
      type: "SecureString",
      value: pulumi.secret("nobody-may-read-this"),
    });
    new aws.dlm.LifecyclePolicy("snapshots", {
      description: "data volumes",
      executionRoleArn: role.arn,
      policyDetails: {
        resourceTypes: ["VOLUME"],
        targetTags: { Snapshot: "yes" },
        schedules: [{ name: "daily", createRule: { interval: 24 }, retainRule: { count: 7 } }],
      },
    });
    return Promise.resolve({
      hostAddress: host.privateIp,
      fqdn: record.fqdn,
      balancer: balancer.arn,
      balancerName: balancer.dnsName,
      nodes: cache.cacheNodes,
      version: template.latestVersion,
      etag: object.etag,
      bucket: bucket.bucket,
      secret: secret.value,
      zones: fleet.availabilityZones,
      keyArn: key.arn,
    });
  };
}
