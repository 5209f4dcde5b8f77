"""Failures over dependencies: zones, networks, domains, mail, templates."""

from account_facts import (
    CERTIFICATE,
    CLUSTER,
    ENDPOINT,
    ENDPOINT_IN_ZONES,
    STS,
    SUBNETS,
    VPC_HELD,
    ZONES,
    FailureCase,
    replicating,
    resource,
)

from tidegen.planning.preflight import Topic

#: The metadata of a root whose buckets are copied to the recovery region.
COPYING = {
    "Metadata": {"Tidegen": {"Roots": {"CopyBucketName": "bootstrap.ArtifactsBucketName@recovery"}}}
}
CASES = (
    FailureCase(
        failure="network-in-use",
        resources={},
        message="eni-1 ('ELB net/k8s-web/1')",
        answers={
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
    FailureCase(
        failure="control-plane-zone",
        resources={"Cluster": CLUSTER, **SUBNETS},
        message="us-east-1e (use1-az3)",
        answers={Topic.ZONES: ZONES},
    ),
    FailureCase(
        failure="control-plane-zone",
        resources={"Cluster": CLUSTER, **SUBNETS},
        message="set network.zones to [us-east-1a, us-east-1b, us-east-1f]",
        answers={Topic.ZONES: ZONES | {"us-east-1f": "use1-az5", "us-east-1g": "use1-az6"}},
    ),
    FailureCase(
        failure="control-plane-zone",
        resources={"Subnet": resource("EC2::Subnet", AvailabilityZone="us-east-1c")},
        message="needs us-east-1c, which us-east-1 does not offer this account",
        answers={Topic.ZONES: ZONES},
    ),
    FailureCase(
        failure="control-plane-zone",
        resources=SUBNETS,
        message="needs zone number 3, but us-east-1 offers 2",
        answers={Topic.ZONES: {"us-east-1a": "use1-az1", "us-east-1b": "use1-az2"}},
    ),
    FailureCase(
        failure="control-plane-zone",
        resources={
            "Subnet": resource("EC2::Subnet", AvailabilityZoneId="use1-az3"),
            "Cluster": resource(
                "EKS::Cluster",
                Version="1.35",
                ResourcesVpcConfig={"SubnetIds": [{"Ref": "Subnet"}]},
            ),
        },
        message="Subnet is in us-east-1e (use1-az3)",
        answers={Topic.ZONES: ZONES},
    ),
    *(
        FailureCase(
            failure="endpoint-zone",
            resources={"Endpoint": ENDPOINT_IN_ZONES, **SUBNETS},
            message=message,
            answers={Topic.SERVICE_ZONES: offered},
        )
        for message, offered in (
            ("sts is not in us-east-1b, only in us-east-1a", {STS: ["us-east-1a"]}),
            ("us-east-1 offers this account no endpoint of com.amazonaws.us-east-1.sts", {}),
        )
    ),
    FailureCase(
        failure="replica-without-versions",
        resources={"Uploads": replicating("replica")},
        message="'replica', which keeps no versions",
        answers={Topic.VERSIONING: {"replica": ""}},
    ),
    FailureCase(
        failure="replica-without-versions",
        resources={"Uploads": replicating("replica")},
        message="'replica', which does not exist",
        answers={Topic.VERSIONING: {}},
    ),
    FailureCase(
        failure="replica-without-versions",
        resources={
            "Storage/Uploads": replicating("replica"),
            "Storage/ReplicationRole": resource("IAM::Role"),
        },
        message="its existing objects are not copied; run the jobs of",
        blocking=False,
        given={
            "held": {"Storage/Uploads": "tide-uploads"},
            "added": frozenset({"Storage/ReplicationRole"}),
        },
    ),
    FailureCase(
        failure="replica-without-versions",
        resources={"ArtifactsBucket": resource("S3::Bucket")},
        message="copies nothing to us-west-2 yet, where environment is not deployed; deploy that",
        blocking=False,
        given={
            "parameters": {"RecoveryRegion": "us-west-2", "CopyBucketName": ""},
            "templates": {"": COPYING},
        },
    ),
    FailureCase(
        failure="endpoint-exists",
        resources={"Vpc": resource("EC2::VPC"), "Endpoint": ENDPOINT},
        message="vpce-1; delete that one",
        answers={Topic.ENDPOINTS: {"com.amazonaws.us-east-1.sts": "vpce-1"}},
        given=VPC_HELD,
    ),
    FailureCase(
        failure="endpoint-exists",
        resources={"A/Endpoint": ENDPOINT, "B/Endpoint": ENDPOINT},
        message="the other is A/Endpoint",
    ),
    FailureCase(
        failure="zone-not-delegated",
        resources=CERTIFICATE,
        message="name servers of tide.example",
        blocking=False,
    ),
    FailureCase(
        failure="zone-not-delegated",
        resources=CERTIFICATE,
        message="there is no delegation in DNS for tide.example; put ns-1.example, ns-2.example",
        answers={Topic.NAME_SERVERS: {"tide.example": ()}},
        given={"held": {"Zone": "Z1"}, "added": frozenset({"Certificate"})},
    ),
    FailureCase(
        failure="zone-not-delegated",
        resources={"Zone": resource("Route53::HostedZone", Name="tide.example")},
        message="a zone of tide.example exists already, Z1",
        answers={Topic.HOSTED_ZONES: {"tide.example": ("Z1",)}},
        blocking=False,
    ),
    FailureCase(
        failure="mail-sandbox",
        resources={"Identity": resource("SES::EmailIdentity", EmailIdentity="tide.example")},
        message="in the sandbox",
        answers={Topic.MAIL_ACCOUNT: {"ProductionAccess": False, "Sending": True}},
        blocking=False,
    ),
    *(
        FailureCase(
            failure="mail-sandbox",
            resources={"Identity": resource("SES::EmailIdentity", EmailIdentity="tide.example")},
            message=message,
            answers={
                Topic.MAIL_ACCOUNT: {"ProductionAccess": access, "Sending": True, "Daily": 200.0}
            },
            blocking=False,
        )
        for access, message in (
            (True, "may send 200 mails a day, as many as in the sandbox; ask AWS for a higher"),
            (False, "it sends 200 mails a day, to verified addresses only"),
        )
    ),
    FailureCase(
        failure="mail-sandbox",
        resources={"Identity": resource("SES::EmailIdentity", EmailIdentity="tide.example")},
        message="AWS has paused its sending",
        answers={Topic.MAIL_ACCOUNT: {"ProductionAccess": True, "Sending": False}},
        blocking=False,
    ),
    FailureCase(
        failure="capability-missing",
        resources={},
        message="has the Transform Macro",
        given={"templates": {"": {}, "Network": {"Transform": "Macro"}}},
    ),
    FailureCase(
        failure="template-unreadable",
        resources={},
        message="is in eu-west-1, CloudFormation needs it in us-east-1",
        answers={Topic.BUCKETS: {"artifacts": "eu-west-1"}},
        given={"parameters": {"BootstrapArtifactsBucketName": "artifacts"}},
    ),
    FailureCase(
        failure="template-unreadable",
        resources={},
        message="does not exist",
        answers={Topic.BUCKETS: {}},
        given={"parameters": {"BootstrapArtifactsBucketName": "artifacts"}},
    ),
    FailureCase(
        failure="template-unreadable",
        resources={},
        message="denies access to these credentials; check its policy",
        answers={Topic.BUCKETS: {"artifacts": ""}},
        given={"parameters": {"BootstrapArtifactsBucketName": "artifacts"}},
    ),
    FailureCase(
        failure="subscription-unconfirmed",
        resources={},
        message="a@tide.example has not confirmed",
        answers={Topic.PENDING: {"arn:topic": ("a@tide.example",)}},
        blocking=False,
        given={
            "held": {"Alarms": "arn:topic"},
            "types_held": {"Alarms": "AWS::SNS::Topic"},
            "changes": False,
        },
    ),
)
