"""The template in between: without a resource, with values in place of references to it."""

import pytest

from tidegen.errors import InputError, RefusedError
from tidegen.planning.changes import Action, Change, ChangeSource
from tidegen.planning.moving import (
    Known,
    Move,
    begun_moves,
    check_asked,
    known_attributes,
    moves_of,
    root_between,
    without_resources,
)

TEMPLATE = {
    "Resources": {
        "Data": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "RetainExceptOnCreate"},
        "Policy": {
            "Type": "AWS::S3::BucketPolicy",
            "DependsOn": ["Data", "Topic"],
            "Properties": {
                "Bucket": {"Ref": "Data"},
                "PolicyDocument": {"Resource": [{"Fn::Sub": "${Data.Arn}/*"}, {"Ref": "Topic"}]},
            },
        },
        "Topic": {"Type": "AWS::SNS::Topic", "DependsOn": "Data"},
    },
    "Outputs": {
        "Name": {"Value": {"Ref": "Data"}},
        "Arn": {"Value": {"Fn::GetAtt": ["Data", "Arn"]}},
        "Domain": {"Value": {"Fn::Join": [".", [{"Fn::GetAtt": ["Data", "DomainName"]}, "x"]]}},
        "Topic": {"Value": {"Ref": "Topic"}},
    },
}
OUTPUTS = {"Name": "data-1", "Arn": "arn:aws:s3:::data-1", "Domain": "data-1.s3.x", "Topic": "t"}


def left(template=TEMPLATE, outputs=OUTPUTS):
    attributes = known_attributes(template, "Data", outputs)
    return without_resources(template, {"Data": Known("data-1", attributes)}, outputs)


def test_the_resource_is_removed_and_references_become_values():
    resources = left()["Resources"]
    assert resources.keys() == {"Policy", "Topic"}
    properties = resources["Policy"]["Properties"]
    assert properties["Bucket"] == "data-1"
    arn, topic = properties["PolicyDocument"]["Resource"]
    assert arn == {"Fn::Sub": "arn:aws:s3:::data-1/*"}
    assert topic == {"Ref": "Topic"}


def test_nothing_depends_on_a_removed_resource():
    resources = left()["Resources"]
    assert resources["Policy"]["DependsOn"] == ["Topic"]
    assert "DependsOn" not in resources["Topic"]


def test_outputs_keep_their_values():
    values = {name: about["Value"] for name, about in left()["Outputs"].items()}
    assert values == {**OUTPUTS, "Topic": {"Ref": "Topic"}}


def test_an_unknown_value_is_refused():
    with pytest.raises(RefusedError, match=r"Policy: refers to Data\.Arn, whose value"):
        left(outputs={"Name": "data-1", "Domain": "data-1.s3.x"})


def test_a_resource_without_a_retaining_policy_is_refused():
    data = {"Type": "AWS::S3::Bucket"}
    template = {**TEMPLATE, "Resources": {**TEMPLATE["Resources"], "Data": data}}
    with pytest.raises(RefusedError, match="no DeletionPolicy that keeps it"):
        left(template)


def change(action=Action.MOVE, source="Storage/Data"):
    kind = "AWS::S3::Bucket"
    return Change(
        path="Archive/Data",
        type=kind,
        action=action,
        source=ChangeSource.FORECAST,
        moved_from=source,
    )


PHYSICAL = {"Storage/Data": "data-1"}


@pytest.mark.parametrize("asked", ["Data", "Archive/Data"])
def test_a_move_is_requested_by_logical_id_or_path(asked):
    (move,) = moves_of([change()], [asked], PHYSICAL)
    assert move == Move("Storage/Data", "Archive/Data", "AWS::S3::Bucket", "data-1")
    assert moves_of([change()], ["Other"], PHYSICAL) == ()


def test_a_move_that_replaces_is_refused():
    with pytest.raises(RefusedError, match="would be replaced there as well"):
        moves_of([change(Action.REPLACE)], ["Data"], PHYSICAL)


def test_a_request_for_a_resource_that_does_not_move_is_refused():
    check_asked(["Data"], ["Archive/Data"])
    with pytest.raises(InputError, match="Other: is not a resource that moves"):
        check_asked(["Other"], ["Archive/Data"])


def test_the_root_records_the_moves_in_progress():
    root = {
        "Metadata": {"Tidegen": {"Scope": "environment"}},
        "Resources": {
            "Storage": {"Type": "S", "Properties": {"TemplateURL": "old", "Parameters": {"A": 1}}},
            "Archive": {"Type": "S", "Properties": {"TemplateURL": "same"}},
        },
    }
    move = Move("Storage/Data", "Archive/Data", "AWS::S3::Bucket", "data-1")
    between = root_between(root, {"Storage": "new"}, [move])
    storage, archive = (between["Resources"][n]["Properties"] for n in ("Storage", "Archive"))
    assert storage == {"TemplateURL": "new", "Parameters": {"A": 1}}
    assert archive == {"TemplateURL": "same"}
    assert begun_moves(between) == {"Archive/Data": "data-1"}
    assert between["Metadata"]["Tidegen"]["Scope"] == "environment"
    assert begun_moves(root) == {}
