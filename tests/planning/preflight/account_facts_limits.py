"""Failures over limits: quotas, vCPUs, policies, versions."""

from account_facts import (
    CLUSTER,
    IMAGE,
    MEMBER,
    NODES,
    NODES_OF_RELEASE,
    PACKAGES,
    REGION,
    SUBNETS,
    WITH_PACKAGES,
    FailureCase,
    resource,
)

from tidegen.planning.preflight import Topic


def gateway(number):
    return resource("EC2::NatGateway", SubnetId={"Ref": f"Subnet{number}"})


CASES = (
    FailureCase(
        failure="address-quota",
        resources={f"Address{n}": resource("EC2::EIP") for n in range(3)},
        message="3 elastic addresses and 3 in use are more than the 5 allowed",
        answers={Topic.QUOTAS: {"ec2/L-0263D0A3": 5.0}, Topic.USAGE: {"addresses": 3}},
    ),
    FailureCase(
        failure="quota-exceeded",
        resources={**SUBNETS, **{f"Gateway{n}": gateway(n % 3) for n in range(4)}},
        message="2 NAT gateways and 4 in us-east-1a are more than the 5 allowed in a zone",
        answers={
            Topic.QUOTAS: {"vpc/L-FE5A380F": 5.0},
            Topic.NAT_GATEWAYS: {"us-east-1a": 4, "us-east-1b": 4},
        },
    ),
    FailureCase(
        failure="quota-exceeded",
        resources={},
        message="2 stacks and 1999 in use are more than the 2000 allowed",
        answers={
            Topic.QUOTAS: {"cloudformation/L-0485CB21": 2000.0},
            Topic.USAGE: {"stacks": 1999},
        },
        given={"templates": {"": {}, "Network": {}}},
    ),
    FailureCase(
        failure="instance-capacity",
        resources={"Nodes": NODES, **SUBNETS},
        message="starts 8 vCPUs of standard instances (2 in use, 8 allowed",
        answers={Topic.QUOTAS: {"ec2/L-1216C47A": 8.0}, Topic.USAGE: {"vcpus": 2}},
    ),
    FailureCase(
        failure="instance-capacity",
        resources={"Nodes": NODES, **SUBNETS},
        message="can grow by 28 vCPUs of standard instances, with updates",
        answers={Topic.QUOTAS: {"ec2/L-1216C47A": 12.0}, Topic.USAGE: {"vcpus": 2}},
        blocking=False,
    ),
    FailureCase(
        failure="instance-capacity",
        resources=MEMBER,
        message="us-east-1b has no m7g.large",
        answers={Topic.OFFERINGS: {"m7g.large": []}},
    ),
    FailureCase(
        failure="image-missing",
        resources={"Template": IMAGE},
        message="image ami-1 is not in us-east-1",
        answers={Topic.IMAGES: {}},
        blocking=False,
    ),
    FailureCase(
        failure="image-missing",
        resources={"Template": IMAGE},
        message="image ami-1 is not in us-east-1",
        answers={Topic.IMAGES: {}},
        given={"held": {"Template": "lt-1"}, "added": frozenset()},
        blocking=False,
    ),
    FailureCase(
        failure="image-missing",
        resources={"Nodes": NODES_OF_RELEASE, **SUBNETS},
        message="image 1.35.3-20260415 is not in us-east-1",
        answers={Topic.IMAGES: {"amazon-eks-node-al2023-x86_64-standard-1.35-v20260301": ""}},
        blocking=False,
    ),
    FailureCase(
        failure="packages-missing",
        resources={},
        message=f"s3://{PACKAGES} is missing; upload the packages",
        answers={Topic.PACKAGES: {}},
        given=WITH_PACKAGES,
        blocking=False,
    ),
    FailureCase(
        failure="packages-missing",
        resources={},
        message="has the hash bb, the file aa; correct database.packages.sha256",
        answers={Topic.PACKAGES: {PACKAGES: "bb"}},
        given=WITH_PACKAGES,
        blocking=False,
    ),
    FailureCase(
        failure="log-policy-quota",
        resources={"Policy": resource("Logs::ResourcePolicy", PolicyDocument="{}")},
        message="has 10 resource policies of logs",
        answers={Topic.LOG_POLICIES: {str(n): 10 for n in range(10)}},
    ),
    FailureCase(
        failure="log-policy-quota",
        resources={"Policy": resource("Logs::ResourcePolicy", PolicyDocument="x" * 5121)},
        message="has 5121 characters",
    ),
    FailureCase(
        failure="kubernetes-version",
        resources={"Cluster": CLUSTER, **SUBNETS},
        message="does not offer Kubernetes 1.35",
        answers={Topic.VERSIONS: {"1.36": "STANDARD_SUPPORT"}},
    ),
    FailureCase(
        failure="kubernetes-version",
        resources={"Cluster": CLUSTER, **SUBNETS},
        message="extended support",
        answers={Topic.VERSIONS: {"1.35": "EXTENDED_SUPPORT"}},
        blocking=False,
    ),
    *(
        FailureCase(
            failure="kubernetes-version",
            resources={"Cluster": CLUSTER},
            message=message,
            answers={Topic.CLUSTERS: {"tide": live}},
            given={"held": {"Cluster": "tide"}, "added": frozenset()},
        )
        for live, message in (
            ("1.33", "2 minor versions to 1.35; set version 1.34"),
            ("1.36", "back to 1.35; set version 1.36"),
        )
    ),
    FailureCase(
        failure="concurrency-quota",
        resources={
            "One": resource("Lambda::Function", ReservedConcurrentExecutions="1"),
            "Two": resource("Lambda::Function", ReservedConcurrentExecutions=2),
        },
        message="would reserve 3 executions at once of the 102 free in",
        answers={Topic.CONCURRENCY: {"free": 102, "limit": 120}},
    ),
    FailureCase(
        failure="quota-exceeded",
        resources={"Trail": resource("CloudTrail::Trail")},
        message="has 5 trails of 5 (0, 1, 2, 3, 4)",
        answers={Topic.TRAILS: {str(n): REGION for n in range(5)}},
    ),
    FailureCase(
        failure="quota-exceeded",
        resources={"Role": resource("IAM::Role")},
        message="1 Roles and 1000 in use are more than the 1000 allowed",
        answers={Topic.IAM_SUMMARY: {"Roles": 1000, "RolesQuota": 1000}},
    ),
    FailureCase(
        failure="quota-exceeded",
        resources={"Analyzer": resource("AccessAnalyzer::Analyzer", Type="ACCOUNT")},
        message="access analyzer of this type",
        answers={Topic.ANALYZERS: {"arn:one": "ACCOUNT", "arn:two": "ORGANIZATION"}},
    ),
    *(
        FailureCase(
            failure="quota-exceeded",
            resources={"It": resource(type_name, **properties)},
            message=f"{what} and 0 in use are more than the 0 allowed",
            answers={Topic.QUOTAS: {code: 0.0}},
        )
        for code, type_name, properties, what in (
            ("vpc/L-F678F1CE", "EC2::VPC", {}, "1 VPCs"),
            ("vpc/L-E79EC296", "EC2::SecurityGroup", {}, "1 security groups"),
            (
                "vpc/L-2AFB9258",
                "EC2::LaunchTemplate",
                {"LaunchTemplateData": {"NetworkInterfaces": [{"Groups": ["a", "b"]}]}},
                "2 security groups of an interface",
            ),
            ("eks/L-1194D53C", "EKS::Cluster", {"Version": "1.35"}, "1 EKS clusters"),
            (
                "elasticloadbalancing/L-53DA6B97",
                "ElasticLoadBalancingV2::LoadBalancer",
                {"Type": "application"},
                "1 application load balancers",
            ),
            (
                "elasticloadbalancing/L-69A177A2",
                "ElasticLoadBalancingV2::LoadBalancer",
                {"Type": "network"},
                "1 network load balancers",
            ),
            (
                "ebs/L-7A658B76",
                "EC2::Volume",
                {"VolumeType": "gp3", "Size": "512"},
                "0.5 TiB of gp3 volumes",
            ),
            ("s3/L-DC2B2D3D", "S3::Bucket", {}, "1 buckets"),
            (
                "vpc/L-29B6F2EB",
                "EC2::VPCEndpoint",
                {"VpcEndpointType": "Interface"},
                "1 interface endpoints in a VPC",
            ),
        )
    ),
)
