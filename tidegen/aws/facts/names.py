"""Readers of names in use."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from tidegen.aws.facts.reader import Reader, existing
from tidegen.contract import Topic
from tidegen.planning.preflight import Answer

Names = tuple[str, ...]


def _buckets(reader: Reader, names: Names) -> Answer:
    regions = {name: _bucket_region(reader, name) for name in names}
    return {name: region for name, region in regions.items() if region is not None}


def _bucket_region(reader: Reader, name: str) -> str | None:
    """Return the bucket's region; empty if access is denied, None if it does not exist.

    HeadBucket would need s3:ListBucket, which shows the keys of objects.
    """
    from botocore.exceptions import ClientError

    owner = reader.place.account
    try:
        location = reader.find("s3", "get_bucket_location", Bucket=name, ExpectedBucketOwner=owner)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("403", "AccessDenied"):
            return ""
        raise
    return None if location is None else _region(location.get("LocationConstraint"))


def _region(constraint: str | None) -> str:
    """Return the region of a location constraint, whose oldest forms are not region names."""
    return {None: "us-east-1", "": "us-east-1", "EU": "eu-west-1"}.get(constraint) or str(
        constraint
    )


def _packages(reader: Reader, names: Names) -> Answer:
    """Return the hashes of the objects that exist; a few kilobytes each.

    Without the permission to list the bucket, S3 refuses a missing object instead of naming it.
    """
    hashes = {}
    for name in names:
        bucket, _, key = name.partition("/")
        listed = reader.pages("s3", "list_objects_v2", "Contents", Bucket=bucket, Prefix=key)
        if any(item["Key"] == key for item in listed):
            body = reader.call("s3", "get_object", Bucket=bucket, Key=key)["Body"]
            hashes[name] = sha256(body.read()).hexdigest()
    return hashes


def _versioning(reader: Reader, names: Names) -> Answer:
    answers = {name: reader.find("s3", "get_bucket_versioning", Bucket=name) for name in names}
    return {name: item.get("Status", "") for name, item in answers.items() if item is not None}


def _contents(reader: Reader, names: Names) -> Answer:
    """Return buckets with objects or versions, which cannot be deleted."""
    return {name: "" for name in names if _has_objects(reader, name)}


def _has_objects(reader: Reader, name: str) -> bool:
    listed = reader.find("s3", "list_object_versions", Bucket=name, MaxKeys=1) or {}
    return bool(listed.get("Versions") or listed.get("DeleteMarkers"))


def _log_groups(reader: Reader, names: Names) -> Answer:
    return {name: "" for name in names if _has_log_group(reader, name)}


def _has_log_group(reader: Reader, name: str) -> bool:
    asked = {"logGroupNamePrefix": name}
    groups = reader.pages("logs", "describe_log_groups", "logGroups", **asked)
    return any(item["logGroupName"] == name for item in groups)


def _secrets(reader: Reader, names: Names) -> Answer:
    listed = reader.pages(
        "secretsmanager", "list_secrets", "SecretList", IncludePlannedDeletion=True
    )
    return {item["Name"]: _secret(reader, item) for item in listed if item["Name"] in names}


def _secret(reader: Reader, item: Any) -> dict[str, str]:
    """Return a secret's facts; a primary with replicas also names a region, its own."""
    primary = item.get("PrimaryRegion", "")
    return {
        "arn": item["ARN"],
        "deleted": _day(item.get("DeletedDate")),
        "primary": "" if primary == reader.place.region else primary,
    }


def _day(time: Any) -> str:
    return f"{time:%Y-%m-%d}" if time else ""


def _access_controls(reader: Reader, names: Names) -> Answer:
    ids: dict[str, str] = {}
    following: dict[str, str] = {}
    while True:
        page = reader.call("cloudfront", "list_origin_access_controls", **following)
        listed = page["OriginAccessControlList"]
        ids |= {item["Name"]: item["Id"] for item in listed.get("Items", [])}
        if not listed.get("IsTruncated"):
            return {name: ids[name] for name in names if name in ids}
        following = {"Marker": listed["NextMarker"]}


def _key_aliases(reader: Reader, names: Names) -> Answer:
    listed = {item["AliasName"] for item in reader.pages("kms", "list_aliases", "Aliases")}
    return {name: "" for name in names if name in listed}


def _vaults(reader: Reader, names: Names) -> Answer:
    """Return vaults from the list: asked for a missing one, AWS Backup reports denied access."""
    listed = reader.pages("backup", "list_backup_vaults", "BackupVaultList")
    existing = {item["BackupVaultName"] for item in listed}
    return {name: "" for name in names if name in existing}


def _locks(reader: Reader, names: Names) -> Answer:
    """Return the locks; without a date administrators can still remove a lock."""
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
    clusters = {name: reader.find("eks", "describe_cluster", name=name) for name in names}
    return {name: item["cluster"]["version"] for name, item in clusters.items() if item}


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
    Topic.PACKAGES: _packages,
    Topic.SECRETS: _secrets,
    Topic.TABLES: existing("dynamodb", "describe_table", "TableName"),
    Topic.VAULTS: _vaults,
    Topic.VERSIONING: _versioning,
}
