"""The bucket that takes access logs: of the other buckets, and of load balancers."""

from typing import Any

from awacs import s3 as actions
from awacs.aws import Allow, ArnLike, Condition, Principal, Statement, StringEquals
from troposphere import Ref, Sub, Template, s3

from tidegen.blocks.buckets import (
    add_bucket,
    add_bucket_policy,
    deny_but,
    encrypted_by_s3,
    logged_to,
)
from tidegen.blocks.data_buckets import ERASURE, lifecycle
from tidegen.blocks.suppressions import unmet_each

#: Six years, for which HIPAA asks (45 CFR 164.316(b)(2)(i)).
_KEPT_DAYS = 2192
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
    """The bucket and its policy: buckets named like `sources` may deliver, and `statements`.

    `sources` is text for Fn::Sub. `logs` is the name of the bucket that takes this one's own access
    logs; the account's, which stands first, has none.
    """
    logged = {"LoggingConfiguration": logged_to(logs)} if logs else {}
    bucket = add_bucket(
        template,
        title,
        name,
        encrypted_by_s3(),
        LifecycleConfiguration=lifecycle(_REPLACED_DAYS, _KEPT_DAYS),
        Metadata=unmet_each(_REASONS if logs else {**_REASONS, **_LAST}),
        **logged,
    )
    add_bucket_policy(
        template,
        bucket,
        deny_but("DenyErasure", title, ERASURE),
        _from_buckets(title, sources),
        *statements,
    )
    return bucket


def from_load_balancers(title: str) -> Statement:
    """Delivery of Application Load Balancers' logs, under `alb/`, for this account only.

    The path carries the load balancer's account, which is what ties delivery to ours: the policy
    in AWS's guide ("Enable access logs for your Application Load Balancer") has no condition.
    """
    return Statement(
        Sid="DeliveryFromLoadBalancers",
        Effect=Allow,
        Principal=Principal("Service", ["logdelivery.elasticloadbalancing.amazonaws.com"]),
        Action=[actions.PutObject],
        Resource=[Sub(f"${{{title}.Arn}}/alb/AWSLogs/${{AWS::AccountId}}/*")],
    )


def _from_buckets(title: str, sources: str) -> Statement:
    """Delivery of S3's server access logs; by name pattern, as the buckets need this one first."""
    arns = Sub(f"arn:${{AWS::Partition}}:s3:::{sources}")
    return Statement(
        Sid="DeliveryFromBuckets",
        Effect=Allow,
        Principal=Principal("Service", ["logging.s3.amazonaws.com"]),
        Action=[actions.PutObject],
        Resource=[Sub(f"${{{title}.Arn}}/s3/*")],
        Condition=Condition(
            [
                StringEquals({"aws:SourceAccount": Ref("AWS::AccountId")}),
                ArnLike({"aws:SourceArn": arns}),
            ]
        ),
    )
