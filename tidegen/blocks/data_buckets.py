"""Buckets of data: a key of ours, access logs, events, tiers and expiry, locks, no erasure.

All times are in days. The settings that these buckets add to `blocks.buckets` are the same in the
environment's region and in the recovery region.
"""

from typing import Any

from awacs import s3 as actions
from awacs.aws import Action, ArnNotLike, Bool, Condition, Statement
from troposphere import Ref, Sub, Template, s3

from tidegen.blocks.buckets import (
    add_bucket,
    add_bucket_policy,
    deny_except,
    deny_objects,
    deny_other_keys,
    encrypted_with,
    logged_to,
)
from tidegen.blocks.inputs import BACKUPS_DAYS
from tidegen.blocks.policies import arn, present_and_not
from tidegen.blocks.roles import BREAK_GLASS, OWN, REPLICATION, SERVICE_LINKED
from tidegen.contract import Input

OUR_ALGORITHM = "aws:kms"
_ABANDONED_UPLOAD_DAYS = 7
ERASURE: list[Action] = [
    actions.DeleteObjectVersion,
    actions.BypassGovernanceRetention,
    actions.PutObjectLegalHold,
]
_WRITING: list[Action] = [actions.PutObject, actions.DeleteObject, actions.PutObjectRetention]


def bucket_name(purpose: str, region: str = "AWS::Region") -> Sub:
    """Return the physical name, at most 63 characters where `purpose` has at most 11.

    Roles, charts and the trail's selectors have to know it before the bucket exists. `region` is
    the parameter that has another region's name.
    """
    return Sub(_name(purpose, region))


def bucket_arn(purpose: str) -> Sub:
    """Return the ARN of a bucket in this region, by its name: keys are created before buckets."""
    return arn(f"s3:::{_name(purpose, 'AWS::Region')}")


def objects_arn(purpose: str, region: str) -> Sub:
    """Return the ARN of all objects of a bucket in another region, by its name."""
    return arn(f"s3:::{_name(purpose, region)}/*")


def add_data_bucket(
    template: Template,
    title: str,
    purpose: str,
    key_arn: Any,
    logs: Any,
    *,
    replica: bool = False,
    algorithms: tuple[str, ...] = (OUR_ALGORITHM,),
    statements: tuple[Statement, ...] = (),
    **properties: Any,
) -> s3.Bucket:
    """Add a bucket of data and its policy, to which `statements` add.

    `logs` is the name of the bucket of its access logs; a `replica` has one writer. `algorithms`
    are those that an upload may request; an upload that requests none gets our key.
    """
    bucket = add_bucket(
        template,
        title,
        bucket_name(purpose),
        encrypted_with(key_arn),
        LoggingConfiguration=logged_to(logs),
        **properties,
    )
    # a lifecycle rule is no principal, so objects still expire; deleting still leaves a marker
    guards = [
        *_only_our_encryption(title, key_arn, algorithms),
        deny_except("DenyErasure", title, ERASURE),
    ]
    if replica:
        # S3 acts as the role when it replicates, so the Deny has to except it
        guards.append(deny_except("DenyWriting", title, _WRITING, [REPLICATION]))
    add_bucket_policy(template, bucket, *guards, *statements)
    return bucket


def deny_others(title: str) -> Statement:
    """Deny objects to all but this environment's roles, break-glass roles and AWS services.

    No tag says which environment owns an object, and an upload may be under S3's own key, which
    anybody in the account may use. The account's administrators keep access to the bucket itself.
    """
    roles = [OWN, BREAK_GLASS, SERVICE_LINKED]
    others = [
        ArnNotLike({"aws:PrincipalArn": roles}),
        Bool({"aws:PrincipalIsAWSService": "false"}),
    ]
    return deny_objects("DenyOthers", title, [Action("s3", "*")], Condition(others))


def lifecycle(noncurrent_days: Any, expire_days: Any = None) -> s3.LifecycleConfiguration:
    """Return tiers from the first day, removal of replaced versions and abandoned uploads, expiry.

    Intelligent-Tiering has no minimum age or duration, so that a week of backups costs no more
    than a year of them and no retention can end before the transition (S3 refuses that).
    """
    tier = s3.LifecycleRuleTransition(StorageClass="INTELLIGENT_TIERING", TransitionInDays=0)
    versions = s3.NoncurrentVersionExpiration(NoncurrentDays=noncurrent_days)
    rules = [
        _rule("tier", Transitions=[tier]),
        _rule("replaced-versions", NoncurrentVersionExpiration=versions),
        abandoned_uploads(),
    ]
    if expire_days is not None:
        rules.append(_rule("expire", ExpirationInDays=expire_days))
    else:
        rules.append(_rule("delete-markers", ExpiredObjectDeleteMarker=True))
    return s3.LifecycleConfiguration(Rules=rules)


def abandoned_uploads() -> s3.LifecycleRule:
    """Return the rule that removes the parts of uploads that were never completed."""
    uploads = s3.AbortIncompleteMultipartUpload(DaysAfterInitiation=_ABANDONED_UPLOAD_DAYS)
    return _rule("abandoned-uploads", AbortIncompleteMultipartUpload=uploads)


def backups_lifecycle(days: Input = BACKUPS_DAYS) -> s3.LifecycleConfiguration:
    """Return a lifecycle that removes backups a day after `days`, as soon as S3 can.

    Expiry leaves a marker and makes the version a replaced one. A lock outlasts every rule: S3
    removes no locked version, so a version that is deleted or overwritten stays until its lock
    ends.
    """
    return lifecycle(noncurrent_days=1, expire_days=Ref(days.name))


def lock(mode: Any, days: Any) -> s3.ObjectLockConfiguration:
    """Return a lock of every object for `days`; `mode` is GOVERNANCE or COMPLIANCE."""
    retention = s3.DefaultRetention(Mode=mode, Days=days)
    rule = s3.ObjectLockRule(DefaultRetention=retention)
    return s3.ObjectLockConfiguration(ObjectLockEnabled="Enabled", Rule=rule)


def _name(purpose: str, region: str) -> str:
    return f"${{Project}}-${{Environment}}-{purpose}-${{{region}}}-${{AWS::AccountId}}"


def _only_our_encryption(title: str, key_arn: Any, algorithms: tuple[str, ...]) -> list[Statement]:
    """Deny uploads under another key or algorithm; the bucket itself refuses SSE-C."""
    other = Condition(present_and_not("s3:x-amz-server-side-encryption", list(algorithms)))
    return [
        deny_other_keys(title, key_arn),
        deny_objects("DenyOtherAlgorithms", title, [actions.PutObject], other),
    ]


def _rule(name: str, **effect: Any) -> s3.LifecycleRule:
    return s3.LifecycleRule(Id=name, Status="Enabled", **effect)
