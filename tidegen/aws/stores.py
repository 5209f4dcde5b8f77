"""The data of one region over boto3, for a rehearsal: objects, items, launch templates."""

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from tidegen.aws.errors import translated
from tidegen.aws.sessions import client_settings, session
from tidegen.cloudformation.quotas import batches
from tidegen.deployment.rehearsal.ports import Store, StoredObject, TableCopy
from tidegen.errors import Problem, RefusedError
from tidegen.planning.model import Place

_BATCH = 25  # items in one call (DynamoDB API, BatchWriteItem)


def store_at(place: Place) -> Store:
    """Return the data of `place`; AWS_ENDPOINT_URL selects another endpoint."""
    with translated(str(place), "credentials"):
        return AwsStore(place, session(place))


class AwsStore:
    """Data through boto3."""

    def __init__(self, place: Place, boto_session: Any) -> None:
        self._place = place
        self._session = boto_session

    def put_object(self, bucket: str, key: str, item: StoredObject) -> None:
        """Upload an object."""
        with self._translated(f"s3:PutObject {bucket}"):
            _put(self._client("s3"), bucket, key, item)

    def objects(self, bucket: str) -> Mapping[str, StoredObject]:
        """Return all objects of a bucket, by key."""
        with self._translated(f"s3:GetObject {bucket}"):
            return {key: self._object(bucket, key) for key in self._keys(bucket)}

    def keys(self, bucket: str) -> list[str]:
        """Return the keys of a bucket's objects."""
        with self._translated(f"s3:ListBucket {bucket}"):
            return self._keys(bucket)

    def _keys(self, bucket: str) -> list[str]:
        pages = self._client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def _object(self, bucket: str, key: str) -> StoredObject:
        s3 = self._client("s3")
        answer = s3.get_object(Bucket=bucket, Key=key)
        tags = s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
        return StoredObject(
            content=answer["Body"].read(),
            media_type=answer["ContentType"],
            metadata=answer["Metadata"],
            tags={tag["Key"]: tag["Value"] for tag in tags},
        )

    def replica(self, bucket: str) -> str:
        """Return the name of a bucket's replica; raise RefusedError without replication."""
        with self._translated(f"s3:GetReplicationConfiguration {bucket}"):
            return str(self._destination(bucket)["Bucket"]).rpartition(":")[2]

    def replicate(self, bucket: str) -> int:
        """Copy all objects as the bucket's replication says; raise RefusedError without one."""
        with self._translated(f"s3:GetReplicationConfiguration {bucket}"):
            destination = self._destination(bucket)
            keys = self._keys(bucket)
            for key in keys:
                self._copy(bucket, key, destination)
        return len(keys)

    def _destination(self, bucket: str) -> dict[str, Any]:
        from botocore.exceptions import ClientError

        try:
            answer = self._client("s3").get_bucket_replication(Bucket=bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ReplicationConfigurationNotFoundError":
                raise
            raise RefusedError(Problem(bucket, "is not replicated; nothing is copied")) from None
        rules = answer["ReplicationConfiguration"]["Rules"]
        enabled = [rule["Destination"] for rule in rules if rule["Status"] == "Enabled"]
        if not enabled:
            raise RefusedError(Problem(bucket, "has no enabled rule of replication"))
        return dict(enabled[0])

    def _copy(self, bucket: str, key: str, destination: Mapping[str, Any]) -> None:
        """Write one object into the replica, in its region and under its key."""
        item = self._object(bucket, key)
        target = destination["Bucket"].rpartition(":")[2]
        key_arn = destination["EncryptionConfiguration"]["ReplicaKmsKeyID"]
        region = key_arn.split(":")[3]
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_arn}
        _put(self._client("s3", region), target, key, item, **encryption)

    def copy_objects(self, source: str, target: str) -> int:
        """Copy all objects of a bucket into another of the region; return their number."""
        s3 = self._client("s3")
        with self._translated(f"s3:CopyObject {target}"):
            keys = self._keys(source)
            for key in keys:
                s3.copy_object(Bucket=target, Key=key, CopySource={"Bucket": source, "Key": key})
        return len(keys)

    def put_items(self, table: str, items: list[Mapping[str, Any]]) -> None:
        """Write items into a table."""
        with self._translated(f"dynamodb:BatchWriteItem {table}"):
            for part in batches(items, len, _BATCH):
                writes = [{"PutRequest": {"Item": dict(item)}} for item in part]
                self._client("dynamodb").batch_write_item(RequestItems={table: writes})

    def table(self, name: str) -> TableCopy:
        """Return a table's keys and items."""
        dynamodb = self._client("dynamodb")
        with self._translated(f"dynamodb:Scan {name}"):
            about = dynamodb.describe_table(TableName=name)["Table"]
            pages = dynamodb.get_paginator("scan").paginate(TableName=name)
            items = [item for page in pages for item in page["Items"]]
        keys = [item["AttributeName"] for item in about["KeySchema"]]
        schema = {
            "keys": keys,
            "key_schema": about["KeySchema"],
            "attributes": about["AttributeDefinitions"],
            "indexes": [_index(item) for item in about.get("GlobalSecondaryIndexes", [])],
        }
        return TableCopy(schema, {_identity(item, keys): item for item in items})

    def create_table(self, name: str, copy: TableCopy) -> str:
        """Create a table with these items and return its ARN, as a restore does."""
        dynamodb, schema = self._client("dynamodb"), copy.schema
        more = {"GlobalSecondaryIndexes": schema["indexes"]} if schema["indexes"] else {}
        with self._translated(f"dynamodb:CreateTable {name}"):
            made = dynamodb.create_table(
                TableName=name,
                BillingMode="PAY_PER_REQUEST",
                KeySchema=schema["key_schema"],
                AttributeDefinitions=schema["attributes"],
                **more,
            )
            dynamodb.get_waiter("table_exists").wait(TableName=name)
        self.put_items(name, list(copy.items.values()))
        return str(made["TableDescription"]["TableArn"])

    def user_data(self, launch_template: str) -> str:
        """Return the decoded user data of the newest version of a launch template."""
        with self._translated(f"ec2:DescribeLaunchTemplateVersions {launch_template}"):
            answer = self._client("ec2").describe_launch_template_versions(
                LaunchTemplateId=launch_template, Versions=["$Latest"]
            )
        (newest,) = answer["LaunchTemplateVersions"]
        return base64.b64decode(newest["LaunchTemplateData"]["UserData"]).decode()

    def _client(self, service: str, region: str | None = None) -> Any:
        return self._session.client(
            service, region_name=region or self._place.region, config=client_settings()
        )

    def _translated(self, what: str) -> Any:
        return translated(str(self._place), what)


def _put(s3: Any, bucket: str, key: str, item: StoredObject, **more: str) -> None:
    """Write an object with all that it has."""
    tagging = {"Tagging": urlencode(item.tags)} if item.tags else {}
    s3.put_object(
        Bucket=bucket,
        Key=key,
        Body=item.content,
        ContentType=item.media_type,
        Metadata=dict(item.metadata),
        **tagging,
        **more,
    )


def _identity(item: Mapping[str, Any], keys: list[str]) -> str:
    return json.dumps([item[name] for name in keys], default=repr)


def _index(about: Mapping[str, Any]) -> dict[str, Any]:
    return {name: about[name] for name in ("IndexName", "KeySchema", "Projection")}
