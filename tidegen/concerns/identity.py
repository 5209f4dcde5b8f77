"""Who may act in an account: the CI's identity provider, and the boundary of every role."""

from collections.abc import Sequence

from awacs import iam as actions
from awacs import sts
from awacs.aws import (
    Action,
    ArnLike,
    ArnNotLike,
    Condition,
    Deny,
    Null,
    Statement,
    StringNotEquals,
)
from troposphere import Ref, Sub, Template, iam

from tidegen.blocks.inputs import PROJECT
from tidegen.blocks.policies import allow, document
from tidegen.blocks.roles import BOUNDARY_ARN, BOUNDARY_NAME, OIDC_HOST
from tidegen.blocks.stateful import RETAINED
from tidegen.blocks.suppressions import unmet
from tidegen.contract import Concern, Context, Kind, Output, Scope, add_outputs, new_template

_EVERYTHING = ["*"]
_REASON = "A boundary grants nothing: it is the ceiling of roles that grant least privilege."
_FULL_ACCESS = "HIPAA.Security-IAMPolicyNoStatementsWithFullAccess"


def build(_context: Context) -> Template:
    """The identity template: IAM is global, so once per account."""
    template = new_template(CONCERN)
    provider = template.add_resource(
        iam.OIDCProvider(
            "OidcProvider",
            **RETAINED,
            Url=f"https://{OIDC_HOST}",
            ClientIdList=["sts.amazonaws.com"],
        )
    )
    boundary = template.add_resource(
        iam.ManagedPolicy(
            "PermissionsBoundary",
            **RETAINED,
            Description="Ceiling of every role of the project",
            # every region's templates know it by its name: they have to do without this region
            ManagedPolicyName=BOUNDARY_NAME,
            Path=Sub("/${Project}/"),
            PolicyDocument=document(*_ceiling()),
            Metadata=unmet(_REASON, _FULL_ACCESS),
        )
    )
    return add_outputs(
        template, CONCERN, PermissionsBoundaryArn=Ref(boundary), OidcProviderArn=Ref(provider)
    )


#: Services that roles of the platform use; a test compares them with the policies of all roles.
SERVICES = (
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
    "route53resolver",
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
)
#: What preflight reads besides.
READ = ("servicequotas:GetAWSDefaultServiceQuota", "servicequotas:GetServiceQuota")
_IAM = "arn:${AWS::Partition}:iam::${AWS::AccountId}"


def _ceiling() -> list[Statement]:
    """Services in use, by the project's roles; never users, unbounded roles, other accounts."""
    own = Condition(ArnLike({"aws:PrincipalArn": Sub(f"{_IAM}:role/${{Project}}/*")}))
    return [
        _allow("ServicesInUse", [Action(service, "*") for service in SERVICES], own),
        _allow("ReadServices", [Action(*action.split(":")) for action in READ], own),
        _not_of_others(),
        _deny("NoUsers", [actions.CreateUser, actions.CreateAccessKey, actions.CreateLoginProfile]),
        _deny("NoRoleWithoutBoundary", _CHANGING_ROLES, Condition(ArnNotLike(_BY_BOUNDARY))),
        _deny("NoLiftingOfBoundaries", [actions.DeleteRolePermissionsBoundary]),
        _deny("NoChangeOfTheBoundary", _CHANGING_POLICIES, resource=BOUNDARY_ARN),
        _deny(
            "NoOtherAccounts",
            [sts.AssumeRole],
            Condition(StringNotEquals({"aws:ResourceAccount": Ref("AWS::AccountId")})),
        ),
    ]


def _not_of_others() -> Statement:
    """Nothing that carries another environment's tag than the role's own.

    A role that an environment makes for itself is held to it as well, whatever its policies say;
    without a tag it touches nothing that has one. The account's own roles read everything.
    """
    tag = "aws:ResourceTag/environment"
    account = Sub(f"{_IAM}:role/${{Project}}/account/*")
    other = [
        StringNotEquals({tag: "${aws:PrincipalTag/environment, 'none'}"}),
        Null({tag: "false"}),
        ArnNotLike({"aws:PrincipalArn": account}),
    ]
    return _deny("NotOfOthers", [Action("*")], Condition(other))


_BY_BOUNDARY = {"iam:PermissionsBoundary": BOUNDARY_ARN}
#: Whatever gives a role more; each knows the condition key `iam:PermissionsBoundary`.
_CHANGING_ROLES = [
    actions.AttachRolePolicy,
    actions.CreateRole,
    actions.PutRolePermissionsBoundary,
    actions.PutRolePolicy,
]
_CHANGING_POLICIES = [
    actions.CreatePolicyVersion,
    actions.DeletePolicy,
    actions.DeletePolicyVersion,
    actions.SetDefaultPolicyVersion,
]


def _allow(sid: str, allowed: Sequence[Action], condition: Condition) -> Statement:
    return allow(sid, allowed, _EVERYTHING, condition)


def _deny(
    sid: str,
    denied: Sequence[Action],
    condition: Condition | None = None,
    resource: Sub | str = "*",
) -> Statement:
    extra = {"Condition": condition} if condition else {}
    return Statement(Sid=sid, Effect=Deny, Action=list(denied), Resource=[resource], **extra)


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
    # global: they outlive the stack where another region becomes the account's home
    stateful=("OidcProvider", "PermissionsBoundary"),
)
