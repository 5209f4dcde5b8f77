"""Customer-managed keys: rotation, retention, and a policy built from declared uses."""

from collections.abc import Iterable
from typing import Any

from awacs import kms as actions
from awacs.aws import (
    Action,
    ArnEquals,
    ArnLike,
    ArnNotLike,
    AWSPrincipal,
    Bool,
    Condition,
    ConditionElement,
    Principal,
    Statement,
    StringEquals,
    StringNotEquals,
)
from troposphere import Ref, Sub, Template, kms

from tidegen.blocks.policies import (
    account_root,
    allow,
    arn,
    deny_everybody,
    document,
    from_service,
    service_principal,
)
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
_ROLE_BY_CONDITION = unmet(
    "One role of this account, by condition: as principal it would have to exist already.",
    "CKV_AWS_33",
)
#: Path of an environment's names: of its keys' aliases, and of the roles that use them.
ENVIRONMENT_OWNER = "${Project}/${Environment}"
#: Tag of the account's keys that roles of every environment use and only administrators change. An
#: alias does not protect: deleting it would end the protection.
SHARED = {"aws:ResourceTag/tidegen:shared": "use"}
SHARED_TAG = {"tidegen:shared": "use"}
#: Actions that use a key or read about it; every other one changes it.
USING_KEYS = [
    *_USE,
    Action("kms", "Get*"),
    Action("kms", "List*"),
]
#: Aliases of the keys of the account's own stacks, which have no environment's tag.
ACCOUNT_ALIASES = [Sub(f"alias/${{Project}}/{scope}/*") for scope in ("account", "bootstrap")]


def add_key(
    template: Template,
    title: str,
    purpose: str,
    *statements: Statement,
    owner: str = ENVIRONMENT_OWNER,
    **extra: Any,
) -> kms.Key:
    """Add a key and its alias `alias/<owner>/<purpose>`; `owner` is text for Fn::Sub.

    The alias is deleted with the stack (a retained one would collide when the stack is recreated);
    the key is retained.
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


def add_instance_key(template: Template, title: str, purpose: str) -> kms.Key:
    """Add a key for the volumes of instances that Auto Scaling starts."""
    return add_key(template, title, purpose, *_auto_scaling_use(), Metadata=_ROLE_BY_CONDITION)


#: Services whose calls have no source, and the encryption context that limits each call instead:
#: SNS and SQS give the topic or queue, for any caller. AWS docs, "Amazon SNS key management": a
#: condition on aws:SourceAccount or aws:SourceArn is not supported from EventBridge to encrypted
#: topics.
_BY_CONTEXT = {"events": {"Topics": ("aws:sns:topicArn", "sns"), "Queues": ("aws:sqs:arn", "sqs")}}


def uses_of(key: str, *services: str) -> tuple[KeyUse, ...]:
    """Declare the use of one key by AWS services, for encrypting and decrypting data keys."""
    return tuple(KeyUse(key, service) for service in services)


def service_uses(uses: Iterable[KeyUse]) -> list[Statement]:
    """Return the statements for declared key uses."""
    return [statement for use in uses for statement in _service_use(use)]


def _service_use(use: KeyUse) -> list[Statement]:
    name = "UseBy" + "".join(part.capitalize() for part in use.service.split(".")[0].split("-"))
    if use.service not in _BY_CONTEXT:
        return [_use_by(use, name, from_service(use.service))]
    return [
        _use_by(use, f"{name}For{kind}", _own(context, service))
        for kind, (context, service) in _BY_CONTEXT[use.service].items()
    ]


def _own(context: str, service: str) -> Condition:
    """Match this account's resources of a service in this region, by the encryption context."""
    own = arn(f"{service}:${{AWS::Region}}:${{AWS::AccountId}}:*")
    return Condition(ArnLike({f"kms:EncryptionContext:{context}": own}))


def _use_by(use: KeyUse, sid: str, condition: Condition) -> Statement:
    allowed = [Action("kms", action) for action in use.actions]
    return _allow(sid, service_principal(use.service), allowed, condition)


