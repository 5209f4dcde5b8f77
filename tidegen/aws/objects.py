"""Objects of the artifacts bucket: written once, and compared before they are reused."""

from base64 import b64encode
from hashlib import sha256
from typing import Any

from tidegen.aws.errors import translated
from tidegen.errors import Problem, RefusedError

_ABSENT = ("404", "NoSuchKey", "NotFound")
#: S3's answers where another upload of the same key was first.
_EXISTING = ("412", "PreconditionFailed", "ConditionalRequestConflict")


def exists(s3: Any, where: str, bucket: str, key: str, content: bytes) -> bool:
    """Return whether the object exists; raise RefusedError if its bytes differ or are unknown."""
    from botocore.exceptions import ClientError

    with translated(where, f"s3:HeadObject {bucket}/{key}"):
        try:
            head = s3.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return False
            raise
    if head.get("ChecksumSHA256") != b64encode(sha256(content).digest()).decode():
        text = (
            "has other bytes than this release; find out who uploaded them, and delete the object"
        )
        raise RefusedError(Problem(f"s3://{bucket}/{key}", text))
    return True


def put(s3: Any, where: str, bucket: str, key: str, content: bytes) -> None:
    """Upload the object unless another run has just done so."""
    from botocore.exceptions import ClientError

    arguments = {"Body": content, "ChecksumAlgorithm": "SHA256", "IfNoneMatch": "*"}
    with translated(where, f"s3:PutObject {bucket}/{key}"):
        try:
            s3.put_object(Bucket=bucket, Key=key, **arguments)
        except ClientError as error:
            exists_now = error.response["Error"]["Code"] in _EXISTING
            if not exists_now or not exists(s3, where, bucket, key, content):
                raise
