"""Imports: an existing resource becomes a member of a stack, and nothing else changes."""

import json
import secrets

import pytest
from contract_templates import RETAINED, nested, table, template, topic
from marks import only

from tidegen.errors import DeploymentError
from tidegen.planning.importing import ImportedResource, ImportRequest

TABLE = "AWS::DynamoDB::Table"


def existing(subject, name):
    """Create a table in no stack."""
    if subject.kind == "double":
        subject.cloud.present[TABLE, name] = {"TableName": name}
        return
    wanted = table(name)["Properties"]
    subject.cloud._client("dynamodb").create_table(**wanted)


def asked(stack, wanted, name, **more):
    resources = (ImportedResource("T", TABLE, {"TableName": name}),)
    change_set = f"import-{secrets.token_hex(4)}"
    return ImportRequest(
        stack=stack, name=change_set, resources=resources, body=json.dumps(wanted), **more
    )


def imported(subject, *arguments, **more):
    """Execute an import; return the stack's state."""
    made = subject.cloud.change_set(subject.cloud.create_import(asked(*arguments, **more)))
    assert made.status == "CREATE_COMPLETE", made.reason
    subject.cloud.execute_change_set(made.change_set_id)
    return subject.settled(made.stack_id)


def test_an_existing_resource_becomes_a_member(subject):
    """After an import the stack is IMPORT_COMPLETE and holds the resource by its identifier.

    Source: "Import AWS resources into a CloudFormation stack manually"
    """
    existing(subject, "t-1")
    state = subject.apply("s", template(A=topic()))
    ended = imported(subject, state.stack_id, template(A=topic(), T=table("t-1")), "t-1")
    assert ended.status == "IMPORT_COMPLETE"
    held = {r.logical_id: r.physical_id for r in subject.cloud.resources(state.stack_id)}
    assert held["T"] == "t-1"


def test_an_import_creates_a_missing_stack(subject):
    """An import into a name without stack creates one, without outputs.

    Source: "Create a stack from existing resources"
    """
    existing(subject, "t-2")
    ended = imported(subject, "s", template(T=table("t-2")), "t-2")
    assert ended.status == "IMPORT_COMPLETE"
    assert ended.outputs == {}


def test_an_import_into_a_nested_stack_is_made_on_that_stack(subject):
    """A nested stack is the target of its import, and its root does not change.

    UNVERIFIED: no page states this of nested stacks; drift and updates are also per nested stack.
    """
    existing(subject, "t-3")
    url = subject.upload(template(A=topic()))
    root = subject.apply("s", template(N=nested(url)))
    (below,) = subject.cloud.resources(root.stack_id)
    wanted = template(A=topic(), T=table("t-3"))
    assert imported(subject, below.physical_id, wanted, "t-3").status == "IMPORT_COMPLETE"
    assert subject.cloud.stack("s").status == "CREATE_COMPLETE"
    url = subject.upload(wanted)
    assert subject.apply("s", template(N=nested(url)), "UPDATE").status == "UPDATE_COMPLETE"
    held = {r.logical_id: r.physical_id for r in subject.cloud.resources(below.physical_id)}
    assert held["T"] == "t-3"


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (template({"X": {"Value": "x"}}, A=topic(), T=table("t-4")), "Outputs"),
        (template(A=topic("two"), T=table("t-4")), "modified resources"),
        (template(A=topic(), B=topic(), T=table("t-4")), "missing from ResourceToImport"),
        (
            template(A=topic(), T={k: v for k, v in table("t-4").items() if k not in RETAINED}),
            "must have DeletionPolicy",
        ),
    ],
)
def test_an_import_does_nothing_else(subject, wanted, words):
    """Outputs and other resources do not change; each imported resource has a DeletionPolicy.

    Source: "Import AWS resources into a CloudFormation stack manually", considerations
    """
    existing(subject, "t-4")
    state = subject.apply("s", template(A=topic()))
    with pytest.raises(DeploymentError, match=words):
        subject.cloud.create_import(asked(state.stack_id, wanted, "t-4"))


def test_a_missing_resource_cannot_be_imported(subject):
    """The change set fails where no resource has that identifier.

    Source: "Import AWS resources into a CloudFormation stack manually", import validation
    """
    state = subject.apply("s", template(A=topic()))
    wanted = template(A=topic(), T=table("t-none"))
    made = subject.cloud.create_import(asked(state.stack_id, wanted, "t-none"))
    change_set = subject.cloud.change_set(made)
    assert change_set.status == "FAILED"
    assert "t-none" in change_set.reason


def test_a_member_of_one_stack_cannot_join_another(subject):
    """The change set fails where another stack holds the resource.

    Source: "Import AWS resources into a CloudFormation stack manually", import validation
    """
    subject.apply("other", template(T=table("t-5")))
    state = subject.apply("s", template(A=topic()))
    wanted = template(A=topic(), T=table("t-5"))
    change_set = subject.cloud.change_set(
        subject.cloud.create_import(asked(state.stack_id, wanted, "t-5"))
    )
    assert change_set.status == "FAILED"
    assert "already exists in stack" in change_set.reason


def test_a_resource_kept_by_a_deleted_stack_can_be_imported(subject):
    """A retained resource is in no stack after its own is deleted.

    Source: "DeletionPolicy attribute", Retain
    """
    gone = subject.apply("other", template(A=topic(), T=table("t-6")))
    subject.deleted(gone.stack_id)
    state = subject.apply("s", template(A=topic()))
    wanted = template(A=topic(), T=table("t-6"))
    assert imported(subject, state.stack_id, wanted, "t-6").status == "IMPORT_COMPLETE"


def test_an_import_does_not_compare_the_template_with_the_resource(subject):
    """An import records the template's values, even if the resource's differ, for the next update.

    Source: "Import AWS resources into a CloudFormation stack manually", import validation
    """
    existing(subject, "t-8")
    state = subject.apply("s", template(A=topic()))
    other = table("t-8")
    other["Properties"]["BillingMode"] = "PROVISIONED"
    wanted = template(A=topic(), T=other)
    assert imported(subject, state.stack_id, wanted, "t-8").status == "IMPORT_COMPLETE"
    assert subject.change_set("s", wanted, "UPDATE").status == "FAILED"
    change_set = subject.change_set("s", template(A=topic(), T=table("t-8")), "UPDATE")
    assert [(c.logical_id, c.properties) for c in change_set.changes] == [("T", ("BillingMode",))]


@only("double")
def test_an_existing_resource_can_be_read(subject):
    """GetResource of Cloud Control returns the properties as a template has them.

    Source: Cloud Control API, API_GetResource
    """
    existing(subject, "t-7")
    assert subject.cloud.existing(TABLE, "t-7") == {"TableName": "t-7"}
    assert subject.cloud.existing(TABLE, "t-none") is None
