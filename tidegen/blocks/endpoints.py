"""VPC endpoints: gateways to S3 and DynamoDB, interfaces to the services a node or member needs."""

from typing import Any

from awacs import s3 as s3_actions
from awacs.aws import Action, Condition, Statement, StringEquals
from troposphere import If, Ref, Sub, Tags, Template, ec2

from tidegen.blocks.inputs import ENDPOINTS, VPC_CIDR
from tidegen.blocks.policies import EVERYBODY, allow, arn, document
from tidegen.blocks.security_groups import HTTPS, add_rule, add_security_group, rule
from tidegen.contract import Input

#: Service of an endpoint → service of its actions; empty where the endpoint takes no policy.
#: The services that the data tier boots from (it has no route out) and that a private cluster
#: needs.
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
#: Services whose endpoints are worth their price with real traffic. GuardDuty's is not among them:
#: its automated agent creates the endpoint itself, and a second one of the same name is refused
#: (failure endpoint-exists).
FULL = {
    "elasticloadbalancing": "elasticloadbalancing",
    "events": "events",
    "sns": "sns",
    "sqs": "sqs",
}
#: Services whose every call names a resource: it has to be ours, like the caller.
_OWN_RESOURCES = ("kms", "secretsmanager", "sns", "sqs")


def add_endpoints(template: Template, zones: tuple[int, ...]) -> None:
    """Add both gateways, the interfaces, and the interfaces' security group.

    Being in the VPC gives no access: each concern allows its own, with `allow_to_endpoints`.
    An endpoint opens no connections; without an outbound rule CloudFormation would allow all.
    """
    _add_gateways(template, zones)
    add_security_group(
        template,
        "EndpointSecurityGroup",
        "Interface endpoints: HTTPS from the groups that are let in",
        vpc=Ref("Vpc"),
        outbound=[rule("Answers inside the VPC", HTTPS, CidrIp=Ref(VPC_CIDR.name))],
        Tags=Tags(Name="endpoints"),
    )
    for service, actions in ESSENTIAL.items():
        template.add_resource(_interface(service, actions, zones))
    for service, actions in FULL.items():
        template.add_resource(_interface(service, actions, zones, Condition="HasFullEndpoints"))


def allow_to_endpoints(
    template: Template, title: str, source: Any, endpoints: Input = ENDPOINTS
) -> str:
    """Allow a security group to call the interface endpoints; return the rule's logical id.

    A resource that calls them while it starts has to depend on the rule.
    """
    description, group = f"Interface endpoints: {title}", Ref(endpoints.name)
    return add_rule(template, title, description, HTTPS, group=group, source=source)


def _interface(service: str, actions: str, zones: tuple[int, ...], **extra: str) -> ec2.VPCEndpoint:
    """Return an interface endpoint: in every zone, or in the first alone without `full`."""
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
    """Allow this account's principals only: stolen keys of another account carry nothing out."""
    keys = {"aws:PrincipalAccount": Ref("AWS::AccountId")}
    if service in _OWN_RESOURCES:
        keys["aws:ResourceAccount"] = Ref("AWS::AccountId")
    return _allow_whole(service, keys)


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
    """Allow this account's buckets or tables only: data cannot be copied to another account."""
    own = Ref("AWS::AccountId")
    return _allow_whole(service, {"aws:ResourceAccount": own, "aws:PrincipalAccount": own})


def _allow_whole(service: str, keys: dict[str, Ref]) -> Statement:
    """Allow a whole service under a condition: an endpoint's policy grants nothing by itself."""
    condition = Condition(StringEquals(keys))
    return allow("OwnAccount", [Action(service, "*")], ["*"], condition, principal=EVERYBODY)


def _packages_and_images() -> Statement:
    """Allow reading public buckets: image layers, system packages, SSM and packages it installs.

    Image layers are ECR's and those of registry.k8s.io, which redirects requests from AWS to
    buckets of the region. SSM installs GuardDuty's agent. Sources: ECR guide, "VPC endpoints"; SSM
    guide, "SSM Agent communications with AWS managed S3 buckets"; kubernetes/registry.k8s.io.
    """
    buckets = (
        "prod-${AWS::Region}-starport-layer-bucket",
        "prod-registry-k8s-io-${AWS::Region}",
        "al2023-repos-${AWS::Region}-de612dc2",
        "amazon-ssm-${AWS::Region}",
        "amazon-ssm-packages-${AWS::Region}",
        "aws-ssm-${AWS::Region}",
        "${AWS::Region}-birdwatcher-prod",
    )
    objects = [arn(f"s3:::{bucket}/*") for bucket in buckets]
    return allow("ImagesAndPackages", [s3_actions.GetObject], objects, principal=EVERYBODY)
