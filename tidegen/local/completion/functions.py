"""The code of a function: upstream accepts a bucket or object that does not exist."""

from tidegen.local import upstream
from tidegen.local.handlers.base import Properties, Resource
from tidegen.local.handlers.service import client


def complete(resource: Resource, _name: str) -> Properties:
    """Raise ValueError, worded like Lambda, if the code cannot be fetched."""
    code = resource.properties.get("Code", {})
    if "S3Bucket" not in code:
        return {}
    try:
        client("s3").head_object(Bucket=code["S3Bucket"], Key=code["S3Key"])
    except upstream.module("botocore.exceptions").ClientError as error:
        raise ValueError(
            "Error occurred while GetObject. S3 Error Code: NoSuchKey."
            f" S3 Error Message: no s3://{code['S3Bucket']}/{code['S3Key']}"
        ) from error
    return {}
