"""Buckets of S3."""

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.principals import missing_principals
from tidegen.local.refusals.model import CREATE, DELETE, UPDATE, Words, refuses


@refuses("AWS::S3::Bucket", on=(CREATE, UPDATE))
def bucket_locked(resource: Resource) -> Words:
    """Suspending the versions of a bucket that has object lock."""
    settings = (resource.properties, resource.previous)
    locked = any("ObjectLockConfiguration" in s or s.get("ObjectLockEnabled") for s in settings)
    status, before = (s.get("VersioningConfiguration", {}).get("Status") for s in settings)
    suspended = status == "Suspended" or (before == "Enabled" and status != "Enabled")
    return {} if locked and suspended else None


@refuses("AWS::S3::Bucket", on=(DELETE,))
def bucket_not_empty(resource: Resource) -> Words:
    """Deleting a bucket with objects, old versions or delete markers."""
    versions = looked_up("s3", "list_object_versions", Bucket=resource.physical_id, MaxKeys=1)
    return {} if versions.get("Versions") or versions.get("DeleteMarkers") else None


@refuses("AWS::S3::BucketPolicy", on=(CREATE, UPDATE))
def bucket_principal_missing(resource: Resource) -> Words:
    """A bucket policy that names a role or user that does not exist."""
    return {} if any(missing_principals(resource.properties.get("PolicyDocument"))) else None
