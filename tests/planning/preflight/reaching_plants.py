"""Failures over dependencies: zones, networks, domains, mail, templates."""

from planting import (
    CERTIFICATE,
    CLUSTER,
    ENDPOINT,
    ENDPOINT_IN_ZONES,
    STS,
    SUBNETS,
    VPC_HELD,
    ZONES,
    Plant,
    replicating,
    resource,
)

from tidegen.planning.preflight import Topic

PLANTS = (
    Plant(
        "network-in-use",
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
        "control-plane-zone",
        {"Cluster": CLUSTER, **SUBNETS},
        "us-east-1e (use1-az3)",
        {Topic.ZONES: ZONES},
    ),
    Plant(
        "control-plane-zone",
        {"Cluster": CLUSTER, **SUBNETS},
        "set network.zones to [us-east-1a, us-east-1b, us-east-1f]",
        {Topic.ZONES: ZONES | {"us-east-1f": "use1-az5", "us-east-1g": "use1-az6"}},
    ),
    Plant(
        "control-plane-zone",
        {"Subnet": resource("EC2::Subnet", AvailabilityZone="us-east-1c")},
        "needs us-east-1c, which us-east-1 does not offer this account",
        {Topic.ZONES: ZONES},
    ),
    Plant(
        "control-plane-zone",
        SUBNETS,
        "needs zone number 3, but us-east-1 offers 2",
        {Topic.ZONES: {"us-east-1a": "use1-az1", "us-east-1b": "use1-az2"}},
    ),
    Plant(
        "control-plane-zone",
        {
            "Subnet": resource("EC2::Subnet", AvailabilityZoneId="use1-az3"),
            "Cluster": resource(
                "EKS::Cluster",
                Version="1.35",
                ResourcesVpcConfig={"SubnetIds": [{"Ref": "Subnet"}]},
            ),
        },
        "Subnet is in us-east-1e (use1-az3)",
        {Topic.ZONES: ZONES},
    ),
    *(
        Plant(
            "endpoint-zone",
            {"Endpoint": ENDPOINT_IN_ZONES, **SUBNETS},
            says,
            {Topic.SERVICE_ZONES: offered},
        )
        for says, offered in (
            ("sts is not in us-east-1b, only in us-east-1a", {STS: ["us-east-1a"]}),
            ("us-east-1 offers this account no endpoint of com.amazonaws.us-east-1.sts", {}),
        )
    ),
    Plant(
        "replica-without-versions",
        {"Uploads": replicating("replica")},
        "'replica', which keeps no versions",
        {Topic.VERSIONING: {"replica": ""}},
    ),
    Plant(
        "replica-without-versions",
        {"Uploads": replicating("replica")},
        "'replica', which does not exist",
        {Topic.VERSIONING: {}},
    ),
    Plant(
        "replica-without-versions",
        {
            "Storage/Uploads": replicating("replica"),
            "Storage/ReplicationRole": resource("IAM::Role"),
        },
        "its existing objects are not copied; run the jobs of",
        blocking=False,
        given={
            "held": {"Storage/Uploads": "tide-uploads"},
            "added": frozenset({"Storage/ReplicationRole"}),
        },
    ),
    Plant(
        "endpoint-exists",
        {"Vpc": resource("EC2::VPC"), "Endpoint": ENDPOINT},
        "vpce-1; delete that one",
        {Topic.ENDPOINTS: {"com.amazonaws.us-east-1.sts": "vpce-1"}},
        given=VPC_HELD,
    ),
    Plant(
        "endpoint-exists",
        {"A/Endpoint": ENDPOINT, "B/Endpoint": ENDPOINT},
        "the other is A/Endpoint",
    ),
    Plant("zone-not-delegated", CERTIFICATE, "name servers of tide.example", blocking=False),
    Plant(
        "zone-not-delegated",
        CERTIFICATE,
        "there is no delegation in DNS for tide.example; put ns-1.example, ns-2.example",
        {Topic.NAME_SERVERS: {"tide.example": ()}},
        given={"held": {"Zone": "Z1"}, "added": frozenset({"Certificate"})},
    ),
    Plant(
        "zone-not-delegated",
        {"Zone": resource("Route53::HostedZone", Name="tide.example")},
        "a zone of tide.example exists already, Z1",
        {Topic.HOSTED_ZONES: {"tide.example": ("Z1",)}},
        blocking=False,
    ),
    Plant(
        "mail-sandbox",
        {"Identity": resource("SES::EmailIdentity", EmailIdentity="tide.example")},
        "in the sandbox",
        {Topic.MAIL_ACCOUNT: {"ProductionAccess": False, "Sending": True}},
        blocking=False,
    ),
    *(
        Plant(
            "mail-sandbox",
            {"Identity": resource("SES::EmailIdentity", EmailIdentity="tide.example")},
            says,
            {Topic.MAIL_ACCOUNT: {"ProductionAccess": access, "Sending": True, "Daily": 200.0}},
            blocking=False,
        )
        for access, says in (
            (True, "may send 200 mails a day, as many as in the sandbox; ask AWS for a higher"),
            (False, "it sends 200 mails a day, to verified addresses only"),
        )
    ),
    Plant(
        "mail-sandbox",
        {"Identity": resource("SES::EmailIdentity", EmailIdentity="tide.example")},
        "AWS has paused its sending",
        {Topic.MAIL_ACCOUNT: {"ProductionAccess": True, "Sending": False}},
        blocking=False,
    ),
    Plant(
        "capability-missing",
        {},
        "has the Transform Macro",
        given={"templates": {"": {}, "Network": {"Transform": "Macro"}}},
    ),
    Plant(
        "template-unreadable",
        {},
        "is in eu-west-1, CloudFormation needs it in us-east-1",
        {Topic.BUCKETS: {"artifacts": "eu-west-1"}},
        given={"parameters": {"BootstrapArtifactsBucketName": "artifacts"}},
    ),
    Plant(
        "template-unreadable",
        {},
        "does not exist",
        {Topic.BUCKETS: {}},
        given={"parameters": {"BootstrapArtifactsBucketName": "artifacts"}},
    ),
    Plant(
        "template-unreadable",
        {},
        "denies access to these credentials; check its policy",
        {Topic.BUCKETS: {"artifacts": ""}},
        given={"parameters": {"BootstrapArtifactsBucketName": "artifacts"}},
    ),
    Plant(
        "subscription-unconfirmed",
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
)
