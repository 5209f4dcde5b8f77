"""Failures to plant: a row of the catalogue, what the plan would make, what the account says."""

from dataclasses import dataclass, field

from tidegen.contract import Scope
from tidegen.planning.model import Place, StackAddress
from tidegen.planning.preflight import Subject, Topic

ACCOUNT, REGION = "111122223333", "us-east-1"
PLACE = Place(ACCOUNT, REGION)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/execution"
ADDRESS = StackAddress(PLACE, "tide-development", Scope.ENVIRONMENT)
ZONES = {"us-east-1a": "use1-az1", "us-east-1b": "use1-az2", "us-east-1e": "use1-az3"}

#: What an account says in which nothing stands in the way.
CLEAN = {
    Topic.BUCKETS: {"artifacts": REGION},
    Topic.DEFAULT_KEY: {"key": "", "policy": "", "always": False},
    Topic.MAIL_ACCOUNT: {"ProductionAccess": True, "Sending": True},
    Topic.OFFERINGS: {"m7g.large": ["us-east-1a", "us-east-1b", "us-east-1c"]},
    Topic.PERMISSIONS: {"kms:CreateKey": "allowed", "kms:PutKeyPolicy": "allowed"},
    Topic.VCPUS: {"m7g.large": 2},
    Topic.VERSIONS: {"1.34": "STANDARD_SUPPORT", "1.35": "STANDARD_SUPPORT"},
    Topic.ZONES: {"us-east-1a": "use1-az1", "us-east-1b": "use1-az2", "us-east-1c": "use1-az4"},
    Topic.ROLES: {"reader": "", "AWSServiceRoleForAutoScaling": ""},
    Topic.VERSIONING: {"replica": "Enabled"},
    Topic.ZONE_SERVERS: {"tide.example": ("ns-1.example", "ns-2.example")},
    Topic.NAME_SERVERS: {"tide.example": ("ns-1.example", "ns-2.example")},
}


def resource(type_name, **properties):
    return {"Type": f"AWS::{type_name}", "Properties": properties}


def subject(resources, **given):
    """A root that would add all of `resources`, unless `added` says otherwise."""
    values = {"added": frozenset(resources), "service_role": ROLE, **given}
    return Subject(ADDRESS, resources=resources, **values)


@dataclass(frozen=True)
class Plant:
    """One failure: the finding has to name `says`. `answers` differ from the clean account's."""

    row: int
    resources: dict
    says: str
    answers: dict = field(default_factory=dict)
    blocking: bool = True
    given: dict = field(default_factory=dict)


def zone(number):
    return {"Fn::Select": [number, {"Fn::GetAZs": REGION}]}


SUBNETS = {f"Subnet{n}": resource("EC2::Subnet", AvailabilityZone=zone(n)) for n in range(3)}
SUBNET_IDS = [{"Ref": name} for name in SUBNETS]
CLUSTER = resource(
    "EKS::Cluster", Name="tide", Version="1.35", ResourcesVpcConfig={"SubnetIds": SUBNET_IDS}
)
NODES = resource(
    "EKS::Nodegroup",
    InstanceTypes=["m7g.large"],
    Subnets=SUBNET_IDS,
    ScalingConfig={"MinSize": "2", "DesiredSize": "4", "MaxSize": "8"},
)
MEMBER = {
    "Template": resource(
        "EC2::LaunchTemplate",
        LaunchTemplateData={
            "InstanceType": "m7g.large",
            "BlockDeviceMappings": [{"Ebs": {"Encrypted": True}}],
        },
    ),
    "Group": resource(
        "AutoScaling::AutoScalingGroup",
        MinSize="1",
        MaxSize="1",
        VPCZoneIdentifier=[{"Ref": "Subnet1"}],
        LaunchTemplate={"LaunchTemplateId": {"Ref": "Template"}},
    ),
    **SUBNETS,
}
CERTIFICATE = {
    "Certificate": resource(
        "CertificateManager::Certificate",
        DomainName="tide.example",
        DomainValidationOptions=[{"DomainName": "tide.example", "HostedZoneId": {"Ref": "Zone"}}],
    ),
    "Zone": resource("Route53::HostedZone", Name="tide.example"),
}
ENDPOINT = resource(
    "EC2::VPCEndpoint",
    VpcId={"Ref": "Vpc"},
    VpcEndpointType="Interface",
    ServiceName="com.amazonaws.us-east-1.sts",
    PrivateDnsEnabled=True,
)
SECRET = {"Secret": resource("SecretsManager::Secret", Name="tide/mail")}
VPC_HELD = {"held": {"Vpc": "vpc-1"}, "added": frozenset({"Endpoint"})}