#: Names of an environment's log groups: ours, those that services prescribe, and those that
#: CloudFormation generates. A test compares every log group with them (failure
#: log-group-key-closed).
ENVIRONMENT_LOG_GROUPS = (
    "/${Project}/${Environment}/*",
    *(f"/aws/{service}/${{Project}}/${{Environment}}/*" for service in ("events", "vendedlogs")),
    *(f"/aws/{kind}/${{Project}}-${{Environment}}/*" for kind in ("containerinsights", "eks")),
    "aws-waf-logs-${Project}-${Environment}",
    "${Project}-${Environment}-*",
)


def logs_use(names: tuple[str, ...] = ("*",)) -> Statement:
    """Allow CloudWatch Logs, for this account's log groups of these names in this region only.

    `names` are patterns, text for Fn::Sub. Source: AWS docs, "Encrypt log data in CloudWatch Logs
    using KMS".
    """
    groups = [arn(f"logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{name}") for name in names]
    condition = Condition(ArnLike({"kms:EncryptionContext:aws:logs:arn": groups}))
    logs = Principal("Service", [Sub("logs.${AWS::Region}.amazonaws.com")])
    return _allow("UseByLogs", logs, _USE, condition)


def _auto_scaling_use() -> list[Statement]:
    """Allow Auto Scaling's service-linked role; without it encrypted instances fail at launch.

    "*" with the role's ARN as condition, as in the policies of AWS's own keys. The account as
    principal would only let IAM decide, and this role's policy does not mention keys; the role
    itself exists from the first group on, and would make the policy invalid before (failures
    role-missing and volume-key-closed). Source: EC2 Auto Scaling guide, "Required AWS KMS key
    policy for use with encrypted volumes".
    """
    role = arn(
        "iam::${AWS::AccountId}:role/aws-service-role/"
        "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    )
    everybody = AWSPrincipal("*")
    ours = StringEquals({"kms:CallerAccount": Ref("AWS::AccountId")})
    by_role = [ours, ArnEquals({"aws:PrincipalArn": role})]
    grant = Bool({"kms:GrantIsForAWSResource": "true"})
    return [
        _allow("UseByAutoScaling", everybody, _USE, Condition(by_role)),
        _allow(
            "GrantByAutoScaling", everybody, [actions.CreateGrant], Condition([*by_role, grant])
        ),
    ]


def distribution_use(bucket_arn: Sub) -> Statement:
    """Allow CloudFront to decrypt objects of one bucket, given by its ARN.

    With a bucket key S3 gives the bucket's ARN as encryption context, so that the grant covers no
    other bucket under the same key. Source: CloudFront guide, "Restrict access to an S3 origin".
    """
    context = {"kms:EncryptionContext:aws:s3:arn": bucket_arn}
    condition = from_service("cloudfront", context)
    return _allow("UseByCloudFront", service_principal("cloudfront"), [actions.Decrypt], condition)


def account_use(service: str) -> Statement:
    """Allow principals of this account, through one AWS service of this region only."""
    via = Sub(f"{service}.${{AWS::Region}}.amazonaws.com")
    condition = StringEquals({"kms:ViaService": via, "kms:CallerAccount": Ref("AWS::AccountId")})
    sid = f"UseThrough{service.capitalize()}"
    return _allow(sid, account_root(), _USE, Condition(condition))


def _allow(
    sid: str, principal: Principal, actions: list[Action], condition: Condition | None = None
) -> Statement:
    return allow(sid, actions, THIS_KEY, condition, principal=principal)


def _administration() -> Statement:
    """Let the account's IAM decide; without this: failure key-without-administrator."""
    return _allow("AdministrationByIam", account_root(), [Action("kms", "*")])


def _no_deletion(owner: str) -> Statement:
    """Deny deletion, except to break-glass roles and to CloudFormation's rollback of a create.

    An environment's stacks are created as its execution role; those of the other scopes by
    CloudFormation with the permissions of the caller.
    """
    allowed = [BREAK_GLASS]
    others: list[ConditionElement] = [ArnNotLike({"aws:PrincipalArn": allowed})]
    if owner == ENVIRONMENT_OWNER:
        allowed.append(EXECUTION)
    else:
        others.append(StringNotEquals({"aws:CalledViaLast": "cloudformation.amazonaws.com"}))
    deletion = [actions.ScheduleKeyDeletion, actions.DisableKey]
    return deny_everybody("DenyDeletion", deletion, THIS_KEY, Condition(others))
