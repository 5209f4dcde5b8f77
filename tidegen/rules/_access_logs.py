"""Buckets that receive access logs; the delivering services cannot use a KMS key there."""

from collections.abc import Iterator

from tidegen.rules._policies import principals, statements
from tidegen.rules._rule import Path, View

_DELIVERERS = ("logging.s3.", "logdelivery.elasticloadbalancing.")


def log_buckets(template: View) -> Iterator[tuple[Path, str]]:
    """Yield the path that makes a bucket a destination of access logs, and its logical id."""
    for bucket in template.resources("AWS::S3::Bucket"):
        for path, name in bucket.reach("LoggingConfiguration", "DestinationBucketName"):
            place = template.referred(name, "AWS::S3::Bucket")
            if place:
                yield path, place.name
    for policy in template.resources("AWS::S3::BucketPolicy"):
        place = template.referred(policy.properties.get("Bucket"), "AWS::S3::Bucket")
        for path, statement in statements(policy) if place else ():
            services = map(str, principals(statement, "Service"))
            if place and any(service.startswith(_DELIVERERS) for service in services):
                yield path, place.name
