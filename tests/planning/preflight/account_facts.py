"""Facts of a fake account, and the failures they cause in a plan."""

from dataclasses import dataclass, field

from tidegen.contract import Scope
from tidegen.planning.model import Place, StackAddress
from tidegen.planning.preflight import Subject, Topic

ACCOUNT, REGION = "111122223333", "us-east-1"
PLACE = Place(ACCOUNT, REGION)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/execution"
ADDRESS = StackAddress(PLACE, "tide-development", Scope.ENVIRONMENT)
ZONES = {"us-east-1a": "use1-az1", "us-east-1b": "use1-az2", "us-east-1e": "use1-az3"}

#: The answers of an account without any problem.
CLEAN = {
    Topic.CONCURRENCY: {"free": 1000, "limit": 1000},
    Topic.BUCKETS: {"artifacts": REGION},
    Topic.DEFAULT_KEY: {"key": "", "policy": "", "always": False},
    Topic.IMAGES: {"ami-1": "", "amazon-eks-node-al2023-x86_64-standard-1.35-v20260415": ""},
    Topic.MAIL_ACCOUNT: {"ProductionAccess": True, "Sending": True},
    Topic.OFFERINGS: {"m7g.large": ["us-east-1a", "us-east-1b", "us-east-1c"]},
    Topic.PACKAGES: {"tide-artifacts/packages/mongodb/8.0.21/SHA256SUMS": "aa"},
    Topic.PERMISSIONS: {"kms:CreateKey": "allowed", "kms:PutKeyPolicy": "allowed"},
    Topic.VCPUS: {"m7g.large": 2},
    Topic.VERSIONS: {"1.34": "STANDARD_SUPPORT", "1.35": "STANDARD_SUPPORT"},
    Topic.ZONES: {"us-east-1a": "use1-az1", "us-east-1b": "use1-az2", "us-east-1c": "use1-az4"},
    Topic.SERVICE_ZONES: {
        "com.amazonaws.us-east-1.sts": ["us-east-1a", "us-east-1b", "us-east-1c"]
    },
    Topic.POLICIES: {"tide-boundary": "arn:aws:iam::111122223333:policy/tide/tide-boundary"},
    Topic.ROLES: {"reader": "", "AWSServiceRoleForAutoScaling": "", "AWSServiceRoleForES": ""},
    Topic.VERSIONING: {"replica": "Enabled"},
    Topic.ZONE_SERVERS: {"tide.example": ("ns-1.example", "ns-2.example")},
    Topic.NAME_SERVERS: {"tide.example": ("ns-1.example", "ns-2.example")},
}


def resource(type_name, **properties):
    return {"Type": f"AWS::{type_name}", "Properties": properties}


def subject(resources, **given):
    """Return a root that would add all of `resources`, unless `added` is given."""
    values = {"added": frozenset(resources), "service_role": ROLE, **given}
    return Subject(address=ADDRESS, resources=resources, **values)


@dataclass(frozen=True, kw_only=True)
class FailureCase:
    """A failure that preflight reports, with `message` in the finding.

    `failure` is its slug in the catalogue, `resources` are the plan's, `answers` those in which the
    account differs from a clean one, `given` other fields of the subject.
    """

    failure: str
    resources: dict
    message: str
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
RELEASE = {"AmiType": "AL2023_x86_64_STANDARD", "ReleaseVersion": "1.35.3-20260415"}
NODES_OF_RELEASE = NODES | {"Properties": NODES["Properties"] | RELEASE}
IMAGE = resource("EC2::LaunchTemplate", LaunchTemplateData={"ImageId": "ami-1"})
PACKAGES = "tide-artifacts/packages/mongodb/8.0.21/SHA256SUMS"
#: A root with a database, whose packages are those of the answers below.
WITH_PACKAGES = {
    "parameters": {"Version": "8.0.21", "Sha": "aa", "Bucket": "tide-artifacts"},
    "templates": {
        "": {
            "Metadata": {
                "Tidegen": {
                    "Fields": {
                        "Version": "database.packages.version",
                        "Sha": "database.packages.sha256",
                    },
                    "Roots": {"Bucket": "bootstrap.ArtifactsBucketName"},
                }
            }
        }
    },
}
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
STS = "com.amazonaws.us-east-1.sts"
ENDPOINT_IN_ZONES = resource(
    "EC2::VPCEndpoint", VpcEndpointType="Interface", ServiceName=STS, SubnetIds=SUBNET_IDS[:2]
)
SECRET = {"Secret": resource("SecretsManager::Secret", Name="tide/mail")}
VPC_HELD = {"held": {"Vpc": "vpc-1"}, "added": frozenset({"Endpoint"})}


def replicating(bucket):
    rule = {
        "Destination": {"Bucket": {"Fn::Join": ["", ["arn:", {"Ref": "P"}, f":s3:::{bucket}"]]}}
    }
    return resource("S3::Bucket", ReplicationConfiguration={"Rules": [rule]})


def secret(deleted="", primary=""):
    """Return the account's answer about a secret."""
    return {"arn": "arn:aws:secretsmanager:secret", "deleted": deleted, "primary": primary}


def bounded(policy):
    return resource("IAM::Role", PermissionsBoundary=f"arn:aws:iam::{ACCOUNT}:policy/tide/{policy}")


def trusting(role):
    principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/{role}"}
    return resource("KMS::Key", KeyPolicy={"Statement": [{"Principal": principal}]})
