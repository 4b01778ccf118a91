import assert from "node:assert/strict";
import { checkResource } from "../../../engine/plugins/aws/check";
import { conditionFailures } from "../../../engine/plugins/aws/replacement";
import { tokenOf } from "./account";

const arn = "arn:aws:iam::123456789012:role/x";
const sub = "subnet-0123456789abcdef0";
const vpc = "vpc-0123456789abcdef0";
const rtb = "rtb-0123456789abcdef0";

const CASES: [short: string, inputs: Record<string, unknown>][] = [
  ["ec2.Eip", { domain: "vpc" }],
  ["ec2.EipAssociation", { instanceId: "i-0123456789abcdef0", allocationId: "eipalloc-0123456789abcdef0" }],
  ["ec2.InternetGateway", { vpcId: vpc }],
  ["ec2.Route", { routeTableId: rtb, destinationCidrBlock: "0.0.0.0/0", gatewayId: "igw-0123456789abcdef0" }],
  [
    "ec2.Route",
    { routeTableId: rtb, destinationIpv6CidrBlock: "::/0", natGatewayId: "nat-0123456789abcdef0" },
  ],
  ["ec2.KeyPair", { publicKey: "ssh-ed25519 AAAA" }],
  ["ec2.PlacementGroup", { strategy: "spread", spreadLevel: "rack" }],
  ["ec2.PlacementGroup", { strategy: "partition", partitionCount: 3 }],
  ["cloudwatch.Dashboard", { dashboardName: "d", dashboardBody: "{}" }],
  ["cloudwatch.CompositeAlarm", { alarmName: "a", alarmRule: "ALARM(x)" }],
  [
    "cloudwatch.LogMetricFilter",
    { logGroupName: "l", pattern: "ERROR", metricTransformation: { name: "n", namespace: "s", value: "1" } },
  ],
  ["cloudwatch.EventRule", { eventPattern: "{}" }],
  ["cloudwatch.EventTarget", { rule: "r", arn: "arn:aws:sns:eu-central-1:123456789012:t" }],
  [
    "s3.BucketLifecycleConfiguration",
    {
      bucket: "b",
      rules: [
        {
          id: "r",
          status: "Enabled",
          filter: { prefix: "" },
          expiration: { days: 30 },
          noncurrentVersionExpiration: { noncurrentDays: 30 },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
        },
      ],
    },
  ],
  ["s3.BucketPolicy", { bucket: "b", policy: "{}" }],
  ["s3.BucketPublicAccessBlock", { bucket: "b", blockPublicAcls: true }],
  ["s3.BucketOwnershipControls", { bucket: "b", rule: { objectOwnership: "BucketOwnerEnforced" } }],
  ["s3.BucketLogging", { bucket: "b", targetBucket: "c", targetPrefix: "p/" }],
  ["s3.Bucket", { forceDestroy: true, tags: { a: "b" } }],
  ["sns.TopicPolicy", { arn: "arn:aws:sns:eu-central-1:123456789012:t", policy: "{}" }],
  [
    "sns.TopicSubscription",
    { topic: "arn:aws:sns:eu-central-1:123456789012:t", protocol: "email", endpoint: "a@b.c" },
  ],
  ["ebs.EncryptionByDefault", { enabled: true }],
  ["secretsmanager.Secret", {}],
  ["secretsmanager.SecretVersion", { secretId: "x", secretString: "s" }],
  ["ssm.Document", { documentType: "Command", content: "{}", documentFormat: "JSON" }],
  [
    "ssm.Association",
    { name: "x", scheduleExpression: "rate(1 day)", targets: [{ key: "InstanceIds", values: ["*"] }] },
  ],
  ["ssm.Parameter", { type: "String", value: "v", name: "/a/b" }],
  [
    "iam.RolePolicyAttachment",
    { role: "r", policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" },
  ],
  ["iam.Role", { assumeRolePolicy: "{}", managedPolicyArns: ["arn:aws:iam::aws:policy/X"] }],
  [
    "autoscaling.Group",
    {
      minSize: 1,
      maxSize: 3,
      vpcZoneIdentifiers: [sub],
      healthCheckType: "ELB",
      healthCheckGracePeriod: 300,
      terminationPolicies: ["OldestInstance"],
      enabledMetrics: ["GroupMinSize"],
      metricsGranularity: "1Minute",
      waitForCapacityTimeout: "10m",
      protectFromScaleIn: false,
      instanceMaintenancePolicy: { minHealthyPercentage: 90, maxHealthyPercentage: 110 },
      tags: [{ key: "Name", value: "x", propagateAtLaunch: true }],
      instanceRefresh: {
        strategy: "Rolling",
        triggers: ["tag"],
        preferences: {
          minHealthyPercentage: 90,
          autoRollback: true,
          alarmSpecification: { alarms: ["a"] },
          instanceWarmup: "120",
          skipMatching: true,
          scaleInProtectedInstances: "Ignore",
          standbyInstances: "Ignore",
        },
      },
      mixedInstancesPolicy: {
        instancesDistribution: {
          onDemandPercentageAboveBaseCapacity: 100,
          onDemandAllocationStrategy: "prioritized",
        },
        launchTemplate: {
          launchTemplateSpecification: { launchTemplateId: "lt-0123456789abcdef0", version: "$Latest" },
          overrides: [{ instanceType: "m7g.large" }, { instanceType: "m6g.large" }],
        },
      },
      warmPool: { poolState: "Stopped", minSize: 1 },
    },
  ],
  [
    "autoscaling.Policy",
    {
      autoscalingGroupName: "g",
      policyType: "TargetTrackingScaling",
      estimatedInstanceWarmup: 120,
      targetTrackingConfiguration: {
        predefinedMetricSpecification: { predefinedMetricType: "ASGAverageNetworkIn" },
        targetValue: 1e8,
        disableScaleIn: false,
      },
    },
  ],
  [
    "autoscaling.LifecycleHook",
    {
      autoscalingGroupName: "g",
      lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      heartbeatTimeout: 300,
      defaultResult: "CONTINUE",
    },
  ],
  [
    "autoscaling.Schedule",
    {
      autoscalingGroupName: "g",
      scheduledActionName: "s",
      minSize: 0,
      maxSize: 0,
      desiredCapacity: 0,
      recurrence: "0 3 * * *",
    },
  ],
  [
    "autoscaling.Notification",
    {
      groupNames: ["g"],
      notifications: ["autoscaling:EC2_INSTANCE_LAUNCH"],
      topicArn: "arn:aws:sns:eu-central-1:123456789012:t",
    },
  ],
  [
    "lb.LoadBalancer",
    {
      loadBalancerType: "network",
      internal: true,
      subnets: [sub],
      securityGroups: ["sg-0123456789abcdef0"],
      enableDeletionProtection: true,
      enableCrossZoneLoadBalancing: true,
      dnsRecordClientRoutingPolicy: "any_availability_zone",
      ipAddressType: "ipv4",
      accessLogs: { bucket: "b", enabled: true, prefix: "p" },
    },
  ],
  [
    "lb.LoadBalancer",
    { loadBalancerType: "network", subnetMappings: [{ subnetId: sub, privateIpv4Address: "10.0.0.9" }] },
  ],
  [
    "lb.TargetGroup",
    {
      port: 4242,
      protocol: "TCP",
      vpcId: vpc,
      targetType: "instance",
      deregistrationDelay: 60,
      preserveClientIp: "false",
      connectionTermination: false,
      slowStart: 0,
      healthCheck: {
        enabled: true,
        protocol: "HTTP",
        path: "/api/version",
        port: "4242",
        interval: 10,
        timeout: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
        matcher: "200",
      },
      stickiness: { enabled: false, type: "source_ip" },
      targetGroupHealth: { dnsFailover: { minimumHealthyTargetsCount: "1" } },
      targetHealthStates: [{ enableUnhealthyConnectionTermination: false }],
    },
  ],
  [
    "lb.Listener",
    {
      loadBalancerArn: "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/net/a/1",
      port: 443,
      protocol: "TLS",
      certificateArn: "arn:aws:acm:eu-central-1:123456789012:certificate/1",
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      alpnPolicy: "None",
      tcpIdleTimeoutSeconds: 350,
      defaultActions: [
        {
          type: "forward",
          targetGroupArn: "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/a/1",
        },
      ],
    },
  ],
  [
    "lb.TargetGroupAttachment",
    {
      targetGroupArn: "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/a/1",
      targetId: "i-0123456789abcdef0",
      port: 4242,
    },
  ],
  [
    "elasticache.Cluster",
    {
      engine: "memcached",
      engineVersion: "1.6.22",
      nodeType: "cache.r7g.large",
      numCacheNodes: 2,
      azMode: "cross-az",
      preferredAvailabilityZones: ["eu-central-1a", "eu-central-1b"],
      port: 11211,
      transitEncryptionEnabled: true,
      maintenanceWindow: "sun:03:00-sun:04:00",
      notificationTopicArn: "arn:aws:sns:eu-central-1:123456789012:t",
      applyImmediately: true,
      parameterGroupName: "p",
      subnetGroupName: "s",
    },
  ],
  [
    "elasticache.ParameterGroup",
    { family: "memcached1.6", parameters: [{ name: "max_item_size", value: "8388608" }] },
  ],
  [
    "ec2.LaunchTemplate",
    {
      namePrefix: "x",
      imageId: "ami-0123456789abcdef0",
      instanceType: "m7g.large",
      ebsOptimized: "true",
      iamInstanceProfile: { arn: "arn:aws:iam::123456789012:instance-profile/x" },
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
        instanceMetadataTags: "enabled",
      },
      monitoring: { enabled: true },
      networkInterfaces: [
        {
          associatePublicIpAddress: "false",
          securityGroups: ["sg-0123456789abcdef0"],
          deleteOnTermination: "true",
        },
      ],
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: { volumeSize: 20, volumeType: "gp3", encrypted: "true", deleteOnTermination: "true" },
        },
      ],
      tagSpecifications: [{ resourceType: "instance", tags: { a: "b" } }],
      updateDefaultVersion: true,
      userData: "IyEvYmluL2Jhc2g=",
    },
  ],
  [
    "ec2.Instance",
    {
      ami: "ami-0123456789abcdef0",
      instanceType: "r7g.xlarge",
      subnetId: sub,
      privateIp: "10.0.0.9",
      vpcSecurityGroupIds: ["sg-0123456789abcdef0"],
      iamInstanceProfile: "p",
      userData: "#!/bin/bash",
      userDataReplaceOnChange: true,
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
        instanceMetadataTags: "enabled",
      },
      rootBlockDevice: { volumeType: "gp3", volumeSize: 20, encrypted: true, tags: { a: "b" } },
      disableApiTermination: true,
      disableApiStop: true,
      monitoring: true,
      ebsOptimized: true,
      sourceDestCheck: true,
      associatePublicIpAddress: false,
      creditSpecification: { cpuCredits: "unlimited" },
      maintenanceOptions: { autoRecovery: "default" },
      placementGroup: "pg",
      placementPartitionNumber: 1,
    },
  ],
  [
    "ec2.VolumeAttachment",
    {
      deviceName: "/dev/sdf",
      instanceId: "i-0123456789abcdef0",
      volumeId: "vol-0123456789abcdef0",
      stopInstanceBeforeDetaching: true,
      forceDetach: false,
      skipDestroy: false,
    },
  ],
  [
    "ebs.Volume",
    {
      availabilityZone: "eu-central-1a",
      size: 100,
      type: "gp3",
      iops: 6000,
      throughput: 250,
      encrypted: true,
      finalSnapshot: true,
    },
  ],
  [
    "ec2.FlowLog",
    {
      vpcId: vpc,
      trafficType: "ALL",
      logDestinationType: "s3",
      logDestination: "arn:aws:s3:::b",
      maxAggregationInterval: 60,
      destinationOptions: { fileFormat: "parquet", perHourPartition: true },
    },
  ],
  [
    "ec2.VpcEndpoint",
    {
      vpcId: vpc,
      serviceName: "com.amazonaws.eu-central-1.s3",
      vpcEndpointType: "Gateway",
      routeTableIds: [rtb],
      policy: "{}",
    },
  ],
  ["ec2.DefaultSecurityGroup", { vpcId: vpc, ingress: [], egress: [] }],
  [
    "ec2.SecurityGroup",
    { vpcId: vpc, ingress: [{ fromPort: 22, toPort: 22, protocol: "tcp", cidrBlocks: ["10.0.0.0/8"] }] },
  ],
  [
    "ec2.NetworkAcl",
    {
      vpcId: vpc,
      subnetIds: [sub],
      ingress: [
        { ruleNo: 100, action: "allow", protocol: "-1", cidrBlock: "0.0.0.0/0", fromPort: 0, toPort: 0 },
      ],
    },
  ],
  [
    "vpc.SecurityGroupIngressRule",
    {
      securityGroupId: "sg-0123456789abcdef0",
      ipProtocol: "tcp",
      fromPort: 1,
      toPort: 2,
      cidrIpv4: "10.0.0.0/8",
      description: "d",
    },
  ],
  [
    "vpc.SecurityGroupEgressRule",
    {
      securityGroupId: "sg-0123456789abcdef0",
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      prefixListId: "pl-01234567",
    },
  ],
  ["route53.Zone", { name: "a.b", vpcs: [{ vpcId: vpc, vpcRegion: "eu-central-1" }], forceDestroy: true }],
  [
    "route53.Record",
    {
      zoneId: "Z0123456789ABC",
      name: "x",
      type: "A",
      aliases: [{ name: "lb.x", zoneId: "Z215JYRZR1TBD5", evaluateTargetHealth: true }],
    },
  ],
  ["route53.Record", { zoneId: "Z0123456789ABC", name: "x", type: "A", ttl: 60, records: ["10.0.0.1"] }],
  [
    "dlm.LifecyclePolicy",
    {
      description: "d",
      executionRoleArn: arn,
      state: "ENABLED",
      policyDetails: {
        resourceTypes: ["VOLUME"],
        targetTags: { a: "b" },
        schedules: [
          {
            name: "n",
            createRule: { interval: 24, intervalUnit: "HOURS", times: "03:00" },
            retainRule: { count: 7 },
            tagsToAdd: { a: "b" },
            copyTags: true,
          },
        ],
      },
    },
  ],
  [
    "dlm.LifecyclePolicy",
    {
      description: "d",
      executionRoleArn: arn,
      policyDetails: {
        resourceTypes: ["INSTANCE"],
        targetTags: { a: "b" },
        schedules: [
          {
            name: "n",
            createRule: { cronExpression: "cron(0 3 * * ? *)" },
            retainRule: { interval: 7, intervalUnit: "DAYS" },
          },
        ],
      },
    },
  ],
  [
    "cloudwatch.MetricAlarm",
    {
      comparisonOperator: "GreaterThanThreshold",
      evaluationPeriods: 1,
      threshold: 1,
      treatMissingData: "breaching",
      metricQueries: [
        { id: "m1", returnData: true, expression: "m2/2", label: "l" },
        {
          id: "m2",
          metric: { metricName: "a", namespace: "b", period: 60, stat: "p99", dimensions: { a: "b" } },
        },
      ],
    },
  ],
  [
    "cloudwatch.MetricAlarm",
    {
      comparisonOperator: "GreaterThanThreshold",
      evaluationPeriods: 1,
      threshold: 1,
      metricName: "a",
      namespace: "b",
      period: 60,
      extendedStatistic: "p99.9",
    },
  ],
  ["cloudwatch.LogGroup", { retentionInDays: 90, name: "/a/b" }],
  [
    "kms.Key",
    { enableKeyRotation: true, rotationPeriodInDays: 365, deletionWindowInDays: 30, multiRegion: false },
  ],
  [
    "kms.Grant",
    { keyId: "12345678-1234-1234-1234-123456789012", granteePrincipal: arn, operations: ["Decrypt"] },
  ],
  [
    "backup.Plan",
    {
      rules: [
        {
          ruleName: "r",
          targetVaultName: "vault",
          schedule: "cron(0 3 * * ? *)",
          lifecycle: { deleteAfter: 30 },
        },
      ],
    },
  ],
  ["backup.Vault", {}],
  [
    "backup.Selection",
    {
      iamRoleArn: arn,
      planId: "12345678-1234-1234-1234-123456789012",
      selectionTags: [{ type: "STRINGEQUALS", key: "a", value: "b" }],
    },
  ],
  ["sqs.Queue", { sqsManagedSseEnabled: true }],
  ["ec2.VpcDhcpOptions", { domainName: "x", domainNameServers: ["AmazonProvidedDNS"] }],
  [
    "ec2.NetworkInterface",
    { subnetId: sub, privateIps: ["10.0.0.4"], securityGroups: ["sg-0123456789abcdef0"] },
  ],
  ["ec2.NatGateway", { allocationId: "eipalloc-0123456789abcdef0", subnetId: sub }],
  ["s3.BucketObjectv2", { bucket: "b", key: "k", content: "x", serverSideEncryption: "aws:kms" }],
  ["ec2.MainRouteTableAssociation", { vpcId: vpc, routeTableId: rtb }],
  [
    "ec2.RouteTable",
    { vpcId: vpc, routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: "igw-0123456789abcdef0" }] },
  ],
];

describe("usual declarations of AWS resources", () => {
  for (const [index, [short, inputs]] of CASES.entries())
    it(`pass: ${short}, number ${index}`, () => {
      const token = tokenOf(short);
      const { failures } = checkResource(token, inputs);
      assert.deepEqual([...failures, ...conditionFailures(token, inputs)], []);
    });
});
