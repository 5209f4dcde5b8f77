"""The calls to S3 that a bucket and its policy come to."""

import json

from api_shapes import call


def bucket(s3, name, properties):
    name = properties.get("BucketName", name)
    lock = bool(properties.get("ObjectLockEnabled"))
    place = {"LocationConstraint": s3.meta.region_name}
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=place, ObjectLockEnabledForBucket=lock)
    for part, (operation, convert) in PARTS.items():
        if part in properties:
            call(s3, operation, {"Bucket": name, **convert(properties[part])})
    rest = properties.keys() - PARTS.keys() - {"BucketName", "ObjectLockEnabled", "Tags"}
    assert not rest, f"{name}: {rest}"
    domain = f"{name}.s3.{s3.meta.region_name}.amazonaws.com"
    return {"Ref": name, "Arn": f"arn:aws:s3:::{name}", "RegionalDomainName": domain}


def bucket_policy(s3, name, properties):
    document = {**properties["PolicyDocument"]}
    document["Statement"] = [_as_moto_reads(item) for item in document["Statement"]]
    s3.put_bucket_policy(Bucket=properties["Bucket"], Policy=json.dumps(document))
    return {"Ref": properties["Bucket"]}


def _as_moto_reads(statement):
    """Return the statement in the one of two equal forms that moto understands.

    It takes `"Principal": "*"` for an object, and a list of one for another text than its item.
    """
    principal = statement["Principal"]
    return _unlisted({**statement, "Principal": {"AWS": "*"} if principal == "*" else principal})


def _unlisted(value):
    if isinstance(value, dict):
        return {key: _unlisted(item) for key, item in value.items()}
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _encryption(value):
    rules = [
        {
            ("ApplyServerSideEncryptionByDefault" if k == "ServerSideEncryptionByDefault" else k): v
            for k, v in rule.items()
        }
        for rule in value["ServerSideEncryptionConfiguration"]
    ]
    return {"ServerSideEncryptionConfiguration": {"Rules": rules}}


def _lifecycle(value):
    return {"LifecycleConfiguration": {"Rules": [_lifecycle_rule(r) for r in value["Rules"]]}}


def _lifecycle_rule(rule):
    """Convert what CloudFormation writes flat; S3 demands a filter or a prefix."""
    made = {k: v for k, v in rule.items() if k not in ("ExpirationInDays", "Prefix", "TagFilters")}
    if "ExpirationInDays" in rule:
        made["Expiration"] = {"Days": rule["ExpirationInDays"]}
    if "ExpiredObjectDeleteMarker" in made:
        made["Expiration"] = {"ExpiredObjectDeleteMarker": made.pop("ExpiredObjectDeleteMarker")}
    if "Transitions" in made:
        days = {"TransitionInDays": "Days"}
        made["Transitions"] = [
            {days.get(k, k): v for k, v in item.items()} for item in made["Transitions"]
        ]
    return {**made, "Filter": {"Prefix": rule.get("Prefix", "")}}


def _logging(value):
    """Log into the prefix's first folder: moto asks whether a policy names exactly the prefix."""
    folder = value["LogFilePrefix"].partition("/")[0]
    enabled = {"TargetBucket": value["DestinationBucketName"], "TargetPrefix": f"{folder}/"}
    return {"BucketLoggingStatus": {"LoggingEnabled": enabled}}


def _notifications(value):
    assert value == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    return {"NotificationConfiguration": {"EventBridgeConfiguration": {}}}


def _same(name):
    return lambda value: {name: value}


PARTS = {
    "BucketEncryption": ("put_bucket_encryption", _encryption),
    "OwnershipControls": ("put_bucket_ownership_controls", _same("OwnershipControls")),
    "PublicAccessBlockConfiguration": (
        "put_public_access_block",
        _same("PublicAccessBlockConfiguration"),
    ),
    "VersioningConfiguration": ("put_bucket_versioning", _same("VersioningConfiguration")),
    "LifecycleConfiguration": ("put_bucket_lifecycle_configuration", _lifecycle),
    "LoggingConfiguration": ("put_bucket_logging", _logging),
    "NotificationConfiguration": ("put_bucket_notification_configuration", _notifications),
    "ObjectLockConfiguration": ("put_object_lock_configuration", _same("ObjectLockConfiguration")),
    "ReplicationConfiguration": ("put_bucket_replication", _same("ReplicationConfiguration")),
}
