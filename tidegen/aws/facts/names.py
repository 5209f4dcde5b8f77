"""Whether names are taken."""

from datetime import UTC, datetime
from typing import Any

from tidegen.aws.facts.reader import Reader, existing
from tidegen.contract.topics import Topic
from tidegen.planning.preflight import Answer

Names = tuple[str, ...]


def _buckets(reader: Reader, names: Names) -> Answer:
    found = {name: _bucket_region(reader, name) for name in names}
    return {name: region for name, region in found.items() if region is not None}


def _bucket_region(reader: Reader, name: str) -> str | None:
    """The bucket's region; empty if it is closed to this account, None if there is none.

    HeadBucket would take s3:ListBucket, which shows the keys of objects.
    """
    from botocore.exceptions import ClientError

    owner = reader.place.account
    try:
        found = reader.found("s3", "get_bucket_location", Bucket=name, ExpectedBucketOwner=owner)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("403", "AccessDenied"):
            return ""
        raise
    return None if found is None else _region(found.get("LocationConstraint"))


def _region(constraint: str | None) -> str:
    """The region of a location constraint, whose oldest two forms are not names of regions."""
    return {None: "us-east-1", "": "us-east-1", "EU": "eu-west-1"}.get(constraint) or str(
        constraint
    )


def _versioning(reader: Reader, names: Names) -> Answer:
    found = {name: reader.found("s3", "get_bucket_versioning", Bucket=name) for name in names}
    return {name: item.get("Status", "") for name, item in found.items() if item is not None}


def _contents(reader: Reader, names: Names) -> Answer:
    """Of versions too: a bucket with any of them cannot be deleted."""
    return {name: "" for name in names if _has_objects(reader, name)}


def _has_objects(reader: Reader, name: str) -> bool:
    found = reader.found("s3", "list_object_versions", Bucket=name, MaxKeys=1) or {}
    return bool(found.get("Versions") or found.get("DeleteMarkers"))


def _log_groups(reader: Reader, names: Names) -> Answer:
    return {name: "" for name in names if _has_log_group(reader, name)}


def _has_log_group(reader: Reader, name: str) -> bool:
    asked = {"logGroupNamePrefix": name}
    found = reader.pages("logs", "describe_log_groups", "logGroups", **asked)
    return any(item["logGroupName"] == name for item in found)


def _secrets(reader: Reader, names: Names) -> Answer:
    listed = reader.pages(
        "secretsmanager", "list_secrets", "SecretList", IncludePlannedDeletion=True
    )
    return {item["Name"]: _secret(reader, item) for item in listed if item["Name"] in names}


def _secret(reader: Reader, item: Any) -> dict[str, str]:
    """A primary with replicas names its own region as well."""
    primary = item.get("PrimaryRegion", "")
    return {
        "arn": item["ARN"],
        "deleted": _day(item.get("DeletedDate")),
        "primary": "" if primary == reader.place.region else primary,
    }


def _day(time: Any) -> str:
    return f"{time:%Y-%m-%d}" if time else ""


def _access_controls(reader: Reader, names: Names) -> Answer:
    found: dict[str, str] = {}
    following: dict[str, str] = {}
    while True:
        page = reader.call("cloudfront", "list_origin_access_controls", **following)
        listed = page["OriginAccessControlList"]
        found |= {item["Name"]: item["Id"] for item in listed.get("Items", [])}
        if not listed.get("IsTruncated"):
            return {name: found[name] for name in names if name in found}
        following = {"Marker": listed["NextMarker"]}


def _key_aliases(reader: Reader, names: Names) -> Answer:
    listed = {item["AliasName"] for item in reader.pages("kms", "list_aliases", "Aliases")}
    return {name: "" for name in names if name in listed}


def _vaults(reader: Reader, names: Names) -> Answer:
    """From the list: asked for one that is not there, AWS Backup says that access is denied."""
    listed = reader.pages("backup", "list_backup_vaults", "BackupVaultList")
    existing = {item["BackupVaultName"] for item in listed}
    return {name: "" for name in names if name in existing}


def _locks(reader: Reader, names: Names) -> Answer:
    """Without a date a lock stays one that administrators can lift."""
    listed = reader.pages("backup", "list_backup_vaults", "BackupVaultList")
    return {
        item["BackupVaultName"]: {
            "days": item.get("MinRetentionDays", 0),
            "final": _past(item.get("LockDate")),
        }
        for item in listed
        if item["BackupVaultName"] in names and item.get("Locked")
    }


def _past(time: Any) -> str:
    return _day(time) if time and time <= datetime.now(UTC) else ""


def _clusters(reader: Reader, names: Names) -> Answer:
    found = {name: reader.found("eks", "describe_cluster", name=name) for name in names}
    return {name: item["cluster"]["version"] for name, item in found.items() if item}


READERS = {
    Topic.ACCESS_CONTROLS: _access_controls,
    Topic.BUCKETS: _buckets,
    Topic.CLUSTERS: _clusters,
    Topic.CONTENTS: _contents,
    Topic.KEY_ALIASES: _key_aliases,
    Topic.LOCKS: _locks,
    Topic.LOG_GROUPS: _log_groups,
    Topic.MAIL_IDENTITIES: existing("sesv2", "get_email_identity", "EmailIdentity"),
    Topic.MAIL_POOLS: existing("sesv2", "get_dedicated_ip_pool", "PoolName"),
    Topic.MAIL_SETS: existing("sesv2", "get_configuration_set", "ConfigurationSetName"),
    Topic.SECRETS: _secrets,
    Topic.TABLES: existing("dynamodb", "describe_table", "TableName"),
    Topic.VAULTS: _vaults,
    Topic.VERSIONING: _versioning,
}
