"""Customer-managed keys: rotation, retention, and a policy built from what is declared."""

from typing import Any

from awacs import kms as actions
from awacs.aws import (
    Action,
    Allow,
    ArnEquals,
    ArnLike,
    ArnNotLike,
    AWSPrincipal,
    Bool,
    Condition,
    ConditionElement,
    Deny,
    Principal,
    Statement,
    StringEquals,
    StringNotEquals,
)
from troposphere import Ref, Sub, Template, kms

from tidegen.blocks.policies import account_root, document, from_service
from tidegen.blocks.roles import BREAK_GLASS, EXECUTION
from tidegen.blocks.stateful import RETAINED
from tidegen.blocks.suppressions import unmet
from tidegen.contract import KeyUse

#: In a key policy "*" means this key and no other.
THIS_KEY = ["*"]
_USE = [
    actions.Encrypt,
    actions.Decrypt,
    Action("kms", "ReEncrypt*"),
    Action("kms", "GenerateDataKey*"),
    actions.DescribeKey,
]
#: For keys with `auto_scaling_use`.
ROLE_BY_CONDITION = unmet(
    "One role of this account, by condition: as principal it would have to exist already.",
    "CKV_AWS_33",
)
#: The path of an environment's names: its keys' aliases, and the roles that use them.
ENVIRONMENT_OWNER = "${Project}/${Environment}"


def add_key(
    template: Template,
    title: str,
    purpose: str,
    *statements: Statement,
    owner: str = ENVIRONMENT_OWNER,
    **extra: Any,
) -> kms.Key:
    """A key and its alias `alias/<owner>/<purpose>`; `owner` is text for Fn::Sub.

    The alias goes with the stack (a retained one would collide when the stack is made again);
    the key stays.
    """
    key = template.add_resource(
        kms.Key(
            title,
            Description=Sub(f"{owner}: {purpose}"),
            EnableKeyRotation=True,
            RotationPeriodInDays=365,
            PendingWindowInDays=30,
            KeyPolicy=document(_administration(), _no_deletion(owner), *statements),
            **RETAINED,
            **extra,
        )
    )
    alias = Sub(f"alias/{owner}/{purpose}")
    template.add_resource(kms.Alias(f"{title}Alias", AliasName=alias, TargetKeyId=Ref(key)))
    return key


#: Services whose calls carry no source, and by what each call is bound in its place: SNS and SQS
#: give the topic or queue as encryption context, whoever calls. AWS docs, "Amazon SNS key
#: management": a condition on aws:SourceAccount or aws:SourceArn is not supported from EventBridge
#: to encrypted topics.
_BY_CONTEXT = {"events": {"Topics": ("aws:sns:topicArn", "sns"), "Queues": ("aws:sqs:arn", "sqs")}}


def service_use(use: KeyUse) -> list[Statement]:
    """What one declared key use becomes."""
    name = "UseBy" + "".join(part.capitalize() for part in use.service.split(".")[0].split("-"))
    if use.service not in _BY_CONTEXT:
        return [_use_by(use, name, from_service(use.service))]
    return [
        _use_by(use, f"{name}For{what}", _own(context, service))
        for what, (context, service) in _BY_CONTEXT[use.service].items()
    ]


