"""Policy documents and statements that more than one concern needs (awacs only)."""

from collections.abc import Sequence
from typing import Any

from awacs import sts
from awacs.aws import (
    Action,
    Allow,
    ArnLike,
    AWSPrincipal,
    Bool,
    Condition,
    ConditionElement,
    Deny,
    Null,
    NumericLessThan,
    PolicyDocument,
    Principal,
    Statement,
    StringEquals,
    StringNotEquals,
)
from troposphere import Ref, Sub

VERSION = "2012-10-17"
#: What a plan reads of the stacks that it rests on, of which some are tagged for another
#: environment: shared services', and the account's.
READING_STACKS = [Action("cloudformation", f"{verb}*") for verb in ("Describe", "Get", "List")]


def document(*statements: Statement) -> PolicyDocument:
    """A policy of the current language version."""
    return PolicyDocument(Version=VERSION, Statement=list(statements))


def allow(
    sid: str, actions: Sequence[Action], resources: list[Any], condition: Condition | None = None
) -> Statement:
    """An Allow for an identity policy."""
    extra = {"Condition": condition} if condition else {}
    return Statement(Sid=sid, Effect=Allow, Action=list(actions), Resource=resources, **extra)


def through(service: str, region: str = "AWS::Region") -> StringEquals:
    """Use of a key through one service of one region only; `region` names a parameter."""
    return StringEquals({"kms:ViaService": Sub(f"{service}.${{{region}}}.amazonaws.com")})


def not_of_others(own: Any, *excepted: ConditionElement) -> Statement:
    """A Deny of what carries another environment's tag than `own`, but for reading stacks."""
    tag = "aws:ResourceTag/environment"
    other = [StringNotEquals({tag: own}), Null({tag: "false"}), *excepted]
    return Statement(
        Sid="NotOfOthers",
        Effect=Deny,
        NotAction=READING_STACKS,
        Resource=["*"],
        Condition=Condition(other),
    )


def iam_actions(noun: str, *verbs: str) -> list[Action]:
    """IAM's own actions on one kind of thing: `iam_actions("Role", "Get", "Tag")`."""
    return [Action("iam", f"{verb}{noun}") for verb in verbs]


#: Services whose guides show their roles' trust without a source. A condition that is not met would
#: show late: in deployments refused, backups that never run, a trail that cannot be made.
_WITHOUT_SOURCE = (
    "backup",
    "batchoperations.s3",
    "cloudformation",
    "cloudtrail",
    "ec2",
    "eks",
    "lambda",
    "malware-protection-plan.guardduty",
)


def trust(service: str, *, condition: Condition | None = None) -> PolicyDocument:
    """Trust in one AWS service of this account, e.g. `trust("ec2")`.

    A role can be handed to a service of its own account only; the condition on the source account
    says so once more, where the service sends it.
    """
    statement = {
        "Effect": Allow,
        "Principal": Principal("Service", [f"{service}.amazonaws.com"]),
        "Action": [sts.AssumeRole],
    }
    if condition is None and service not in _WITHOUT_SOURCE:
        condition = Condition(StringEquals({"aws:SourceAccount": Ref("AWS::AccountId")}))
    if condition is not None:
        statement["Condition"] = condition
    return document(Statement(**statement))


#: What a service acts for, after `arn:PARTITION:`, where its guide says how that is named.
_SOURCES = {
    "cloudfront": "cloudfront::${AWS::AccountId}:distribution/*",
    "cloudtrail": "cloudtrail:${AWS::Region}:${AWS::AccountId}:trail/*",
    "cloudwatch": "cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*",
    "delivery.logs": "logs:${AWS::Region}:${AWS::AccountId}:*",
    "guardduty": "guardduty:${AWS::Region}:${AWS::AccountId}:detector/*",
    "sns": "sns:${AWS::Region}:${AWS::AccountId}:*",
}
#: Services that send an ARN, which holds the account, and by their guide no account beside it.
_ARN_ONLY = ("cloudfront", "cloudtrail", "sns")


def from_service(service: str, equal: dict[str, Any] | None = None) -> Condition:
    """A service acts for this account, and for its own kind of resource where that is known.

    `service` is the principal without its URL suffix; `equal` adds to the condition.
    """
    account = {} if service in _ARN_ONLY else {"aws:SourceAccount": Ref("AWS::AccountId")}
    equals = {**account, **(equal or {})}
    operators: list[ConditionElement] = [StringEquals(equals)] if equals else []
    if service in _SOURCES:
        arn = Sub(f"arn:${{AWS::Partition}}:{_SOURCES[service]}")
        operators.append(ArnLike({"aws:SourceArn": arn}))
    return Condition(operators)


def tls_only(actions: list[Action], resources: list[Any]) -> list[Statement]:
    """Deny statements: no plain HTTP (said both ways, as rule sets read one or the other).

    S3_BUCKET_SSL_REQUESTS_ONLY reads a boolean, CT.S3.PR.8 the string.
    """
    return [
        _deny("DenyPlainHttp", actions, resources, Bool({"aws:SecureTransport": False})),
        _deny("DenyPlainHttpAsText", actions, resources, Bool({"aws:SecureTransport": "false"})),
    ]


def tls_12_only(actions: list[Action], resources: list[Any]) -> Statement:
    """A Deny of TLS below 1.2 on S3."""
    return _deny("DenyOldTls", actions, resources, NumericLessThan({"s3:TlsVersion": "1.2"}))


def deny_other_accounts(actions: list[Action], resources: list[Any]) -> Statement:
    """A Deny of every principal outside this account; AWS services acting for us excepted."""
    return Statement(
        Sid="DenyOtherAccounts",
        Effect=Deny,
        Principal=Principal("*"),
        Action=actions,
        Resource=resources,
        Condition=Condition(
            [
                StringNotEquals({"aws:PrincipalAccount": Ref("AWS::AccountId")}),
                Bool({"aws:PrincipalIsAWSService": "false"}),
            ]
        ),
    )


def account_root() -> AWSPrincipal:
    """The root of this account: whoever its IAM policies allow."""
    return AWSPrincipal(Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root"))


def _deny(sid: str, actions: Sequence[Action], resources: list[Any], operator: Any) -> Statement:
    return Statement(
        Sid=sid,
        Effect=Deny,
        Principal=Principal("*"),
        Action=actions,
        Resource=resources,
        Condition=Condition(operator),
    )
