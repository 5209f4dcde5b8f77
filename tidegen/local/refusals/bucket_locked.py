"""Versioning of a bucket with object lock."""

from tidegen.local.handlers.base import Resource
from tidegen.local.refusals.model import CREATE, UPDATE, Words, refuses


@refuses(
    "bucket-locked",
    "AWS::S3::Bucket",
    on=(CREATE, UPDATE),
    message="An Object Lock configuration is present on this bucket, so the versioning state cannot"
    " be changed.",
    source="https://github.com/terraform-aws-modules/terraform-aws-s3-bucket/issues/90",
    failure="bucket-locked",
)
def bucket_locked(resource: Resource) -> Words:
    """Suspending the versions of a bucket that has object lock."""
    settings = (resource.properties, resource.previous)
    locked = any("ObjectLockConfiguration" in s or s.get("ObjectLockEnabled") for s in settings)
    status, before = (s.get("VersioningConfiguration", {}).get("Status") for s in settings)
    suspended = status == "Suspended" or (before == "Enabled" and status != "Enabled")
    return {} if locked and suspended else None