def _own(context: str, service: str) -> Condition:
    """What this account has of a service in this region, by the encryption context."""
    own = Sub(f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:*")
    return Condition(ArnLike({f"kms:EncryptionContext:{context}": own}))


def _use_by(use: KeyUse, sid: str, condition: Condition) -> Statement:
    return Statement(
        Sid=sid,
        Effect=Allow,
        Principal=Principal("Service", [f"{use.service}.amazonaws.com"]),
        Action=[Action("kms", action) for action in use.actions],
        Resource=THIS_KEY,
        Condition=condition,
    )


#: How the log groups of an environment are called: by us, by the services that prescribe a name,
#: and by CloudFormation where nobody names them. A test holds every log group to them (failure
#: log-group-key-closed).
ENVIRONMENT_LOG_GROUPS = (
    "/${Project}/${Environment}/*",
    "/aws/*/${Project}/${Environment}/*",
    "/aws/*/${Project}-${Environment}*",
    "aws-waf-logs-${Project}-${Environment}*",
    "${Project}-${Environment}-*",
)


def logs_use(names: tuple[str, ...] = ("*",)) -> Statement:
    """CloudWatch Logs, for this account's log groups of these names in this region only.

    `names` are patterns, text for Fn::Sub. Source: AWS docs, "Encrypt log data in CloudWatch Logs
    using KMS".
    """
    prefix = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group"
    groups = [Sub(f"{prefix}:{name}") for name in names]
    return Statement(
        Sid="UseByLogs",
        Effect=Allow,
        Principal=Principal("Service", [Sub("logs.${AWS::Region}.amazonaws.com")]),
        Action=_USE,
        Resource=THIS_KEY,
        Condition=Condition(ArnLike({"kms:EncryptionContext:aws:logs:arn": groups})),
    )


def auto_scaling_use() -> list[Statement]:
    """Auto Scaling's service-linked role, without which encrypted instances die at launch.

    "*" with the role's ARN as condition, as the policies of AWS's own keys have it. The account
    as principal would only let IAM decide, and this role's policy says nothing of keys; the role
    itself is there from the first group on, and would make the policy invalid before (failures
    role-missing and volume-key-closed). Source: EC2 Auto Scaling guide, "Required AWS KMS key
    policy for use with encrypted volumes".
    """
    role = Sub(
        "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/"
        "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    )
    ours = StringEquals({"kms:CallerAccount": Ref("AWS::AccountId")})
    by_role = [ours, ArnEquals({"aws:PrincipalArn": role})]
    grant = Bool({"kms:GrantIsForAWSResource": "true"})
    return [
        _allow_role("UseByAutoScaling", _USE, by_role),
        _allow_role("GrantByAutoScaling", [actions.CreateGrant], [*by_role, grant]),
    ]


def _allow_role(sid: str, allowed: list[Action], by_role: list[ConditionElement]) -> Statement:
    return Statement(
        Sid=sid,
        Effect=Allow,
        Principal=AWSPrincipal("*"),
        Action=allowed,
        Resource=THIS_KEY,
        Condition=Condition(by_role),
    )


def distribution_use(bucket_arn: Sub) -> Statement:
    """CloudFront, to decrypt what it reads of one bucket; by the bucket's ARN.

    With a bucket key S3 gives the bucket's ARN as encryption context, so that the grant reaches no
    other bucket under the same key. Source: CloudFront guide, "Restrict access to an S3 origin".
    """
    context = {"kms:EncryptionContext:aws:s3:arn": bucket_arn}
    return Statement(
        Sid="UseByCloudFront",
        Effect=Allow,
        Principal=Principal("Service", ["cloudfront.amazonaws.com"]),
        Action=[actions.Decrypt],
        Resource=THIS_KEY,
        Condition=from_service("cloudfront", context),
    )


def account_use(service: str) -> Statement:
    """Principals of this account, through one AWS service of this region only."""
    via = Sub(f"{service}.${{AWS::Region}}.amazonaws.com")
    condition = StringEquals({"kms:ViaService": via, "kms:CallerAccount": Ref("AWS::AccountId")})
    return _allow(f"UseThrough{service.capitalize()}", _USE, Condition(condition))


def _allow(sid: str, allowed: list[Action], condition: Condition) -> Statement:
    return Statement(
        Sid=sid,
        Effect=Allow,
        Principal=account_root(),
        Action=allowed,
        Resource=THIS_KEY,
        Condition=condition,
    )


def _administration() -> Statement:
    """The account's own IAM decides; without this: failure key-without-administrator."""
    return Statement(
        Sid="AdministrationByIam",
        Effect=Allow,
        Principal=account_root(),
        Action=[Action("kms", "*")],
        Resource=THIS_KEY,
    )


def _no_deletion(owner: str) -> Statement:
    """Only a break-glass role deletes, and CloudFormation when it rolls a create back.

    An environment's stacks are made as its execution role; the other scopes' by CloudFormation in
    the name of whoever deploys them.
    """
    allowed = [BREAK_GLASS]
    others: list[ConditionElement] = [ArnNotLike({"aws:PrincipalArn": allowed})]
    if owner == ENVIRONMENT_OWNER:
        allowed.append(EXECUTION)
    else:
        others.append(StringNotEquals({"aws:CalledViaLast": "cloudformation.amazonaws.com"}))
    return Statement(
        Sid="DenyDeletion",
        Effect=Deny,
        Principal=Principal("*"),
        Action=[actions.ScheduleKeyDeletion, actions.DisableKey],
        Resource=THIS_KEY,
        Condition=Condition(others),
    )
