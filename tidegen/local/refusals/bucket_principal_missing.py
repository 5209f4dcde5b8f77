"""The principals of a bucket's policy."""

from tidegen.local.handlers.base import Resource
from tidegen.local.principals import missing_principals
from tidegen.local.refusals.model import CREATE, UPDATE, Words, refuses


@refuses(
    "bucket-principal-missing",
    "AWS::S3::BucketPolicy",
    on=(CREATE, UPDATE),
    message="Invalid principal in policy (Service: Amazon S3; Status Code: 400; Error Code:"
    " MalformedPolicy)",
    source="https://github.com/aws-samples/aws-batch-architecture-for-alphafold/issues/1",
    failure="role-missing",
)
def bucket_principal_missing(resource: Resource) -> Words:
    """A bucket policy that names a role or user that does not exist."""
    return {} if any(missing_principals(resource.properties.get("PolicyDocument"))) else None
