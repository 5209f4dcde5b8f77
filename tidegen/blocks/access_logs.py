"""The bucket that takes access logs: of the other buckets, and of load balancers."""

from typing import Any

from awacs import s3 as actions
from awacs.aws import Allow, ArnLike, Condition, Principal, Statement, StringEquals
from troposphere import Ref, Sub, Template, s3

from tidegen.blocks.buckets import add_bucket, add_bucket_policy, deny_but, encrypted_by_s3
from tidegen.blocks.data_buckets import ERASURE, lifecycle
from tidegen.blocks.suppressions import unmet

#: Six years, for which HIPAA asks (45 CFR 164.316(b)(2)(i)).
_KEPT_DAYS = 2192
_REPLACED_DAYS = 30
_REASON = (
    "Log delivery of S3 and of load balancers takes no customer-managed key and no Object Lock; "
    "a log bucket that logs or replicates itself would never come to rest."
)


def add_access_logs_bucket(
    template: Template,
    title: str,
    name: Any,
    *statements: Statement,
    sources: str = "${Project}-${Environment}-*",
) -> s3.Bucket:
    """The bucket and its policy: buckets named like `sources` may deliver, and `statements`.

    `sources` is text for Fn::Sub.
    """
    bucket = add_bucket(
        template,
        title,
        name,
        encrypted_by_s3(),
        LifecycleConfiguration=lifecycle(_REPLACED_DAYS, _KEPT_DAYS),
        Metadata=unmet(
            _REASON,
            "S3_BUCKET_DEFAULT_LOCK_ENABLED",
            "S3_BUCKET_LOGGING_ENABLED",
            "S3_BUCKET_REPLICATION_ENABLED",
            "S3_DEFAULT_ENCRYPTION_KMS",
        ),
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
