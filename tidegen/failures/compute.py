"""Failures of instances and Kubernetes."""

from tidegen.failures.model import LINT, PREFLIGHT, Failure, guide, issue

FAILURES = (
    Failure(
        "nodes-cannot-join",
        (
            "Instances failed to join the kubernetes cluster",
            "NodeCreationFailure",
            "Nodegroup…failed to stabilize",
        ),
        "the nodes cannot reach the cluster, or the services that they boot from",
        "check routes, endpoints (ec2, ecr, s3, sts, eks, eks-auth) and the node role",
        (LINT,),
        (
            *issue("awsdocs/amazon-eks-user-guide", 275),
            *issue("terraform-aws-modules/terraform-aws-eks", 2149),
            *issue("eksctl-io/eksctl", 4210),
        ),
        rules=("E9806",),
    ),
    Failure(
        "nodes-in-public-subnet",
        ("Ec2SubnetInvalidConfiguration", "does not automatically assign public IP addresses"),
        "the node group is in a public subnet",
        "put nodes in private subnets only",
        (LINT,),
        issue("oomichi/try-kubernetes", 136),
        rules=("E9806",),
    ),
    Failure(
        "addon-without-nodes",
        ("InsufficientNumberOfReplicas", "AWS::EKS::Addon…DEGRADED"),
        "the add-on has no node to run on",
        "make add-ons that run pods depend on the node group, and check taints",
        (LINT,),
        (
            *issue("pulumi/pulumi-eks", 1819),
            *issue("terraform-aws-modules/terraform-aws-eks", 3001),
        ),
        rules=("E9406",),
    ),
    Failure(
        "control-plane-zone",
        (
            "UnsupportedAvailabilityZoneException",
            "the targeted availability zone, does not currently have sufficient capacity",
        ),
        "EKS does not offer its control plane in one of the chosen zones",
        "name three other zones in network.zones",
        (LINT, PREFLIGHT),
        (
            *issue("eksctl-io/eksctl", 817),
            *issue("awsdocs/amazon-eks-user-guide", 36),
        ),
        rules=("E9102",),
    ),
    Failure(
        "disk-size-twice",
        ("Disk size must be specified within the launch template",),
        "the node group has DiskSize and a launch template",
        "set the size in the launch template",
        (LINT,),
        issue("crossplane-contrib/provider-upjet-aws", 866),
        rules=("E9402",),
    ),
    Failure(
        "instance-type-twice",
        ("Cannot specify instance types in launch template and API",),
        "the instance type is in the launch template and in the node group",
        "keep it in the node group",
        (LINT,),
        issue("terraform-aws-modules/terraform-aws-eks", 1386),
        rules=("E9403",),
    ),
    Failure(
        "signal-missing",
        (
            "SUCCESS signal",
            "resource signal(s) for the current batch",
            "MinSuccessfulInstancesPercent",
        ),
        "an instance did not signal in time that it is ready: its boot failed, or it cannot reach"
        " CloudFormation",
        "read the instance's boot log (its console output, or the log group of its stack), then"
        " deploy again",
        (LINT,),
        (
            *issue("aws-cloudformation/aws-cloudformation-templates", 247),
            *issue("buildkite/elastic-ci-stack-for-aws", 130),
            *issue("crewjam/etcd-aws", 5),
        ),
        rules=("E9407", "E9807"),
    ),
    Failure(
        "volume-in-other-zone",
        ("VolumeInUse", "is not in the same availability zone"),
        "the volume is attached to another instance, or in another zone than its instance",
        "take the volume's zone from its instance's subnet; wait until the old instance is deleted",
        (LINT,),
        guide("ebs/latest/userguide/ebs-attaching-volume.html"),
        rules=("E9309",),
    ),
    Failure(
        "instance-capacity",
        (
            "VcpuLimitExceeded",
            "InsufficientInstanceCapacity",
            "quota for maximum Fleet Requests",
            "more vCPU capacity than your current vCPU limit",
        ),
        "the account's vCPU quota or the zone's capacity for the instance type is used up",
        "ask AWS for a higher quota, or choose another instance type",
        (PREFLIGHT,),
        guide("AWSEC2/latest/UserGuide/troubleshooting-launch.html"),
    ),
    Failure(
        "kubernetes-version",
        ("unsupported Kubernetes version", "Unsupported Kubernetes minor version update"),
        "EKS upgrades one minor version at a time, never back, and only to supported versions",
        "set the next minor version that EKS supports",
        (LINT, PREFLIGHT),
        (
            *issue("finos/compliant-financial-infrastructure", 228),
            *issue("terraform-aws-modules/terraform-aws-eks", 2607),
            *issue("aws/containers-roadmap", 497),
        ),
        rules=("E9405",),
    ),
    Failure(
        "concurrency-quota",
        ("decreases account's UnreservedConcurrentExecution below its minimum value",),
        "functions reserve more concurrent executions than the account has (10 in a new account)",
        "ask AWS for a higher quota of concurrent executions (L-B99A9384)",
        (PREFLIGHT,),
        (
            *issue("aws-samples/one-observability-demo", 278),
            *issue("awslabs/fhir-works-on-aws-deployment", 691),
        ),
    ),
)
