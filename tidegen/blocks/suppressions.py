"""Public rules that a resource does not meet, with reasons: Metadata of that resource."""

from collections.abc import Mapping
from typing import Any

#: Rules of the Guard registry that several buckets do not meet, each for its own reason.
BUCKET_LOCK = "S3_BUCKET_DEFAULT_LOCK_ENABLED"
BUCKET_REPLICATION = "S3_BUCKET_REPLICATION_ENABLED"
#: The registry's rule accepts the property's presence; cdk-nag's reads the configuration.
REPLICATED = {
    "HIPAA.Security-S3BucketReplicationEnabled": "Replicated if the file has a recovery region; "
    "the rule does not read Fn::If."
}
#: Other names of the same requirement: the Guard registry's → checkov's and cdk-nag's.
_ALSO = {
    "ELBV2_ACCESS_LOGGING_RULE": ("CKV_AWS_91", "HIPAA.Security-ELBLoggingEnabled"),
    "ELB_DELETION_PROTECTION_ENABLED": ("HIPAA.Security-ELBDeletionProtectionEnabled",),
    "NO_UNRESTRICTED_ROUTE_TO_IGW": ("HIPAA.Security-VPCNoUnrestrictedRouteToIGW",),
    "S3_BUCKET_LOGGING_ENABLED": ("CKV_AWS_18", "HIPAA.Security-S3BucketLoggingEnabled"),
    BUCKET_REPLICATION: ("HIPAA.Security-S3BucketReplicationEnabled",),
    "S3_DEFAULT_ENCRYPTION_KMS": ("HIPAA.Security-S3DefaultEncryptionKMS",),
    "SECRETSMANAGER_ROTATION_ENABLED_CHECK": ("HIPAA.Security-SecretsManagerRotationEnabled",),
}


def unmet(reason: str, *rules: str) -> dict[str, Any]:
    """Return Metadata that makes each tool skip `rules`, all for one reason; see `unmet_each`."""
    return unmet_each(dict.fromkeys(rules, reason))


def unmet_each(reasons: Mapping[str, str]) -> dict[str, Any]:
    """Return Metadata that makes each tool skip these rules, each for its own reason.

    A rule is given by its name in the Guard registry, which implies its names in checkov and
    cdk-nag, or, where the registry has none, by checkov's or cdk-nag's name.
    """
    named = {
        name: reason for rule, reason in reasons.items() for name in (rule, *_ALSO.get(rule, ()))
    }
    checkov = {name: reason for name, reason in named.items() if name.startswith("CKV")}
    nag = {name: reason for name, reason in named.items() if "-" in name or "Nag" in name}
    guard = {name: reason for name, reason in named.items() if name not in checkov | nag}
    metadata: dict[str, Any] = {}
    if guard:
        because = " ".join(dict.fromkeys(guard.values()))
        metadata["guard"] = {"SuppressedRules": sorted(guard), "Reason": because}
    if checkov:
        skipped = [{"id": name, "comment": reason} for name, reason in checkov.items()]
        metadata["checkov"] = {"skip": skipped}
    if nag:
        skipped = [{"id": name, "reason": reason} for name, reason in nag.items()]
        metadata["cdk_nag"] = {"rules_to_suppress": skipped}
    return metadata
