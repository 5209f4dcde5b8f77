"""Who may act in an account: the CI's identity provider, and the boundary of every role."""

from awacs import iam as actions
from awacs import sts
from awacs.aws import (
    Action,
    Allow,
    ArnNotLike,
    Condition,
    Deny,
    Statement,
    StringNotEquals,
)
from troposphere import Ref, Sub, Template, iam

from tidegen.blocks.inputs import PROJECT
from tidegen.blocks.policies import document
from tidegen.contract import Concern, Context, Kind, Output, Scope, add_outputs, new_template

_EVERYTHING = ["*"]
_REASON = "A boundary grants nothing: it is the ceiling of roles that grant least privilege."


def build(_context: Context) -> Template:
    """The identity template: IAM is global, so once per account."""
    template = new_template(CONCERN)
    provider = template.add_resource(
        iam.OIDCProvider(
            "OidcProvider",
            Url="https://token.actions.githubusercontent.com",
            ClientIdList=["sts.amazonaws.com"],
        )
    )
    boundary = template.add_resource(
        iam.ManagedPolicy(
            "PermissionsBoundary",
            Description="Ceiling of every role of the project",
            Path=Sub("/${Project}/"),
            PolicyDocument=document(*_ceiling()),
            Metadata={"guard": {"Reason": _REASON}},
        )
    )
    return add_outputs(
        template, CONCERN, PermissionsBoundaryArn=Ref(boundary), OidcProviderArn=Ref(provider)
    )


def _ceiling() -> list[Statement]:
    """Services in use; never users, never a role without this boundary, never other accounts."""
    services = sorted(
        [
            "acm",
            "autoscaling",
            "backup",
            "backup-storage",
            "cloudformation",
            "cloudfront",
            "cloudwatch",
            "dynamodb",
            "ec2",
            "ec2messages",
            "ecr",
            "eks",
            "eks-auth",
            "elasticloadbalancing",
            "events",
            "firehose",
            "guardduty",
            "iam",
            "kms",
            "lambda",
            "logs",
            "route53",
            "s3",
            "secretsmanager",
            "ses",
            "sns",
            "sqs",
            "ssm",
            "ssmmessages",
            "sts",
            "tag",
            "wafv2",
            "xray",
        ]
    )
    unbounded = {"iam:PermissionsBoundary": Sub(f"{_POLICY}/${{Project}}/*")}
    return [
        Statement(
            Sid="ServicesInUse",
            Effect=Allow,
            Action=[Action(service, "*") for service in services],
            Resource=_EVERYTHING,
        ),
        _deny("NoUsers", [actions.CreateUser, actions.CreateAccessKey, actions.CreateLoginProfile]),
        _deny(
            "NoRoleWithoutBoundary",
            [actions.CreateRole, actions.PutRolePermissionsBoundary, actions.AttachRolePolicy],
            Condition(ArnNotLike(unbounded)),
        ),
        _deny("NoLiftingOfBoundaries", [actions.DeleteRolePermissionsBoundary]),
        _deny(
            "NoOtherAccounts",
            [sts.AssumeRole],
            Condition(StringNotEquals({"aws:ResourceAccount": Ref("AWS::AccountId")})),
        ),
    ]


_POLICY = "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy"


def _deny(sid: str, denied: list[Action], condition: Condition | None = None) -> Statement:
    extra = {"Condition": condition} if condition else {}
    return Statement(Sid=sid, Effect=Deny, Action=denied, Resource=_EVERYTHING, **extra)


CONCERN = Concern(
    name="identity",
    scopes=(Scope.IDENTITY,),
    purpose="The CI's identity provider and the boundary of every role, once per account.",
    build=build,
    inputs=(PROJECT,),
    outputs=(
        Output("PermissionsBoundaryArn", Kind.ARN, "Boundary of every role", surface=True),
        Output("OidcProviderArn", Kind.ARN, "Identity provider of the CI", surface=True),
    ),
)
