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
EVERYBODY = Principal("*")
#: Calls of a plan on the stacks that an environment depends on, of which some are tagged for
#: another environment: those of the shared services and of the account.
READING_STACKS = [Action("cloudformation", f"{verb}*") for verb in ("Describe", "Get", "List")]


def document(*statements: Statement) -> PolicyDocument:
    """Return a policy of the current language version."""
    return PolicyDocument(Version=VERSION, Statement=list(statements))


def allow(
    sid: str,
    actions: Sequence[Action],
    resources: Sequence[Any],
    condition: Condition | None = None,
    *,
    principal: Principal | None = None,
) -> Statement:
    """Return an Allow; in the policy of a resource it needs a `principal`."""
    return _statement(Allow, sid, actions, resources, condition, principal)


def deny(
    sid: str,
    actions: Sequence[Action],
    resources: Sequence[Any] = ("*",),
    condition: Condition | None = None,
    *,
    principal: Principal | None = None,
) -> Statement:
    """Return a Deny; in the policy of a resource it needs a `principal`."""
    return _statement(Deny, sid, actions, resources, condition, principal)


def deny_everybody(
    sid: str, actions: Sequence[Action], resources: Sequence[Any], condition: Condition
) -> Statement:
    """Return a Deny in the policy of a resource, for every principal under `condition`."""
    return deny(sid, actions, resources, condition, principal=EVERYBODY)


def _statement(
    effect: str,
    sid: str,
    actions: Sequence[Action],
    resources: Sequence[Any],
    condition: Condition | None,
    principal: Principal | None,
) -> Statement:
    # in this order, in which the templates show them
    fields: dict[str, Any] = {"Sid": sid, "Effect": effect}
    if principal:
        fields["Principal"] = principal
    fields |= {"Action": list(actions), "Resource": list(resources)}
    if condition:
        fields["Condition"] = condition
    return Statement(**fields)


def service_principal(*names: str) -> Principal:
    """Return AWS services as a principal, by their names without the URL suffix."""
    return Principal("Service", [f"{name}.amazonaws.com" for name in names])


def arn(text: str) -> Sub:
    """Return an ARN in the stack's partition; `text`, for Fn::Sub, is the part after it."""
    return Sub(f"arn:${{AWS::Partition}}:{text}")


def parse_actions(texts: Sequence[str]) -> list[Action]:
    """Return actions written as `service:Name`."""
    return [Action(*text.split(":", 1)) for text in texts]


def through(service: str, region: str = "AWS::Region") -> StringEquals:
    """Match uses of a key through one service of one region; `region` names a parameter."""
    return StringEquals({"kms:ViaService": Sub(f"{service}.${{{region}}}.amazonaws.com")})


def present_and_not(key: str, values: Any) -> list[ConditionElement]:
    """Match requests in which a condition key is present with a value other than `values`.

    A negated operator alone matches requests without the key as well.
    """
    return [StringNotEquals({key: values}), Null({key: "false"})]


def not_of_others(
    own: Any,
    reading: Sequence[Action] = tuple(READING_STACKS),
    shared: dict[str, str] | None = None,
) -> Statement:
    """Deny resources tagged for another environment than `own`, except the calls `reading`.

    `shared` are tags of resources that all environments use, by their condition keys.
    """
    # one operator for both: awacs keeps the last of two
    others = StringNotEquals({"aws:ResourceTag/environment": own, **(shared or {})})
    tagged = Null({"aws:ResourceTag/environment": "false"})
    denied = {"NotAction": list(reading)} if reading else {"Action": [Action("*")]}
    return Statement(
        Sid="NotOfOthers",
        Effect=Deny,
        **denied,
        Resource=["*"],
        Condition=Condition([others, tagged]),
    )


def iam_actions(noun: str, *verbs: str) -> list[Action]:
    """Return IAM's actions on one kind of resource: `iam_actions("Role", "Get", "Tag")`."""
    return [Action("iam", f"{verb}{noun}") for verb in verbs]


