"""Public rules that a resource does not meet, and why: Metadata of that one resource."""

from typing import Any

#: The same demand under its other names: Guard's → checkov's, and cdk-nag's in the HIPAA pack.
_CHECKOV = {"S3_BUCKET_LOGGING_ENABLED": "CKV_AWS_18"}
_CDK_NAG = {
    "S3_BUCKET_LOGGING_ENABLED": "HIPAA.Security-S3BucketLoggingEnabled",
    "S3_BUCKET_REPLICATION_ENABLED": "HIPAA.Security-S3BucketReplicationEnabled",
    "S3_DEFAULT_ENCRYPTION_KMS": "HIPAA.Security-S3DefaultEncryptionKMS",
}


def unmet(reason: str, *rules: str) -> dict[str, Any]:
    """Metadata by which each judge skips `rules`, given by their names in the Guard registry."""
    checkov = [{"id": _CHECKOV[rule], "comment": reason} for rule in rules if rule in _CHECKOV]
    nag = [_CDK_NAG[rule] for rule in rules if rule in _CDK_NAG]
    metadata: dict[str, Any] = {"guard": {"SuppressedRules": sorted(rules), "Reason": reason}}
    if checkov:
        metadata["checkov"] = {"skip": checkov}
    if nag:
        metadata |= unmet_by_nag(reason, *nag)
    return metadata


def unmet_by_nag(reason: str, *rules: str) -> dict[str, Any]:
    """Metadata by which cdk-nag alone skips `rules`, given by its own names."""
    return {"cdk_nag": {"rules_to_suppress": [{"id": rule, "reason": reason} for rule in rules]}}
