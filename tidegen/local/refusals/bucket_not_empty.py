"""Objects in a bucket, old versions included."""

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import DELETE, Words, refuses


@refuses(
    "bucket-not-empty",
    "AWS::S3::Bucket",
    on=(DELETE,),
    message="The bucket you tried to delete is not empty (Service: Amazon S3; Status Code: 409;"
    " Error Code: BucketNotEmpty)",
    source="https://repost.aws/knowledge-center/cloudformation-s3-custom-resources",
    failure="bucket-not-empty",
)
def bucket_not_empty(resource: Resource) -> Words:
    """Deleting a bucket with objects, old versions or delete markers."""
    versions = looked_up("s3", "list_object_versions", Bucket=resource.physical_id, MaxKeys=1)
    return {} if versions.get("Versions") or versions.get("DeleteMarkers") else None
