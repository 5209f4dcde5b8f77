"""A moved resource is one resource, not a removal and an addition."""

from tidegen.planning.changes import Action
from tidegen.planning.forecast import forecast

RETAINED = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}


def bucket(name="data", **extra):
    properties = {"BucketName": name, **extra}
    return {"Type": "AWS::S3::Bucket", **RETAINED, "Properties": properties}


def table(key):
    keys = [{"AttributeName": key, "KeyType": "HASH"}]
    return {"Type": "AWS::DynamoDB::Table", **RETAINED, "Properties": {"KeySchema": keys}}


def rows(old, new):
    return [(c.path, c.action, c.moved_from) for c in forecast(old, new)]


def test_a_named_resource_in_another_stack_has_moved():
    assert rows({"Storage/Data": bucket()}, {"Data/Uploads": bucket(Tags=[1])}) == [
        ("Data/Uploads", Action.MOVE, "Storage/Data")
    ]
    (change,) = forecast({"Storage/Data": bucket()}, {"Data/Uploads": bucket(Tags=[1])})
    assert change.stateful
    assert [detail.name for detail in change.details] == ["Tags"]


def test_another_name_is_another_resource():
    assert [row[1] for row in rows({"A/Data": bucket("a")}, {"B/Data": bucket("b")})] == [
        Action.REMOVE,
        Action.ADD,
    ]


def test_without_a_name_all_properties_have_to_agree():
    assert rows({"A/T": table("id")}, {"B/T": table("id")}) == [("B/T", Action.MOVE, "A/T")]
    assert {row[1] for row in rows({"A/T": table("id")}, {"B/T": table("key")})} == {
        Action.ADD,
        Action.REMOVE,
    }


def test_several_candidates_are_not_a_move():
    old = {"A/One": table("id"), "A/Two": table("id")}
    assert {row[1] for row in rows(old, {"B/One": table("id")})} == {Action.ADD, Action.REMOVE}


def test_references_to_a_moved_resource_are_not_changes():
    policy = {"Type": "AWS::S3::BucketPolicy"}

    def refer(path):
        return {
            **policy,
            "Properties": {"Bucket": {"Ref": path}, "Arn": {"Fn::GetAtt": [path, "Arn"]}},
        }

    old = {"A/Data": bucket(), "C/Policy": refer("A/Data")}
    new = {"B/Data": bucket(), "C/Policy": refer("B/Data")}
    assert rows(old, new) == [("B/Data", Action.MOVE, "A/Data")]


def test_a_move_that_also_replaces_is_a_replacement():
    old, new = {"A/T": {**table("id")}}, {"B/T": {**table("id")}}
    old["A/T"]["Properties"] = {**old["A/T"]["Properties"], "TableName": "t"}
    new["B/T"]["Properties"] = {"TableName": "t", "KeySchema": []}
    assert [row[1] for row in rows(old, new)] == [Action.MOVE]
