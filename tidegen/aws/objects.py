"""Objects of the artifacts bucket: written once, and compared before they are used again."""

from base64 import b64encode
from hashlib import sha256
from typing import Any

from tidegen.aws.errors import translated
from tidegen.errors import Problem, RefusedError

_ABSENT = ("404", "NoSuchKey", "NotFound")
#: What S3 answers where another upload of the same key came first.
_THERE = ("412", "PreconditionFailed", "ConditionalRequestConflict")


def exists(s3: Any, where: str, bucket: str, key: str, content: bytes) -> bool:
    """Whether the object is there; RefusedError where it has other bytes, or does not tell."""
    from botocore.exceptions import ClientError

    with translated(where, f"s3:HeadObject {bucket}/{key}"):
        try:
            found = s3.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return False
            raise
    if found.get("ChecksumSHA256") != b64encode(sha256(content).digest()).decode():
        what = "holds other bytes than this release has; find out who put them there"
        raise RefusedError(Problem(f"s3://{bucket}/{key}", f"{what}, and delete that object"))
    return True


def put(s3: Any, where: str, bucket: str, key: str, content: bytes) -> None:
    """Upload the object unless somebody else just did."""
    from botocore.exceptions import ClientError

    wanted = {"Body": content, "ChecksumAlgorithm": "SHA256", "IfNoneMatch": "*"}
    with translated(where, f"s3:PutObject {bucket}/{key}"):
        try:
            s3.put_object(Bucket=bucket, Key=key, **wanted)
        except ClientError as error:
            there = error.response["Error"]["Code"] in _THERE
            if not there or not exists(s3, where, bucket, key, content):
                raise
