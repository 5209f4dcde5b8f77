"""VPC endpoints: gateways to S3 and DynamoDB, interfaces to the services a node or member needs."""

from typing import Any

from awacs import s3 as s3_actions
from awacs.aws import Action, Allow, Condition, Principal, Statement, StringEquals
from troposphere import If, Ref, Sub, Tags, Template, ec2

from tidegen.blocks.inputs import ENDPOINTS
from tidegen.blocks.policies import document

_HTTPS = 443
#: Service of an endpoint → service of its actions; empty where the endpoint takes no policy.
#: What the data tier boots from (it has no route out) and what a private cluster needs.
ESSENTIAL = {
    "autoscaling": "autoscaling",
    "cloudformation": "cloudformation",
    "ec2": "ec2",
    "ec2messages": "",
    "ecr.api": "ecr",
    "ecr.dkr": "ecr",
    "eks": "eks",
    "eks-auth": "",
    "kms": "kms",
    "logs": "logs",
    "monitoring": "cloudwatch",
    "secretsmanager": "secretsmanager",
    "ssm": "ssm",
    "ssmmessages": "",
    "sts": "sts",
}
#: What else is worth its price where traffic is real. GuardDuty's is not among them: its automated
#: agent makes the endpoint itself, and a second one of the same name is refused (failure
#: endpoint-exists).
FULL = {
    "elasticloadbalancing": "elasticloadbalancing",
    "events": "events",
    "sns": "sns",
    "sqs": "sqs",
}
#: Services whose every call names a resource: it has to be ours, as well as who calls.
_OWN_RESOURCES = ("kms", "secretsmanager", "sns", "sqs")


def add_endpoints(template: Template, zones: tuple[int, ...]) -> None:
    """Both gateways, the interfaces, and the security group the interfaces stand behind.

    Nobody comes in by being in the VPC: each concern lets its own in, with `let_into_endpoints`.
    An endpoint opens no connections; without a rule out CloudFormation would allow all.
    """
    _add_gateways(template, zones)
    template.add_resource(
        ec2.SecurityGroup(
            "EndpointSecurityGroup",
            GroupDescription="Interface endpoints: HTTPS from the groups that are let in",
            VpcId=Ref("Vpc"),
            SecurityGroupEgress=[
                ec2.SecurityGroupRule(
                    Description="Answers inside the VPC",
                    IpProtocol="tcp",
                    FromPort=_HTTPS,
                    ToPort=_HTTPS,
                    CidrIp=Ref("VpcCidr"),
                )
            ],
            Tags=Tags(Name="endpoints"),
        )
    )
    for service, actions in ESSENTIAL.items():
        template.add_resource(_interface(service, actions, zones))
    for service, actions in FULL.items():
        template.add_resource(_interface(service, actions, zones, Condition="HasFullEndpoints"))


def allow_to_endpoints(template: Template, title: str, source: Any) -> str:
    """Let a security group call the interface endpoints; returns the rule's title.

    Needs the parameter `ENDPOINTS`. What calls them as it starts has to depend on the rule.
    """
    rule = ec2.SecurityGroupIngress(
        title,
        Description=f"Interface endpoints: {title}",
        GroupId=Ref(ENDPOINTS.name),
        IpProtocol="tcp",
        FromPort=_HTTPS,
        ToPort=_HTTPS,
        SourceSecurityGroupId=source,
    )
    return str(template.add_resource(rule).title)


def _interface(service: str, actions: str, zones: tuple[int, ...], **extra: str) -> ec2.VPCEndpoint:
    """One interface endpoint: in every zone, or in the first alone where capacity says so."""
    policy = {"PolicyDocument": document(_own_principals(actions))} if actions else {}
    every = [Ref(f"PrivateSubnet{zone}") for zone in zones]
    title = "".join(part.capitalize() for part in service.replace(".", "-").split("-"))
    return ec2.VPCEndpoint(
        f"{title}Endpoint",
        VpcId=Ref("Vpc"),
        VpcEndpointType="Interface",
        ServiceName=Sub(f"com.amazonaws.${{AWS::Region}}.{service}"),
        PrivateDnsEnabled=True,
        SecurityGroupIds=[Ref("EndpointSecurityGroup")],
        SubnetIds=every if extra else If("HasFullEndpoints", every, every[:1]),
        **policy,
        **extra,
    )


def _own_principals(service: str) -> Statement:
    """Only this account's principals: stolen keys of another account carry nothing out."""
    wanted = {"aws:PrincipalAccount": Ref("AWS::AccountId")}
    if service in _OWN_RESOURCES:
        wanted["aws:ResourceAccount"] = Ref("AWS::AccountId")
    return _allowed("OwnAccount", service, wanted)


def _add_gateways(template: Template, zones: tuple[int, ...]) -> None:
    tables = [Ref(f"Private{zone}RouteTable") for zone in zones] + [Ref("DataRouteTable")]
    for title, service, statements in (
        ("S3Endpoint", "s3", [_own("s3"), _packages_and_images()]),
        ("DynamodbEndpoint", "dynamodb", [_own("dynamodb")]),
    ):
        template.add_resource(
            ec2.VPCEndpoint(
                title,
                VpcId=Ref("Vpc"),
                VpcEndpointType="Gateway",
                ServiceName=Sub(f"com.amazonaws.${{AWS::Region}}.{service}"),
                RouteTableIds=tables,
                PolicyDocument=document(*statements),
            )
        )


def _own(service: str) -> Statement:
    """Only this account's buckets or tables: data cannot leave for somebody else's."""
    own = Ref("AWS::AccountId")
    return _allowed(
        "OwnAccount", service, {"aws:ResourceAccount": own, "aws:PrincipalAccount": own}
    )


def _allowed(sid: str, service: str, wanted: dict[str, Ref]) -> Statement:
    """Everything of a service, on a condition: an endpoint's policy only ever takes away."""
    return Statement(
        Sid=sid,
        Effect=Allow,
        Principal=Principal("*"),
        Action=[Action(service, "*")],
        Resource=["*"],
        Condition=Condition(StringEquals(wanted)),
    )


def _packages_and_images() -> Statement:
    """Read access to public buckets: image layers, system packages, SSM and what it installs.

    Image layers are ECR's and those of registry.k8s.io, which sends requests from AWS to buckets
    of the region. SSM installs GuardDuty's agent. Sources: ECR guide, "VPC endpoints"; SSM guide,
    "SSM Agent communications with AWS managed S3 buckets"; kubernetes/registry.k8s.io.
    """
    prefix = "arn:${AWS::Partition}:s3:::"
    buckets = (
        "prod-${AWS::Region}-starport-layer-bucket",
        "prod-registry-k8s-io-${AWS::Region}",
        "al2023-repos-${AWS::Region}-de612dc2",
        "amazon-ssm-${AWS::Region}",
        "amazon-ssm-packages-${AWS::Region}",
        "aws-ssm-${AWS::Region}",
        "${AWS::Region}-birdwatcher-prod",
    )
    return Statement(
        Sid="ImagesAndPackages",
        Effect=Allow,
        Principal=Principal("*"),
        Action=[s3_actions.GetObject],
        Resource=[Sub(f"{prefix}{bucket}/*") for bucket in buckets],
    )