def replicating(bucket):
    rule = {
        "Destination": {"Bucket": {"Fn::Join": ["", ["arn:", {"Ref": "P"}, f":s3:::{bucket}"]]}}
    }
    return resource("S3::Bucket", ReplicationConfiguration={"Rules": [rule]})


def trusting(role):
    principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/{role}"}
    return resource("KMS::Key", KeyPolicy={"Statement": [{"Principal": principal}]})


PLANTS = (
    Plant(
        2, SECRET, "keeps its name until 2026-12-01", {Topic.SECRETS: {"tide/mail": "2026-12-01"}}
    ),
    Plant(
        7,
        {"Recorder": resource("Config::ConfigurationRecorder")},
        "configuration recorder in us-east-1 already, 'default'",
        {Topic.RECORDERS: {"default": ""}},
    ),
    Plant(
        8,
        {"Channel": resource("Config::DeliveryChannel")},
        "delivery channel in us-east-1 already",
        {Topic.CHANNELS: {"default": ""}},
    ),
    Plant(
        9,
        {"Detector": resource("GuardDuty::Detector")},
        "GuardDuty detector in us-east-1 already, 'abc'",
        {Topic.DETECTORS: {"abc": ""}},
    ),
    Plant(
        14,
        {"Key": resource("KMS::Key")},
        "may not kms:PutKeyPolicy (implicitDeny)",
        {Topic.PERMISSIONS: {"kms:CreateKey": "allowed", "kms:PutKeyPolicy": "implicitDeny"}},
    ),
    Plant(
        15,
        {
            "Key": trusting(
                "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
            )
        },
        "--aws-service-name autoscaling.amazonaws.com' first",
        {Topic.ROLES: {}},
    ),
    Plant(15, {"Key": trusting("reader")}, "names role 'reader'", {Topic.ROLES: {}}),
    Plant(
        19,
        {},
        "eni-1 ('ELB net/k8s-web/1')",
        {
            Topic.INTERFACES: {
                "eni-1": ("ELB net/k8s-web/1", "in-use"),
                "eni-2": ("Interface for NAT Gateway", "in-use"),
                "eni-3": ("aws-K8S-i-1", "in-use"),
            }
        },
        given={
            "removed": frozenset({"Subnet"}),
            "held": {"Subnet": "subnet-1"},
            "types_held": {"Subnet": "AWS::EC2::Subnet"},
        },
    ),
    Plant(
        22,
        {"Provider": resource("IAM::OIDCProvider", Url="https://token.example")},
        "arn:aws:iam::1:oidc-provider/token.example already",
        {Topic.PROVIDERS: {"token.example": "arn:aws:iam::1:oidc-provider/token.example"}},
    ),
    Plant(
        23,
        {"Provider": resource("IAM::OIDCProvider", Url="https://token.example")},
        "a rollback would delete that one",
        {Topic.PROVIDERS: {"token.example": "arn:aws:iam::1:oidc-provider/token.example"}},
    ),
    Plant(
        24,
        MEMBER,
        "its volumes take the key arn:aws:kms:x",
        {Topic.DEFAULT_KEY: {"key": "arn:aws:kms:x", "policy": "{}", "always": False}},
    ),
    Plant(
        25,
        {"Linked": resource("IAM::ServiceLinkedRole", AWSServiceName="es.amazonaws.com")},
        "service-linked role of es.amazonaws.com already",
        {Topic.LINKED_ROLES: {"es.amazonaws.com": "AWSServiceRoleForES"}},
    ),
    Plant(
        32,
        {"Group": resource("Logs::LogGroup", LogGroupName="/aws/eks/tide/cluster")},
        "'/aws/eks/tide/cluster' exists already",
        {Topic.LOG_GROUPS: {"/aws/eks/tide/cluster": ""}},
    ),
    Plant(
        33, {}, "continues the rollback", blocking=False, given={"status": "UPDATE_ROLLBACK_FAILED"}
    ),
    Plant(34, {}, "makes it anew", blocking=False, given={"status": "ROLLBACK_COMPLETE"}),
    Plant(
        36,
        {f"Address{n}": resource("EC2::EIP") for n in range(3)},
        "3 elastic addresses and 3 in use are more than the 5 allowed",
        {Topic.QUOTAS: {"ec2/L-0263D0A3": 5.0}, Topic.USAGE: {"addresses": 3}},
    ),
    Plant(37, {"Cluster": CLUSTER, **SUBNETS}, "us-east-1e (use1-az3)", {Topic.ZONES: ZONES}),
    Plant(
        37,
        SUBNETS,
        "needs zone number 3, and us-east-1 offers 2",
        {Topic.ZONES: {"us-east-1a": "use1-az1", "us-east-1b": "use1-az2"}},
    ),
    Plant(
        40,
        {"Uploads": replicating("replica")},
        "'replica', which keeps no versions",
        {Topic.VERSIONING: {"replica": ""}},
    ),
    Plant(
        40,
        {"Uploads": replicating("replica")},
        "'replica', which does not exist",
        {Topic.VERSIONING: {}},
    ),
    Plant(
        43,
        {"Vpc": resource("EC2::VPC"), "Endpoint": ENDPOINT},
        "vpce-1; delete that one",
        {Topic.ENDPOINTS: {"com.amazonaws.us-east-1.sts": "vpce-1"}},
        given=VPC_HELD,
    ),
    Plant(43, {"A/Endpoint": ENDPOINT, "B/Endpoint": ENDPOINT}, "the other is A/Endpoint"),
    Plant(45, CERTIFICATE, "name servers of tide.example", blocking=False),
    Plant(
        45,
        CERTIFICATE,
        "DNS leads nowhere for tide.example; put ns-1.example, ns-2.example",
        {Topic.NAME_SERVERS: {"tide.example": ()}},
        given={"held": {"Zone": "Z1"}, "added": frozenset({"Certificate"})},
    ),
    Plant(
        45,
        {"Zone": resource("Route53::HostedZone", Name="tide.example")},
        "a zone of tide.example already, Z1",
        {Topic.HOSTED_ZONES: {"tide.example": ("Z1",)}},
        blocking=False,
    ),
    Plant(
        48,
        {"Identity": resource("SES::EmailIdentity", EmailIdentity="tide.example")},
        "in the sandbox",
        {Topic.MAIL_ACCOUNT: {"ProductionAccess": False, "Sending": True}},
        blocking=False,
    ),
    Plant(
        50,
        {},
        "has the Transform Macro",
        given={"templates": {"": {}, "Network": {"Transform": "Macro"}}},
    ),
    Plant(
        51,
        {},
        "is in eu-west-1, CloudFormation needs it in us-east-1",
        {Topic.BUCKETS: {"artifacts": "eu-west-1"}},
        given={"parameters": {"BootstrapArtifactsBucketName": "artifacts"}},
    ),
    Plant(
        51,
        {},
        "does not exist",
        {Topic.BUCKETS: {}},
        given={"parameters": {"BootstrapArtifactsBucketName": "artifacts"}},
    ),
    Plant(
        53,
        {"Bucket": resource("S3::Bucket", BucketName="tide-uploads")},
        "another account's",
        {Topic.BUCKETS: {"tide-uploads": ""}},
    ),
    Plant(53, SECRET, "'tide/mail' exists already", {Topic.SECRETS: {"tide/mail": ""}}),
    Plant(
        53,
        {"Alias": resource("KMS::Alias", AliasName="alias/tide")},
        "AWS::KMS::Alias 'alias/tide' exists already",
        {Topic.KEY_ALIASES: {"alias/tide": ""}},
    ),
    Plant(
        56,
        {"Nodes": NODES, **SUBNETS},
        "starts 8 vCPUs of standard instances (2 in use, 8 allowed",
        {Topic.QUOTAS: {"ec2/L-1216C47A": 8.0}, Topic.USAGE: {"vcpus": 2}},
    ),
    Plant(
        56,
        {"Nodes": NODES, **SUBNETS},
        "can grow by 16 vCPUs",
        {Topic.QUOTAS: {"ec2/L-1216C47A": 12.0}, Topic.USAGE: {"vcpus": 2}},
        blocking=False,
    ),
    Plant(56, MEMBER, "us-east-1b has no m7g.large", {Topic.OFFERINGS: {"m7g.large": []}}),
    Plant(
        57,
        {},
        "a@tide.example has not confirmed",
        {Topic.PENDING: {"arn:topic": ("a@tide.example",)}},
        blocking=False,
        given={
            "held": {"Alarms": "arn:topic"},
            "types_held": {"Alarms": "AWS::SNS::Topic"},
            "changes": False,
        },
    ),
    Plant(
        58,
        {"Policy": resource("Logs::ResourcePolicy", PolicyDocument="{}")},
        "has 10 resource policies of logs",
        {Topic.LOG_POLICIES: {str(n): 10 for n in range(10)}},
    ),
    Plant(
        58,
        {"Policy": resource("Logs::ResourcePolicy", PolicyDocument="x" * 5121)},
        "has 5121 characters",
    ),
    Plant(
        60,
        {"Cluster": CLUSTER, **SUBNETS},
        "does not offer Kubernetes 1.35",
        {Topic.VERSIONS: {"1.36": "STANDARD_SUPPORT"}},
    ),
    Plant(
        60,
        {"Cluster": CLUSTER, **SUBNETS},
        "extended support",
        {Topic.VERSIONS: {"1.35": "EXTENDED_SUPPORT"}},
        blocking=False,
    ),
    *(
        Plant(
            60,
            {"Cluster": CLUSTER},
            says,
            {Topic.CLUSTERS: {"tide": live}},
            given={"held": {"Cluster": "tide"}, "added": frozenset()},
        )
        for live, says in (
            ("1.33", "2 minor versions to 1.35; set version 1.34"),
            ("1.36", "back to 1.35; set version 1.36"),
        )
    ),
    Plant(
        65,
        {"Trail": resource("CloudTrail::Trail")},
        "has 5 trails of 5 (0, 1, 2, 3, 4)",
        {Topic.TRAILS: {str(n): REGION for n in range(5)}},
    ),
    Plant(
        65,
        {"Role": resource("IAM::Role")},
        "1 Roles and 1000 in use are more than the 1000 allowed",
        {Topic.IAM_SUMMARY: {"Roles": 1000, "RolesQuota": 1000}},
    ),
    Plant(
        65,
        {"Analyzer": resource("AccessAnalyzer::Analyzer", Type="ACCOUNT")},
        "access analyzer of this type",
        {Topic.ANALYZERS: {"arn:one": "ACCOUNT", "arn:two": "ORGANIZATION"}},
    ),
    *(
        Plant(
            65,
            {"It": resource(type_name, **properties)},
            f"{what} and 0 in use are more than the 0 allowed",
            {Topic.QUOTAS: {code: 0.0}},
        )
        for code, type_name, properties, what in (
            ("vpc/L-F678F1CE", "EC2::VPC", {}, "1 VPCs"),
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
