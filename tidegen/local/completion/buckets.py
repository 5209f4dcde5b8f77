"""Encryption, lifecycle, object lock, ownership, logging, replication and tags of a bucket."""

from collections.abc import Callable
from typing import Any

from tidegen.local.handlers.base import Properties, Resource
from tidegen.local.handlers.service import client

_Put = Callable[[str, Any], None]


def complete(resource: Resource, name: str) -> Properties:
    """Set the bucket's properties that upstream drops, and delete those that are no longer set."""
    for prop, (put, delete) in _SETTINGS.items():
        if prop in resource.properties:
            put(name, resource.properties[prop])
        elif prop in resource.previous and delete:
            getattr(client("s3"), delete)(Bucket=name)
    _object_lock(name, resource.properties)
    return {}


def _encryption(name: str, value: Properties) -> None:
    """Set default encryption."""
    rules = [
        {_API_NAMES.get(key, key): item for key, item in rule.items()}
        for rule in value["ServerSideEncryptionConfiguration"]
    ]
    client("s3").put_bucket_encryption(
        Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules}
    )


_API_NAMES = {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault", "Id": "ID"}


def _lifecycle(name: str, value: Properties) -> None:
    """Set the lifecycle rules."""
    rules = [lifecycle_rule(rule) for rule in value["Rules"]]
    client("s3").put_bucket_lifecycle_configuration(
        Bucket=name, LifecycleConfiguration={"Rules": rules}
    )


def lifecycle_rule(rule: Properties) -> Properties:
    """Return a lifecycle rule in the format of S3's API."""
    made: Properties = {"Status": rule["Status"], "Filter": _filter(rule)}
    if "Id" in rule:
        made["ID"] = rule["Id"]
    expiration = _renamed(rule, _EXPIRATION)
    if expiration:
        made["Expiration"] = expiration
    if "NoncurrentVersionExpirationInDays" in rule:
        days = rule["NoncurrentVersionExpirationInDays"]
        made["NoncurrentVersionExpiration"] = {"NoncurrentDays": days}
    for key in ("NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"):
        if key in rule:
            made[key] = rule[key]
    return made | _transitions(rule)


_EXPIRATION = {
    "ExpirationDate": "Date",
    "ExpirationInDays": "Days",
    "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker",
}
_CURRENT = {"TransitionDate": "Date", "TransitionInDays": "Days", "StorageClass": "StorageClass"}
_NONCURRENT = {
    "TransitionInDays": "NoncurrentDays",
    "StorageClass": "StorageClass",
    "NewerNoncurrentVersions": "NewerNoncurrentVersions",
}


def _renamed(value: Properties, names: dict[str, str]) -> Properties:
    """Return the entries of `value` in `names`, renamed for the API."""
    return {new: value[old] for old, new in names.items() if old in value}


def _transitions(rule: Properties) -> Properties:
    """Return the transitions of a rule, given as one or as a list."""
    made: Properties = {}
    for key, names in (("Transition", _CURRENT), ("NoncurrentVersionTransition", _NONCURRENT)):
        given = rule.get(f"{key}s") or ([rule[key]] if key in rule else [])
        if given:
            made[f"{key}s"] = [_renamed(item, names) for item in given]
    return made


def _filter(rule: Properties) -> Properties:
    """Return a rule's filter; S3 requires `And` around more than one condition."""
    sizes = ("ObjectSizeGreaterThan", "ObjectSizeLessThan")
    parts: Properties = {key: int(rule[key]) for key in sizes if key in rule}
    if "Prefix" in rule:
        parts["Prefix"] = rule["Prefix"]
    tags = rule.get("TagFilters", [])
    if len(tags) + len(parts) > 1:
        return {"And": {**parts, **({"Tags": tags} if tags else {})}}
    return {"Tag": tags[0]} if tags else parts or {"Prefix": ""}


def _replication(name: str, value: Properties) -> None:
    """Set replication, in the format of S3's API."""
    rules = [replication_rule(rule) for rule in value["Rules"]]
    configuration = {"Role": value["Role"], "Rules": rules}
    client("s3").put_bucket_replication(Bucket=name, ReplicationConfiguration=configuration)


def replication_rule(rule: Properties) -> Properties:
    """Return a replication rule in the format of S3's API."""
    made = {_API_NAMES.get(key, key): value for key, value in rule.items() if key != "Filter"}
    chosen = dict(rule.get("Filter", {}))
    if "TagFilter" in chosen:
        chosen["Tag"] = chosen.pop("TagFilter")
    if "And" in chosen:
        both = chosen["And"]
        chosen["And"] = _renamed(both, {"Prefix": "Prefix", "TagFilters": "Tags"})
    return {**made, "Filter": chosen} if "Filter" in rule else made


def _logging(name: str, value: Properties) -> None:
    """Set the destination of access logs, by default the bucket itself."""
    target = value.get("DestinationBucketName", name)
    enabled = {"TargetBucket": target, "TargetPrefix": value.get("LogFilePrefix", "")}
    client("s3").put_bucket_logging(Bucket=name, BucketLoggingStatus={"LoggingEnabled": enabled})


def _ownership(name: str, value: Properties) -> None:
    """Set the ownership of objects."""
    client("s3").put_bucket_ownership_controls(Bucket=name, OwnershipControls=value)


def _tags(name: str, value: list[dict[str, str]]) -> None:
    """Set the tags."""
    client("s3").put_bucket_tagging(Bucket=name, Tagging={"TagSet": value})


def _versioning(name: str, value: Properties) -> None:
    """Set versioning; upstream does not suspend it."""
    client("s3").put_bucket_versioning(Bucket=name, VersioningConfiguration=value)


def _object_lock(name: str, properties: Properties) -> None:
    """Enable object lock, with the default retention if there is one."""
    if not (properties.get("ObjectLockEnabled") or "ObjectLockConfiguration" in properties):
        return
    _versioning(name, {"Status": "Enabled"})
    configuration = {
        "ObjectLockEnabled": "Enabled",
        **properties.get("ObjectLockConfiguration", {}),
    }
    client("s3").put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=configuration)


# Property -> function that sets it, and operation that deletes it.
_SETTINGS: dict[str, tuple[_Put, str]] = {
    "VersioningConfiguration": (_versioning, ""),
    "BucketEncryption": (_encryption, "delete_bucket_encryption"),
    "LifecycleConfiguration": (_lifecycle, "delete_bucket_lifecycle"),
    "LoggingConfiguration": (_logging, ""),
    "OwnershipControls": (_ownership, "delete_bucket_ownership_controls"),
    "ReplicationConfiguration": (_replication, "delete_bucket_replication"),
    "Tags": (_tags, "delete_bucket_tagging"),
}
