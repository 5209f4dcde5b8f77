"""Values that only grow, never change, or change alone."""

import pytest
from local_cloud import Cloud, Template
from local_templates import CLUSTER, ROLE, a, ref
from refused import created, refused_creation, refused_update, updated, with_properties
from test_deletions import TABLE

VOLUME = a("EC2::Volume", AvailabilityZone="eu-central-1a", Size=10, VolumeType="gp3")
NODES = a(
    "EKS::Nodegroup",
    ClusterName=ref("Cluster"),
    NodeRole=ROLE,
    Subnets=["s-1"],
    Version="1.33",
    ScalingConfig={"MinSize": 1, "MaxSize": 2},
)
LOCK = {"ObjectLockEnabled": "Enabled"}
ENABLED, SUSPENDED = {"Status": "Enabled"}, {"Status": "Suspended"}


def table(**indexes: str) -> Template:
    names = sorted({"a", *indexes.values()})
    return with_properties(
        TABLE,
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in names],
        GlobalSecondaryIndexes=[
            {
                "IndexName": name,
                "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
            for name, key in indexes.items()
        ],
    )


def test_a_volume_grows_only(cloud: Cloud) -> None:
    created(cloud, It=VOLUME)
    refused_update(cloud, "volume-shrinks", It=with_properties(VOLUME, Size=9))
    updated(cloud, It=with_properties(VOLUME, Size=11))


@pytest.mark.parametrize(
    "change", [{"AvailabilityZone": "eu-central-1b"}, {"Encrypted": True}, {"SnapshotId": "snap-1"}]
)
def test_a_volumes_place_and_encryption_are_fixed(cloud: Cloud, change: Template) -> None:
    created(cloud, It=VOLUME)
    refused_update(cloud, "volume-fixed", It=with_properties(VOLUME, **change))
    updated(cloud, It=with_properties(VOLUME, Iops=4000, Tags=[{"Key": "a", "Value": "b"}]))


@pytest.mark.parametrize("wanted", ["1.35", "1.31"])
def test_kubernetes_versions_follow_each_other(cloud: Cloud, wanted: str) -> None:
    created(cloud, It=with_properties(CLUSTER, Version="1.33"))
    refused_update(cloud, "kubernetes-version", It=with_properties(CLUSTER, Version=wanted))
    updated(cloud, It=with_properties(CLUSTER, Version="1.34"))
    updated(cloud, It=with_properties(CLUSTER, Version="1.33"))


@pytest.mark.parametrize("change", [{"Version": "1.34"}, {"ReleaseVersion": "1.33.0-20260101"}])
def test_a_node_groups_version_changes_alone(cloud: Cloud, change: Template) -> None:
    created(cloud, Cluster=CLUSTER, It=NODES)
    other = with_properties(NODES, Labels={"a": "b"})
    both = with_properties(other, **change)
    refused_update(cloud, "node-group-version", Cluster=CLUSTER, It=both)
    updated(cloud, Cluster=CLUSTER, It=other)
    updated(cloud, Cluster=CLUSTER, It=both)


def test_one_index_at_a_time(cloud: Cloud) -> None:
    created(cloud, It=table(one="b"))
    refused_update(cloud, "two-indexes", It=table(one="b", two="c", three="d"))
    refused_update(cloud, "two-indexes", It=table(two="c"))
    updated(cloud, It=table(one="b", two="c"))
    updated(cloud, It=table(two="c"))


def test_an_index_keeps_its_keys(cloud: Cloud) -> None:
    created(cloud, It=table(one="b"))
    refused_update(cloud, "index-fixed", It=table(one="c"))
    updated(cloud, It=table(one="b", two="c"))


def test_a_locked_bucket_keeps_versions(cloud: Cloud) -> None:
    bucket = a("S3::Bucket", ObjectLockEnabled=True, ObjectLockConfiguration=LOCK)
    suspended = with_properties(bucket, VersioningConfiguration=SUSPENDED)
    refused_creation(cloud, "bucket-locked", It=suspended)
    created(cloud, "other", It=with_properties(bucket, VersioningConfiguration=ENABLED))
    refused_update(cloud, "bucket-locked", "other", It=suspended)
    refused_update(cloud, "bucket-locked", "other", It=bucket)
    tagged = with_properties(bucket, Tags=[{"Key": "a", "Value": "b"}])
    updated(cloud, "other", It=with_properties(tagged, VersioningConfiguration=ENABLED))


def test_a_log_group_keeps_its_class(cloud: Cloud) -> None:
    created(cloud, It=a("Logs::LogGroup"))
    change = a("Logs::LogGroup", LogGroupClass="INFREQUENT_ACCESS")
    refused_update(cloud, "log-group-class", It=change)
    updated(cloud, It=a("Logs::LogGroup", LogGroupClass="STANDARD", RetentionInDays=7))
