"""What AWS services ask of the bucket that they deliver their logs to, and nothing more.

Each statement has its source in the service's guide; paths and conditions are theirs. Failures
config-cannot-write, config-account-unknown and trail-cannot-write come of a missing check of the
bucket, a wrong path, a wrong source.
"""

from dataclasses import dataclass

from awacs import s3 as actions
from awacs.aws import Action, Statement
from troposphere import GetAtt, Sub, s3

from tidegen.blocks.policies import allow, from_service, service_principal

_OWN = "AWSLogs/${AWS::AccountId}"


@dataclass(frozen=True)
class Delivery:
    """A service's delivery: what it looks at first, and below which paths it writes (Fn::Sub)."""

    service: str
    checks: tuple[Action, ...]
    paths: tuple[str, ...]
    #: Whether the service gives the object to the bucket's owner by an ACL, and may be held to it.
    sets_acl: bool = True


#: CloudTrail guide, "Amazon S3 bucket policy for CloudTrail".
CLOUDTRAIL = Delivery("cloudtrail", (actions.GetBucketAcl,), (f"{_OWN}/*",))
#: Config guide, "Permissions for the Amazon S3 bucket for the AWS Config delivery channel".
CONFIG = Delivery("config", (actions.GetBucketAcl, actions.ListBucket), (f"{_OWN}/Config/*",))
#: GuardDuty guide, "Exporting generated findings to Amazon S3".
GUARDDUTY = Delivery(
    "guardduty", (actions.GetBucketLocation,), (f"{_OWN}/GuardDuty/*",), sets_acl=False
)
#: VPC guide, "Amazon S3 bucket permissions for flow logs". The second path is that of flow logs
#: with Hive-compatible prefixes; the first serves every other log that is delivered this way.
#: The guide asks for the ACL too; who owns the object does not follow from it where ownership is
#: enforced, and not every log that is delivered this way sends it.
LOGS = Delivery(
    "delivery.logs",
    (actions.GetBucketAcl, actions.ListBucket),
    (f"{_OWN}/*", "AWSLogs/aws-account-id=${AWS::AccountId}/*"),
    sets_acl=False,
)


def delivery_statements(bucket: s3.Bucket, delivery: Delivery) -> list[Statement]:
    """The two statements of a bucket policy that let one service deliver for this account."""
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
