"""Buckets: closed to the public, versioned, encrypted, TLS only."""

from collections.abc import Sequence
from typing import Any

from awacs import s3 as actions
from awacs.aws import Action, ArnNotLike, Condition, Statement
from troposphere import GetAtt, Ref, Sub, Template, s3

from tidegen.blocks.policies import (
    deny_everybody,
    deny_other_accounts,
    document,
    present_and_not,
    tls_12_only,
    tls_only,
)
from tidegen.blocks.roles import BREAK_GLASS
from tidegen.blocks.stateful import RETAINED

_ALL_S3 = [Action("s3", "*")]


def closed() -> s3.PublicAccessBlockConfiguration:
    """Return all four public access blocks."""
    return s3.PublicAccessBlockConfiguration(
        BlockPublicAcls=True,
        BlockPublicPolicy=True,
        IgnorePublicAcls=True,
        RestrictPublicBuckets=True,
    )


def encrypted_with(key_arn: Any) -> s3.BucketEncryption:
    """Return default encryption with a customer-managed key, and a bucket key to save requests."""
    default = s3.ServerSideEncryptionByDefault(SSEAlgorithm="aws:kms", KMSMasterKeyID=key_arn)
    return _encryption(default, BucketKeyEnabled=True)


def encrypted_by_s3() -> s3.BucketEncryption:
    """Return SSE-S3, for the log targets that cannot take a customer-managed key."""
    return _encryption(s3.ServerSideEncryptionByDefault(SSEAlgorithm="AES256"))


def _encryption(default: s3.ServerSideEncryptionByDefault, **extra: Any) -> s3.BucketEncryption:
    """Block keys that a client keeps (SSE-C): anyone who has one could hold the data to ransom."""
    rule = s3.ServerSideEncryptionRule(
        ServerSideEncryptionByDefault=default,
        BlockedEncryptionTypes=s3.BlockedEncryptionTypes(EncryptionType=["SSE-C"]),
        **extra,
    )
    return s3.BucketEncryption(ServerSideEncryptionConfiguration=[rule])


def _events_to_event_bridge() -> s3.NotificationConfiguration:
    """Send every event to the default bus, where rules choose; the bucket names no target."""
    bridge = s3.EventBridgeConfiguration(EventBridgeEnabled=True)
    return s3.NotificationConfiguration(EventBridgeConfiguration=bridge)


def logged_to(bucket_name: Any) -> s3.LoggingConfiguration:
    """Return access logs under `s3/` of the named bucket, partitioned by the event's day."""
    by_event = s3.PartitionedPrefix(PartitionDateSource="EventTime")
    return s3.LoggingConfiguration(
        DestinationBucketName=bucket_name,
        LogFilePrefix="s3/",
        TargetObjectKeyFormat=s3.TargetObjectKeyFormat(PartitionedPrefix=by_event),
    )


def add_bucket(
    template: Template, title: str, name: Any, encryption: s3.BucketEncryption, **properties: Any
) -> s3.Bucket:
    """Add a stateful bucket with the settings that all share; `properties` adds the rest."""
    ownership = s3.OwnershipControls(
        Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]
    )
    return template.add_resource(
        s3.Bucket(
            title,
            BucketName=name,
            BucketEncryption=encryption,
            NotificationConfiguration=_events_to_event_bridge(),
            OwnershipControls=ownership,
            PublicAccessBlockConfiguration=closed(),
            VersioningConfiguration=s3.VersioningConfiguration(Status="Enabled"),
            **RETAINED,
            **properties,
        )
    )


def add_bucket_policy(template: Template, bucket: s3.Bucket, *extra: Statement) -> s3.BucketPolicy:
    """Add `<title>Policy`: TLS 1.2 only, nobody outside the account, and `extra`."""
    everything = [GetAtt(bucket, "Arn"), Sub(f"${{{bucket.title}.Arn}}/*")]
    return template.add_resource(
        s3.BucketPolicy(
            f"{bucket.title}Policy",
            Bucket=Ref(bucket),
            PolicyDocument=document(
                *tls_only(_ALL_S3, everything),
                tls_12_only(_ALL_S3, everything),
                deny_other_accounts(_ALL_S3, everything),
                *extra,
            ),
        )
    )


def deny_other_keys(title: str, key_arn: Any) -> Statement:
    """Deny uploads that name another key to a bucket, given by its title.

    Uploads without a key get the bucket's default encryption.
    """
    header = "s3:x-amz-server-side-encryption-aws-kms-key-id"
    condition = Condition(present_and_not(header, key_arn))
    return deny_objects("DenyOtherKeys", title, [actions.PutObject], condition)


def deny_except(
    sid: str, title: str, denied: Sequence[Action], excepted: list[Any] | None = None
) -> Statement:
    """Deny actions on a bucket's objects, except for break-glass roles and the ARNs `excepted`."""
    others = ArnNotLike({"aws:PrincipalArn": [BREAK_GLASS, *(excepted or [])]})
    return deny_objects(sid, title, denied, Condition(others))


def deny_objects(sid: str, title: str, denied: Sequence[Action], condition: Condition) -> Statement:
    """Deny actions on a bucket's objects for everybody under `condition`."""
    return deny_everybody(sid, denied, [Sub(f"${{{title}.Arn}}/*")], condition)
