"""The data of a rehearsal, through a real engine: what is written is read, and how it is copied."""

import boto3
import pytest

from tests.conftest import unmeasured_engine
from tidegen.aws.stores import store_at
from tidegen.deployment.rehearsal.data import items, uploads
from tidegen.deployment.rehearsal.ports import StoredObject
from tidegen.errors import RefusedError
from tidegen.local.engine import environment_variables
from tidegen.planning.model import Place

ACCOUNT, HOME, OTHER = "111122223333", "us-west-2", "us-east-2"
SOURCE, REPLICA, TARGET = "tide-source-bucket", "tide-replica-bucket", "tide-target-bucket"
ITEM = StoredObject(
    content=b"content", media_type="a/b", metadata={"device": "1"}, tags={"scan": "clean &+"}
)


@pytest.fixture(scope="module")
def engine():
    with unmeasured_engine() as running, pytest.MonkeyPatch.context() as patch:
        for name, value in environment_variables(running.endpoint, ACCOUNT, HOME).items():
            patch.setenv(name, value)
        for bucket, region in ((SOURCE, HOME), (REPLICA, OTHER), (TARGET, OTHER)):
            place = {"LocationConstraint": region}
            client("s3", region).create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
            client("s3", region).put_bucket_versioning(
                Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
            )
        yield running


def client(service, region):
    return boto3.client(service, region_name=region)


def store(region):
    return store_at(Place(ACCOUNT, region))


def replicate_to(bucket, key, status="Enabled"):
    rule = {
        "ID": "recovery",
        "Status": status,
        "Priority": 1,
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
        "Destination": {
            "Bucket": f"arn:aws:s3:::{bucket}",
            "EncryptionConfiguration": {"ReplicaKmsKeyID": key},
        },
    }
    client("s3", HOME).put_bucket_replication(
        Bucket=SOURCE,
        ReplicationConfiguration={"Role": f"arn:aws:iam::{ACCOUNT}:role/r", "Rules": [rule]},
    )


@pytest.mark.usefixtures("engine")
def test_objects_are_read_as_written_and_copied_with_all_they_have():
    for key, item in {**uploads(), "one": ITEM}.items():
        store(HOME).put_object(SOURCE, key, item)
    written = store(HOME).objects(SOURCE)
    assert written == {**uploads(), "one": ITEM}
    with pytest.raises(RefusedError, match="is not replicated"):
        store(HOME).replicate(SOURCE)
    key = client("kms", OTHER).create_key()["KeyMetadata"]["Arn"]
    replicate_to(REPLICA, key, "Disabled")
    with pytest.raises(RefusedError, match="no enabled rule"):
        store(HOME).replicate(SOURCE)
    assert store(OTHER).objects(REPLICA) == {}
    replicate_to(REPLICA, key)
    assert store(HOME).replica(SOURCE) == REPLICA
    assert store(HOME).replicate(SOURCE) == len(written)
    assert store(OTHER).objects(REPLICA) == written
    head = client("s3", OTHER).head_object(Bucket=REPLICA, Key="one")
    assert head["SSEKMSKeyId"] == key
    assert store(OTHER).copy_objects(REPLICA, TARGET) == len(written)
    assert store(OTHER).objects(TARGET) == written
    assert sorted(store(OTHER).keys(TARGET)) == sorted(written)


@pytest.mark.usefixtures("engine")
def test_a_table_is_created_again_with_its_keys_indexes_and_items():
    dynamodb = client("dynamodb", HOME)
    dynamodb.create_table(
        TableName="source",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[key("user", "HASH"), key("time", "RANGE")],
        AttributeDefinitions=[
            attribute("user", "S"),
            attribute("time", "N"),
            attribute("kind", "S"),
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "kinds",
                "KeySchema": [key("kind", "HASH")],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    store(HOME).put_items("source", items(store(HOME).table("source").schema))
    copy = store(HOME).table("source")
    assert len(copy.items) > 25
    arn = store(OTHER).create_table("restored", copy)
    assert arn == f"arn:aws:dynamodb:{OTHER}:{ACCOUNT}:table/restored"
    restored = store(OTHER).table("restored")
    assert (restored.items, restored.schema) == (copy.items, copy.schema)


def key(name, kind):
    return {"AttributeName": name, "KeyType": kind}


def attribute(name, kind):
    return {"AttributeName": name, "AttributeType": kind}
