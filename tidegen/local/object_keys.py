"""Objects in S3 need their KMS key: S3 refuses to write and to read where the key is closed.

Upstream: keeps the key's name with the object, and never asks KMS. Codes and messages are AWS's:
https://github.com/minio/minio/issues/6582 (a missing key), and for a closed one
https://github.com/localstack/localstack/issues/7782.
"""

from collections.abc import Mapping
from typing import Any

from tidegen.local import upstream

_KEY = "x-amz-server-side-encryption-aws-kms-key-id"
#: Keys of AWS, which upstream does not have.
_OF_AWS = "alias/aws/"
_CLOSED = {
    "Disabled": ("KMS.DisabledException", "{key} is disabled."),
    "PendingDeletion": ("KMS.KMSInvalidStateException", "{key} is pending deletion."),
}


def install() -> None:
    """Ask KMS before an object is written, and before one is read."""
    s3 = upstream.service("s3")
    write, read = s3._resolve_sse_write_headers, s3._get_object

    def resolved(headers: Any, bucket: str) -> Any:
        kept, error = write(headers, bucket)
        refusal = None if error is not None else _refusal(s3, kept)
        return (kept, error) if refusal is None else (None, refusal)

    def opened(*arguments: Any, **options: Any) -> Any:
        answer = read(*arguments, **options)
        return _refusal(s3, answer[1]) or answer

    s3._resolve_sse_write_headers, s3._get_object = resolved, opened


def _refusal(s3: Any, headers: Mapping[str, str]) -> Any:
    """Return S3's error if the key that the headers name cannot be used; None if it can."""
    key = {name.lower(): value for name, value in headers.items()}.get(_KEY, "")
    if not key or _OF_AWS in key or not _is_here(key):
        return None
    record = upstream.service("kms")._resolve_key(key)
    if record is None:
        return s3._error("KMS.NotFoundException", f"Key '{key}' does not exist", 400)
    closed = _CLOSED.get(record["KeyState"])
    return s3._error(closed[0], closed[1].format(key=record["Arn"]), 400) if closed else None


def _is_here(key: str) -> bool:
    """Return whether KMS of this account and region would have the key; others are not asked."""
    if not key.startswith("arn:"):
        return True
    parts = key.split(":")
    return parts[3:5] == [upstream.region(), upstream.account()]
