"""The bucket that receives access logs of the other buckets and of load balancers."""

from typing import Any

from awacs import s3 as actions
from awacs.aws import ArnLike, Condition, Statement, StringEquals
from troposphere import Ref, Sub, Template, s3

from tidegen.blocks.buckets import (
    add_bucket,
    add_bucket_policy,
    deny_except,
    encrypted_by_s3,
    logged_to,
)
from tidegen.blocks.data_buckets import ERASURE, lifecycle
from tidegen.blocks.logs import SIX_YEARS
from tidegen.blocks.policies import allow, arn, service_principal
from tidegen.blocks.suppressions import unmet_each

_REPLACED_DAYS = 30
_DELIVERED = "Log delivery of S3 and of load balancers takes no customer-managed key and no lock."
_REASONS = {
    "S3_BUCKET_DEFAULT_LOCK_ENABLED": _DELIVERED,
    "S3_BUCKET_REPLICATION_ENABLED": "Nothing is recovered from access logs; the archived trail "
    "has every access to an object as well.",
    "S3_DEFAULT_ENCRYPTION_KMS": _DELIVERED,
}
_LAST = {"S3_BUCKET_LOGGING_ENABLED": "The last of a chain: it would log its own deliveries."}


def add_access_logs_bucket(
    template: Template,
    title: str,
    name: Any,
    *statements: Statement,
    sources: str = "${Project}-${Environment}-*",
    logs: Any = None,
) -> s3.Bucket:
    """Add the bucket and its policy, which lets buckets named like `sources` deliver.

    `sources` is text for Fn::Sub; `statements` add to the policy. `logs` is the name of the bucket
    for this one's own access logs; the account's bucket, which is created first, has none.
    """
    logged = {"LoggingConfiguration": logged_to(logs)} if logs else {}
    bucket = add_bucket(
        template,
        title,
        name,
        encrypted_by_s3(),
        LifecycleConfiguration=lifecycle(_REPLACED_DAYS, SIX_YEARS),
        Metadata=unmet_each(_REASONS if logs else {**_REASONS, **_LAST}),
        **logged,
    )
    add_bucket_policy(
        template,
        bucket,
        deny_except("DenyErasure", title, ERASURE),
        _from_buckets(title, sources),
        *statements,
    )
    return bucket


def from_load_balancers(title: str) -> Statement:
    """Allow delivery of Application Load Balancers' logs, under `alb/`, for this account only.

    The path contains the load balancer's account, which limits delivery to ours: the policy in
    AWS's guide ("Enable access logs for your Application Load Balancer") has no condition.
    """
    return allow(
        "DeliveryFromLoadBalancers",
        [actions.PutObject],
        [Sub(f"${{{title}.Arn}}/alb/AWSLogs/${{AWS::AccountId}}/*")],
        principal=service_principal("logdelivery.elasticloadbalancing"),
    )


def _from_buckets(title: str, sources: str) -> Statement:
    """Allow delivery of S3's access logs, by name pattern: the buckets are created after this."""
    from_sources = [
        StringEquals({"aws:SourceAccount": Ref("AWS::AccountId")}),
        ArnLike({"aws:SourceArn": arn(f"s3:::{sources}")}),
    ]
    return allow(
        "DeliveryFromBuckets",
        [actions.PutObject],
        [Sub(f"${{{title}.Arn}}/s3/*")],
        Condition(from_sources),
        principal=service_principal("logging.s3"),
    )
