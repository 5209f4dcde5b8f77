"""Change sets that fail early validation, at the root and in nested stacks."""

from typing import Any

import pytest
from local_cloud import Cloud, Template
from local_templates import a
from refused import created, says, stack_of, with_properties
from test_refused_stacks import child

QUEUE = a("SQS::Queue")
#: Two required properties are missing, as in aws/aws-cdk-cli#1463.
POLICY = a("IAM::Policy", Roles=["any"])


def change_set(cloud: Cloud, name: str = "it", **resources: Template) -> dict[str, Any]:
    """Create a change set with nested stacks and return its description."""
    client, template = cloud.client("cloudformation"), stack_of(**resources)
    url = cloud.upload(f"{name}.json", template)
    known = [s["StackName"] for s in client.describe_stacks()["Stacks"]]
    identifier = client.create_change_set(
        StackName=name,
        ChangeSetName="early",
        ChangeSetType="UPDATE" if name in known else "CREATE",
        TemplateURL=url,
        Capabilities=["CAPABILITY_NAMED_IAM"],
        IncludeNestedStacks=True,
    )["Id"]
    return described(cloud, identifier)


def described(cloud: Cloud, identifier: str) -> dict[str, Any]:
    answer: dict[str, Any] = cloud.client("cloudformation").describe_change_set(
        ChangeSetName=identifier
    )
    return answer


def events(cloud: Cloud, identifier: str) -> list[dict[str, Any]]:
    pages = cloud.client("cloudformation").get_paginator("describe_events")
    arguments = {"ChangeSetName": identifier, "Filters": {"FailedEvents": True}}
    return [event for page in pages.paginate(**arguments) for event in page["OperationEvents"]]


def named_by(cloud: Cloud, root: dict[str, Any]) -> dict[str, Any]:
    """Return the nested change set that the reason of the root's names."""
    assert says("nested-change-set", root["StatusReason"])
    return described(cloud, root["StatusReason"].split()[3])


def test_properties_that_a_schema_refuses_fail_the_change_set(cloud: Cloud) -> None:
    answer = change_set(cloud, Policy=POLICY, Queue=QUEUE)
    assert (answer["Status"], answer["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert says("early-validation", answer["StatusReason"])
    assert "[AWS::EarlyValidation::PropertyValidation]" in answer["StatusReason"]
    reported = events(cloud, answer["ChangeSetId"])
    assert sorted(event["ValidationStatusReason"] for event in reported) == [
        "Required property [PolicyDocument] not found",
        "Required property [PolicyName] not found",
    ]
    for event in reported:
        assert event["LogicalResourceId"] == "Policy"
        assert event["ValidationPath"] == "/Resources/Policy/Properties"
        assert (event["EventType"], event["OperationStatus"]) == ("VALIDATION_ERROR", "FAILED")


@pytest.mark.parametrize(
    ("properties", "path", "reason"),
    [
        ({"Colour": "blue"}, "/Resources/It/Properties", "Unsupported property [Colour]"),
        (
            {"BillingMode": "FREE"},
            "/Resources/It/Properties/BillingMode",
            "FREE is not a valid enum value",
        ),
        (
            {"AttributeDefinitions": [{"AttributeType": "S"}]},
            "/Resources/It/Properties/AttributeDefinitions/0",
            "Required property [AttributeName] not found",
        ),
    ],
)
def test_a_problem_is_reported_at_its_place(
    cloud: Cloud, properties: dict[str, Any], path: str, reason: str
) -> None:
    table = a("DynamoDB::Table", KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}])
    answer = change_set(cloud, It=with_properties(table, **properties))
    (event,) = events(cloud, answer["ChangeSetId"])
    assert event["ValidationPath"] == path
    assert event["ValidationStatusReason"].startswith(reason)


def test_values_that_only_the_deploy_knows_are_not_judged(cloud: Cloud) -> None:
    table = a(
        "SQS::Queue",
        QueueName={"Fn::GetAtt": ["Other", "QueueName"]},
        RedrivePolicy={"deadLetterTargetArn": {"Fn::GetAtt": ["Other", "Arn"]}},
    )
    assert change_set(cloud, It=table, Other=QUEUE)["Status"] == "CREATE_COMPLETE"


def test_a_nested_change_set_fails_that_of_its_root(cloud: Cloud) -> None:
    """The root's reason names the first that failed (aws/aws-sam-cli#2406)."""
    nested = child(cloud, "child", Policy=POLICY, Queue=QUEUE)
    answer = change_set(cloud, Queue=QUEUE, Child=nested, Other=child(cloud, "other", It=POLICY))
    assert (answer["Status"], answer["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert not events(cloud, answer["ChangeSetId"])
    failed = named_by(cloud, answer)
    assert failed["ChangeSetName"] == "early-Child"
    assert says("early-validation", failed["StatusReason"])
    assert {e["LogicalResourceId"] for e in events(cloud, failed["ChangeSetId"])} == {"Policy"}
    client = cloud.client("cloudformation")
    client.delete_change_set(ChangeSetName=answer["ChangeSetId"])
    with pytest.raises(client.exceptions.ChangeSetNotFoundException):
        described(cloud, failed["ChangeSetId"])


def test_a_name_of_another_stack_fails_the_nested_change_set(cloud: Cloud) -> None:
    taken = a("SQS::Queue", QueueName="taken")
    created(cloud, "one", It=taken)
    failed = named_by(cloud, change_set(cloud, Child=child(cloud, "child", It=taken)))
    assert "[AWS::EarlyValidation::ResourceExistenceCheck]" in failed["StatusReason"]
    (event,) = events(cloud, failed["ChangeSetId"])
    assert event["ValidationName"] == "NAME_CONFLICT_VALIDATION"
    reason = "Resource of type 'AWS::SQS::Queue' with identifier 'taken' already exists."
    assert event["ValidationStatusReason"] == reason
    free = child(cloud, "free", It=a("SQS::Queue", QueueName="free"))
    assert change_set(cloud, "two", Child=free)["Status"] == "CREATE_COMPLETE"


def test_names_of_a_roots_own_nested_stacks_are_its_own(cloud: Cloud) -> None:
    named = a("SQS::Queue", QueueName="own")
    created(cloud, Child=child(cloud, "child", It=named))
    updated = child(cloud, "updated", It=with_properties(named, DelaySeconds=1))
    assert change_set(cloud, Child=updated)["Status"] == "CREATE_COMPLETE"
