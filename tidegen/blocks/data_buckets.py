"""Buckets of data: a key of ours, access logs, events, tiers and expiry, locks, no erasure.

Days throughout. What a bucket here adds to `blocks.buckets` is the same in the environment's region
and in the recovery region.
"""

from typing import Any

from awacs import s3 as actions
from awacs.aws import Action, ArnNotLike, Bool, Condition, Null, Statement, StringNotEquals
from troposphere import Ref, Sub, Template, s3

from tidegen.blocks.buckets import (
    add_bucket,
    add_bucket_policy,
    deny_but,
    deny_objects,
    deny_other_keys,
    encrypted_with,
    logged_to,
)
from tidegen.blocks.roles import BREAK_GLASS, OWN, REPLICATION, SERVICE_LINKED

OUR_ALGORITHM = "aws:kms"
_ABANDONED_UPLOAD_DAYS = 7
ERASURE: list[Action] = [
    actions.DeleteObjectVersion,
    actions.BypassGovernanceRetention,
    actions.PutObjectLegalHold,
]
_WRITING: list[Action] = [actions.PutObject, actions.DeleteObject, actions.PutObjectRetention]


def bucket_name(purpose: str, region: str = "AWS::Region") -> Sub:
    """The physical name, at most 63 characters where `purpose` has at most 11.

    Roles, charts and the trail's selectors have to know it before the bucket stands. `region` names
    the parameter that holds another region's name.
    """
    return Sub(_name(purpose, region))


def bucket_arn(purpose: str) -> Sub:
    """The ARN of a bucket in this region, by its name: keys stand before the buckets."""
    return Sub(f"arn:${{AWS::Partition}}:s3:::{_name(purpose, 'AWS::Region')}")


def objects_arn(purpose: str, region: str) -> Sub:
    """The ARN of all objects of a bucket in another region, by its name."""
    return Sub(f"arn:${{AWS::Partition}}:s3:::{_name(purpose, region)}/*")


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
    """A bucket of data and its policy, to which `statements` add.

    `logs` is the name of the bucket of its access logs; a `replica` has one writer. `algorithms`
    are those that an upload may ask for; one that asks for none gets our key.
    """
    bucket = add_bucket(
        template,
        title,
        bucket_name(purpose),
        encrypted_with(key_arn),
        LoggingConfiguration=logged_to(logs),
        **properties,
    )
    # a lifecycle rule is no principal, so expiry goes on; deleting still leaves a marker
    guards = [
        *_only_our_encryption(title, key_arn, algorithms),
        deny_but("DenyErasure", title, ERASURE),
    ]
    if replica:
        # S3 acts as the role when it replicates, so a Deny has to leave it out
        guards.append(deny_but("DenyWriting", title, _WRITING, [REPLICATION]))
    add_bucket_policy(template, bucket, *guards, *statements)
    return bucket


def deny_others(title: str) -> Statement:
    """A Deny of objects to whatever is no role of this environment, nor break-glass, nor a service.

    No tag says whose an object is, and an upload may be under S3's own key, which anybody in the
    account may use. The bucket itself stays with those who administer the account.
    """
    roles = [OWN, BREAK_GLASS, SERVICE_LINKED]
    others = [
        ArnNotLike({"aws:PrincipalArn": roles}),
        Bool({"aws:PrincipalIsAWSService": "false"}),
    ]
    return deny_objects("DenyOthers", title, [Action("s3", "*")], Condition(others))


def lifecycle(noncurrent_days: Any, expire_days: Any = None) -> s3.LifecycleConfiguration:
    """Tiers from the first day, replaced versions and abandoned uploads away, expiry if told.

    Intelligent-Tiering has no minimum age or duration, so that a week of backups costs no more
    than a year of them and no retention can fall before the transition (S3 refuses that).
    """
    tier = s3.LifecycleRuleTransition(StorageClass="INTELLIGENT_TIERING", TransitionInDays=0)
    versions = s3.NoncurrentVersionExpiration(NoncurrentDays=noncurrent_days)
    uploads = s3.AbortIncompleteMultipartUpload(DaysAfterInitiation=_ABANDONED_UPLOAD_DAYS)
    rules = [
        _rule("tier", Transitions=[tier]),
        _rule("replaced-versions", NoncurrentVersionExpiration=versions),
        _rule("abandoned-uploads", AbortIncompleteMultipartUpload=uploads),
    ]
    if expire_days is not None:
        rules.append(_rule("expire", ExpirationInDays=expire_days))
    else:
        rules.append(_rule("delete-markers", ExpiredObjectDeleteMarker=True))
    return s3.LifecycleConfiguration(Rules=rules)


def backups_lifecycle() -> s3.LifecycleConfiguration:
    """Backups are gone a day after `BackupsDays`, which is the shortest time that S3 takes.

    Expiry leaves a marker and makes the version a replaced one. A lock outlasts every rule: S3
    removes no locked version, so one that somebody deletes or overwrites stays for its lock.
    """
    return lifecycle(noncurrent_days=1, expire_days=Ref("BackupsDays"))


def lock(mode: Any, days: Any) -> s3.ObjectLockConfiguration:
    """Every object is locked for `days`; `mode` is GOVERNANCE or COMPLIANCE."""
    retention = s3.DefaultRetention(Mode=mode, Days=days)
    rule = s3.ObjectLockRule(DefaultRetention=retention)
    return s3.ObjectLockConfiguration(ObjectLockEnabled="Enabled", Rule=rule)


def _name(purpose: str, region: str) -> str:
    return f"${{Project}}-${{Environment}}-{purpose}-${{{region}}}-${{AWS::AccountId}}"


def _only_our_encryption(title: str, key_arn: Any, algorithms: tuple[str, ...]) -> list[Statement]:
    """Denies of uploads under another key or algorithm; the bucket itself refuses SSE-C."""
    algorithm = "s3:x-amz-server-side-encryption"
    other = Condition([StringNotEquals({algorithm: list(algorithms)}), Null({algorithm: "false"})])
    return [
        deny_other_keys(title, key_arn),
        deny_objects("DenyOtherAlgorithms", title, [actions.PutObject], other),
    ]


def _rule(name: str, **what: Any) -> s3.LifecycleRule:
    return s3.LifecycleRule(Id=name, Status="Enabled", **what)