#: Services whose guides show their roles' trust without a source. A condition that is not met would
#: show late: in refused deployments, backups that never run, a trail that cannot be created, and
#: for S3 in objects that are not replicated (guide, "Setting up permissions for live replication").
_WITHOUT_SOURCE = (
    "backup",
    "batchoperations.s3",
    "cloudformation",
    "cloudtrail",
    "ec2",
    "eks",
    "lambda",
    "malware-protection-plan.guardduty",
    "s3",
)


def trust(service: str, *, condition: Condition | None = None) -> PolicyDocument:
    """Return trust in one AWS service of this account, e.g. `trust("ec2")`.

    A role can only be passed to a service of its own account; the condition on the source account
    repeats that for services that send it.
    """
    statement = {
        "Effect": Allow,
        "Principal": service_principal(service),
        "Action": [sts.AssumeRole],
    }
    if condition is None and service not in _WITHOUT_SOURCE:
        condition = Condition(StringEquals({"aws:SourceAccount": Ref("AWS::AccountId")}))
    if condition is not None:
        statement["Condition"] = condition
    return document(Statement(**statement))


#: ARN patterns, after `arn:PARTITION:`, of the resources that a service acts for, where its guide
#: gives them.
_SOURCES = {
    "cloudfront": "cloudfront::${AWS::AccountId}:distribution/*",
    "cloudtrail": "cloudtrail:${AWS::Region}:${AWS::AccountId}:trail/*",
    "cloudwatch": "cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*",
    "delivery.logs": "logs:${AWS::Region}:${AWS::AccountId}:*",
    "guardduty": "guardduty:${AWS::Region}:${AWS::AccountId}:detector/*",
    "sns": "sns:${AWS::Region}:${AWS::AccountId}:*",
}
#: Services that send an ARN, which contains the account, and by their guides no separate account.
_ARN_ONLY = ("cloudfront", "cloudtrail", "sns")


def from_service(service: str, equal: dict[str, Any] | None = None) -> Condition:
    """Match a service acting for this account, and for its own kind of resource where known.

    `service` is the principal without its URL suffix; `equal` adds to the condition.
    """
    account = {} if service in _ARN_ONLY else {"aws:SourceAccount": Ref("AWS::AccountId")}
    equals = {**account, **(equal or {})}
    operators: list[ConditionElement] = [StringEquals(equals)] if equals else []
    if service in _SOURCES:
        operators.append(ArnLike({"aws:SourceArn": arn(_SOURCES[service])}))
    return Condition(operators)


def tls_only(actions: list[Action], resources: list[Any]) -> list[Statement]:
    """Deny plain HTTP, in both spellings, as rule sets read one or the other.

    S3_BUCKET_SSL_REQUESTS_ONLY reads a boolean, CT.S3.PR.8 the string.
    """
    return [
        deny_everybody(sid, actions, resources, Condition(Bool({"aws:SecureTransport": value})))
        for sid, value in (("DenyPlainHttp", False), ("DenyPlainHttpAsText", "false"))
    ]


def tls_12_only(actions: list[Action], resources: list[Any]) -> Statement:
    """Deny TLS below 1.2 on S3."""
    old = Condition(NumericLessThan({"s3:TlsVersion": "1.2"}))
    return deny_everybody("DenyOldTls", actions, resources, old)


def deny_other_accounts(actions: list[Action], resources: list[Any]) -> Statement:
    """Deny every principal outside this account, except AWS services acting for us."""
    outside = [
        StringNotEquals({"aws:PrincipalAccount": Ref("AWS::AccountId")}),
        Bool({"aws:PrincipalIsAWSService": "false"}),
    ]
    return deny_everybody("DenyOtherAccounts", actions, resources, Condition(outside))


def account_root() -> AWSPrincipal:
    """Return the root of this account: every principal that its IAM policies allow."""
    return AWSPrincipal(arn("iam::${AWS::AccountId}:root"))
