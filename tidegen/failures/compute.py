"""Failures of instances and Kubernetes."""

from tidegen.failures.model import DEPLOY, LINT, PREFLIGHT, Failure

FAILURES = (
    Failure(
        slug="nodes-cannot-join",
        messages=(
            "Instances failed to join the kubernetes cluster",
            "NodeCreationFailure",
            "Nodegroup…failed to stabilize",
        ),
        cause="the nodes cannot reach the cluster, or the services that they boot from",
        action="check routes, endpoints (ec2, ecr, s3, sts, eks, eks-auth) and the node role",
        where=(LINT,),
        sources=(
            "awsdocs/amazon-eks-user-guide#275",
            "terraform-aws-modules/terraform-aws-eks#2149",
            "eksctl-io/eksctl#4210",
        ),
        rules=("E9806",),
    ),
    Failure(
        slug="nodes-in-public-subnet",
        messages=(
            "Ec2SubnetInvalidConfiguration",
            "does not automatically assign public IP addresses",
        ),
        cause="the node group is in a public subnet",
        action="put nodes in private subnets only",
        where=(LINT,),
        sources=("oomichi/try-kubernetes#136",),
        rules=("E9806",),
    ),
    Failure(
        slug="addon-without-nodes",
        messages=("InsufficientNumberOfReplicas", "AWS::EKS::Addon…DEGRADED"),
        cause="the add-on has no node to run on",
        action="make add-ons that run pods depend on the node group, and check taints",
        where=(LINT,),
        sources=("pulumi/pulumi-eks#1819", "terraform-aws-modules/terraform-aws-eks#3001"),
        rules=("E9406",),
    ),
    Failure(
        slug="control-plane-zone",
        messages=(
            "UnsupportedAvailabilityZoneException",
            "the targeted availability zone, does not currently have sufficient capacity",
        ),
        cause="EKS does not offer its control plane in one of the chosen zones",
        action="name three other zones in network.zones",
        where=(LINT, PREFLIGHT),
        sources=("eksctl-io/eksctl#817", "awsdocs/amazon-eks-user-guide#36"),
        rules=("E9102",),
    ),
    Failure(
        slug="disk-size-twice",
        messages=("Disk size must be specified within the launch template",),
        cause="the node group has DiskSize and a launch template",
        action="set the size in the launch template",
        where=(LINT,),
        sources=("crossplane-contrib/provider-upjet-aws#866",),
        rules=("E9402",),
    ),
    Failure(
        slug="instance-type-twice",
        messages=("Cannot specify instance types in launch template and API",),
        cause="the instance type is in the launch template and in the node group",
        action="keep it in the node group",
        where=(LINT,),
        sources=("terraform-aws-modules/terraform-aws-eks#1386",),
        rules=("E9403",),
    ),
    Failure(
        slug="signal-missing",
        messages=(
            "SUCCESS signal",
            "resource signal(s) for the current batch",
            "MinSuccessfulInstancesPercent",
        ),
        cause="an instance did not signal in time that it is ready: its boot failed, or it cannot"
        " reach CloudFormation",
        action="read the instance's boot log (its console output, or the log group of its stack),"
        " then deploy again",
        where=(LINT,),
        sources=(
            "aws-cloudformation/aws-cloudformation-templates#247",
            "buildkite/elastic-ci-stack-for-aws#130",
            "crewjam/etcd-aws#5",
        ),
        rules=("E9407", "E9807"),
    ),
    Failure(
        slug="volume-in-other-zone",
        messages=("VolumeInUse", "is not in the same availability zone"),
        cause="the volume is attached to another instance, or in another zone than its instance",
        action="take the volume's zone from its instance's subnet; wait until the old instance is"
        " deleted",
        where=(LINT,),
        sources=("https://docs.aws.amazon.com/ebs/latest/userguide/ebs-attaching-volume.html",),
        rules=("E9309",),
    ),
    Failure(
        slug="instance-capacity",
        messages=(
            "VcpuLimitExceeded",
            "InsufficientInstanceCapacity",
            "quota for maximum Fleet Requests",
            "more vCPU capacity than your current vCPU limit",
        ),
        cause="the account's vCPU quota or the zone's capacity for the instance type is used up",
        action="ask AWS for a higher quota, or choose another instance type",
        where=(PREFLIGHT,),
        sources=(
            "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html",
        ),
    ),
    Failure(
        slug="kubernetes-version",
        messages=("unsupported Kubernetes version", "Unsupported Kubernetes minor version update"),
        cause="EKS upgrades one minor version at a time, never back, and only to supported"
        " versions",
        action="set the next minor version that EKS supports",
        where=(LINT, PREFLIGHT),
        sources=(
            "finos/compliant-financial-infrastructure#228",
            "terraform-aws-modules/terraform-aws-eks#2607",
            "aws/containers-roadmap#497",
        ),
        rules=("E9405",),
    ),
    Failure(
        slug="node-image-with-others",
        messages=(
            "Version and ReleaseVersion updates cannot be combined with other updates",
            "You can't update other properties at the same time as updating Release Version",
        ),
        cause="a new node image and another property of the node group were changed in one update",
        action="deploy the other change first, and the image afterwards",
        where=(DEPLOY,),
        sources=(
            "aws/containers-roadmap#1258",
            "aws/aws-cdk#13602",
            "eksctl-io/eksctl#2565",
        ),
    ),
    Failure(
        slug="node-minimum-above-size",
        messages=("Minimum capacity…can't be greater than desired size",),
        cause="cluster.min_nodes is larger than the node group is at present",
        action="grow the group first: aws eks update-nodegroup-config --cluster-name CLUSTER"
        " --nodegroup-name GROUP --scaling-config desiredSize=MIN_NODES; then deploy again",
        where=(DEPLOY,),
        sources=(
            "terraform-aws-modules/terraform-aws-eks#3306",
            "wandb/terraform-aws-wandb#201",
        ),
    ),
    Failure(
        slug="concurrency-quota",
        messages=("decreases account's UnreservedConcurrentExecution below its minimum value",),
        cause="functions reserve more concurrent executions than the account has (10 in a new"
        " account)",
        action="ask AWS for a higher quota of concurrent executions (L-B99A9384)",
        where=(PREFLIGHT,),
        sources=(
            "aws-samples/one-observability-demo#278",
            "awslabs/fhir-works-on-aws-deployment#691",
        ),
    ),
)
