"""Bucket policy statements that AWS services need to deliver their logs, and nothing more.

Each statement has its source in the service's guide, paths and conditions included. If the policy
does not let the service check the bucket, or has a wrong path or source, the delivery fails:
config-cannot-write, config-account-unknown, trail-cannot-write.
"""

from dataclasses import dataclass

from awacs import s3 as actions
from awacs.aws import Action, Statement
from troposphere import GetAtt, Sub, s3

from tidegen.blocks.policies import allow, from_service, service_principal

_ACCOUNT = "AWSLogs/${AWS::AccountId}"


@dataclass(frozen=True)
class Delivery:
    """A service's delivery: its checks of the bucket, and the paths that it writes to (Fn::Sub)."""

    service: str
    checks: tuple[Action, ...]
    paths: tuple[str, ...]
    #: Whether the service sends an ACL that gives the object to the bucket's owner: then required.
    sets_acl: bool = True


#: CloudTrail guide, "Amazon S3 bucket policy for CloudTrail".
CLOUDTRAIL = Delivery("cloudtrail", (actions.GetBucketAcl,), (f"{_ACCOUNT}/*",))
#: Config guide, "Permissions for the Amazon S3 bucket for the AWS Config delivery channel".
CONFIG = Delivery("config", (actions.GetBucketAcl, actions.ListBucket), (f"{_ACCOUNT}/Config/*",))
#: GuardDuty guide, "Exporting generated findings to Amazon S3".
GUARDDUTY = Delivery(
    "guardduty", (actions.GetBucketLocation,), (f"{_ACCOUNT}/GuardDuty/*",), sets_acl=False
)
#: VPC guide, "Amazon S3 bucket permissions for flow logs". The second path is that of flow logs
#: with Hive-compatible prefixes; the first serves every other log that is delivered this way.
#: The guide's policy requires the ACL too; where bucket ownership is enforced the ACL does not
#: decide the owner, and not every log that is delivered this way sends it.
LOGS = Delivery(
    "delivery.logs",
    (actions.GetBucketAcl, actions.ListBucket),
    (f"{_ACCOUNT}/*", "AWSLogs/aws-account-id=${AWS::AccountId}/*"),
    sets_acl=False,
)


def delivery_statements(bucket: s3.Bucket, delivery: Delivery) -> list[Statement]:
    """Return the two bucket policy statements that let one service deliver for this account."""
    name = "".join(part.capitalize() for part in delivery.service.split("."))
    service = service_principal(delivery.service)
    acl = {"s3:x-amz-acl": "bucket-owner-full-control"} if delivery.sets_acl else {}
    return [
        allow(
            f"CheckBy{name}",
            delivery.checks,
            [GetAtt(bucket, "Arn")],
            from_service(delivery.service),
            principal=service,
        ),
        allow(
            f"DeliveryBy{name}",
            [actions.PutObject],
            [Sub(f"${{{bucket.title}.Arn}}/{path}") for path in delivery.paths],
            from_service(delivery.service, acl),
            principal=service,
        ),
    ]
