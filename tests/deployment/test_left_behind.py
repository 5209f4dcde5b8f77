"""The outcome of a deploy has what its clean-up left behind, on the engine."""

import boto3
from tiny_project import REGION, entry, network
from world import NUMBER

from tidegen.deployment.events import Result
from tidegen.planning.remains import Remains
from tidegen.reporting.events import event_data, left_text


def with_bucket(name):
    template = entry()
    properties = {"BucketName": name}
    template["Resources"]["Bucket"] = {"Type": "AWS::S3::Bucket", "Properties": properties}
    return template


def without_table(name):
    template = network(name)
    del template["Resources"]["Table"]
    return template


def test_what_could_not_be_deleted_and_what_is_kept(world):
    project, target = world.project("left"), world.target("left", protected=False)
    project.nested("environment", {"Network": network("left"), "Entry": with_bucket("tide-left")})
    world.deploy(project, target)
    s3 = boto3.client(
        "s3", region_name=REGION, aws_access_key_id=NUMBER, aws_secret_access_key="local"
    )
    s3.put_object(Bucket="tide-left", Key="a", Body=b"a")
    project.nested("environment", {"Network": without_table("left"), "Entry": entry()})
    outcomes = world.deploy(project, target, allowed=["Network/Table"])
    outcome = outcomes[-1]
    assert outcome.result is Result.UPDATED
    left = {item.path: (item.why, item.physical_id) for item in outcome.left}
    assert left == {
        "Entry/Bucket": (Remains.NOT_DELETED, "tide-left"),
        "Network/Table": (Remains.KEPT, "t-left"),
    }
    by_path = {item["path"]: item for item in event_data(outcome)["left_behind"]}
    assert "not empty" in by_path["Entry/Bucket"]["reason"]
    head, *lines = left_text(outcomes).splitlines()
    assert head.endswith("warning: left behind:")
    assert len(lines) == len(left)
    assert any("tide-left: Network/Table: AWS::DynamoDB::Table t-left is kept" in x for x in lines)


def test_nothing_left_behind_is_no_warning(world):
    project, target = world.project("bare"), world.target("bare", protected=False)
    assert left_text(world.deploy(project, target)) == ""
