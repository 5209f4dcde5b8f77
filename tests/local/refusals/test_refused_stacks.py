"""Deletions that fail below a root, and in the clean-up after an update."""

import json

import pytest
from local_cloud import Cloud, Template
from local_templates import a
from refused import created, refused_update, says, stack_of, updated, with_properties
from test_deletions import TABLE

STACK = "CloudFormation::Stack"
PROTECTED = with_properties(TABLE, DeletionProtectionEnabled=True)
QUEUE = a("SQS::Queue")
BAD = a("SQS::Queue", VisibilityTimeout="long")


def child(cloud: Cloud, key: str, **resources: Template) -> Template:
    return a(STACK, TemplateURL=cloud.upload(f"{key}.json", stack_of(**resources)))


def test_a_nested_stack_that_cannot_be_deleted_fails_its_root(cloud: Cloud) -> None:
    made = created(cloud, Child=child(cloud, "one", Table=PROTECTED, Queue=QUEUE), Queue=QUEUE)
    root = cloud.delete("it")
    assert root["StackStatus"] == "DELETE_FAILED"
    nested = f"Embedded stack {made['Child']} was not successfully deleted: "
    reason = "The following resource(s) failed to delete: [Table]. "
    assert nested + reason in cloud.reasons(root["StackId"])
    assert cloud.stack(made["Child"])["StackStatus"] == "DELETE_FAILED"
    assert says("table-protected", cloud.reasons(made["Child"]))
    assert list(cloud.resources(made["Child"])) == ["Table"]
    table = cloud.client("dynamodb").list_tables()["TableNames"][0]
    cloud.client("dynamodb").update_table(TableName=table, DeletionProtectionEnabled=False)
    assert cloud.delete(root["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    assert cloud.stack(made["Child"])["StackStatus"] == "DELETE_COMPLETE"


def test_a_nested_stack_that_cannot_be_rolled_back_fails_the_rollback(cloud: Cloud) -> None:
    resources = {"Table": PROTECTED, "Bad": {**BAD, "DependsOn": "Table"}}
    root = cloud.create("it", stack_of(Child=child(cloud, "one", **resources)))
    assert root["StackStatus"] == "ROLLBACK_FAILED"
    assert "failed to delete: [Child]" in cloud.events("it")[0]["ResourceStatusReason"]
    assert list(cloud.resources("it")) == ["Child"]
    table = cloud.client("dynamodb").list_tables()["TableNames"][0]
    cloud.client("dynamodb").update_table(TableName=table, DeletionProtectionEnabled=False)
    assert cloud.delete(root["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    assert not cloud.client("dynamodb").list_tables()["TableNames"]


def test_a_failed_clean_up_leaves_the_update_complete(cloud: Cloud) -> None:
    created(cloud, Table=PROTECTED, Queue=QUEUE)
    stack = cloud.update("it", stack_of(Queue=QUEUE))
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    last, *_ = cloud.events("it")
    reason = "Update successful. One or more resources could not be deleted."
    assert (last["ResourceStatus"], last["ResourceStatusReason"]) == ("UPDATE_COMPLETE", reason)
    assert says("table-protected", cloud.reasons("it"))
    assert list(cloud.resources("it")) == ["Queue"]
    assert len(cloud.client("dynamodb").list_tables()["TableNames"]) == 1


def test_a_failed_clean_up_of_a_nested_stack(cloud: Cloud) -> None:
    made = created(cloud, Child=child(cloud, "one", Table=PROTECTED, Queue=QUEUE))
    stack = cloud.update("it", stack_of(Child=child(cloud, "two", Queue=QUEUE)))
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert says("table-protected", cloud.reasons(made["Child"]))
    assert list(cloud.resources(made["Child"])) == ["Queue"]
    assert "could not be deleted" in cloud.events(made["Child"])[0]["ResourceStatusReason"]


def test_a_predecessor_that_stays_does_not_fail_a_nested_update(cloud: Cloud) -> None:
    first = with_properties(PROTECTED, TableName="first")
    second = with_properties(PROTECTED, TableName="second")
    made = created(cloud, Child=child(cloud, "one", Table=first))
    stack = cloud.update("it", stack_of(Child=child(cloud, "two", Table=second)))
    assert stack["StackStatus"] == "UPDATE_COMPLETE", cloud.reasons("it")
    assert sorted(cloud.client("dynamodb").list_tables()["TableNames"]) == ["first", "second"]
    assert says("table-protected", cloud.reasons(made["Child"]))


def test_a_failed_update_names_the_nested_stacks_resource(cloud: Cloud) -> None:
    made = created(cloud, Child=child(cloud, "one", Queue=QUEUE))
    stack = cloud.update("it", stack_of(Child=child(cloud, "two", Queue=QUEUE, Bad=BAD)))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    nested = f"Embedded stack {made['Child']} was not successfully updated: "
    assert f"{nested}The following resource(s) failed to update: [Bad]. " in cloud.reasons("it")


def test_a_root_that_cannot_be_rolled_back_keeps_what_its_deletion_then_deletes(
    cloud: Cloud,
) -> None:
    root = cloud.create("it", stack_of(Table=PROTECTED, Bad={**BAD, "DependsOn": "Table"}))
    assert root["StackStatus"] == "ROLLBACK_FAILED"
    assert says("table-protected", cloud.reasons("it"))
    table = cloud.resources("it")["Table"]
    assert cloud.delete("it")["StackStatus"] == "DELETE_FAILED"
    cloud.client("dynamodb").update_table(TableName=table, DeletionProtectionEnabled=False)
    assert cloud.delete(root["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    assert not cloud.client("dynamodb").list_tables()["TableNames"]


def protect(cloud: Cloud, stack: str, action: str, *logical_ids: str) -> None:
    allow = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
    resources = [f"LogicalResourceId/{name}" for name in logical_ids]
    deny = {**allow, "Effect": "Deny", "Action": [action], "Resource": resources}
    policy = json.dumps({"Statement": [allow, *([deny] if resources else [])]})
    cloud.client("cloudformation").set_stack_policy(StackName=stack, StackPolicyBody=policy)


RENAMED = {
    "first": a("SQS::Queue", QueueName="first"),
    "second": a("SQS::Queue", QueueName="second"),
}


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("Update:Modify", {"It": QUEUE}, {"It": a("SQS::Queue", DelaySeconds=1)}),
        ("Update:Replace", {"It": RENAMED["first"]}, {"It": RENAMED["second"]}),
        ("Update:Delete", {"It": QUEUE, "Other": QUEUE}, {"Other": QUEUE}),
    ],
)
def test_a_stack_policy_denies_an_update(
    cloud: Cloud, action: str, before: Template, after: Template
) -> None:
    created(cloud, **before)
    protect(cloud, "it", action, "It")
    refused_update(cloud, "stack-policy", **after)
    assert f"[{action}] for resource [LogicalResourceId/It]" in cloud.reasons("it")
    protect(cloud, "it", action)
    updated(cloud, **after)


def test_a_nested_stacks_policy_denies_a_removal(cloud: Cloud) -> None:
    made = created(cloud, Child=child(cloud, "one", It=QUEUE, Other=QUEUE))
    protect(cloud, made["Child"], "Update:Delete", "It")
    stack = cloud.update("it", stack_of(Child=child(cloud, "two", Other=QUEUE)))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert says("stack-policy", cloud.reasons(made["Child"]))
    assert sorted(cloud.resources(made["Child"])) == ["It", "Other"]
    protect(cloud, made["Child"], "Update:Delete")
    updated(cloud, Child=child(cloud, "two", Other=QUEUE))
    assert list(cloud.resources(made["Child"])) == ["Other"]
