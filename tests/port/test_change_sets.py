"""Change sets and statuses, on which deployment's decisions depend."""

from urllib.parse import parse_qs

import pytest
from contract_templates import TEXT, broken, nested, table, template, topic
from marks import only

from tidegen.cloudformation.schemas import Replacement
from tidegen.errors import DeploymentError, OvertakenError
from tidegen.planning.changes import Action


def test_a_create_change_set_creates_a_stack_in_review(subject):
    """A change set for a new stack creates the stack, in REVIEW_IN_PROGRESS and without resources.

    Source: API_CreateChangeSet
    """
    made = subject.change_set("s", template(A=topic()))
    state = subject.cloud.stack("s")
    assert (state.status, state.stack_id) == ("REVIEW_IN_PROGRESS", made.stack_id)
    assert [(change.logical_id, change.action) for change in made.changes] == [("A", Action.ADD)]
    assert (made.status, made.execution_status) == ("CREATE_COMPLETE", "AVAILABLE")
    assert subject.cloud.resources(made.stack_id) == ()


def test_a_stack_in_review_accepts_further_change_sets(subject):
    """A further CREATE change set belongs to the same stack in review.

    UNVERIFIED: the documentation lists several change sets of a stack, not of one in review.
    """
    first = subject.change_set("s", template(A=topic()))
    second = subject.change_set("s", template(B=topic()))
    assert first.stack_id == second.stack_id
    assert subject.cloud.change_set(first.change_set_id).status == "CREATE_COMPLETE"


def test_executing_deletes_the_other_change_sets(subject):
    """Executing a change set deletes all others of the stack, which are no longer valid.

    Source: API_ExecuteChangeSet
    """
    first = subject.change_set("s", template(A=topic()))
    subject.apply("s", template(B=topic()))
    with pytest.raises(OvertakenError):
        subject.cloud.execute_change_set(first.change_set_id)


def test_a_change_set_is_executed_once(subject):
    """A change set that is not AVAILABLE cannot be executed.

    Source: API_ExecuteChangeSet, InvalidChangeSetStatus
    """
    made = subject.change_set("s", template(A=topic()))
    subject.cloud.execute_change_set(made.change_set_id)
    with pytest.raises(OvertakenError):
        subject.cloud.execute_change_set(made.change_set_id)


def test_a_stack_is_created_once(subject):
    """CREATE is refused for an existing stack.

    Source: API_CreateChangeSet, ChangeSetType and AlreadyExistsException
    """
    subject.apply("s", template(A=topic()))
    with pytest.raises(OvertakenError, match="already exists"):
        subject.change_set("s", template(A=topic()))


def test_a_missing_stack_cannot_be_updated(subject):
    """UPDATE is refused for a stack that does not exist.

    Source: API_CreateChangeSet, ChangeSetType
    """
    with pytest.raises(DeploymentError, match="does not exist"):
        subject.change_set("s", template(A=topic()), "UPDATE")


def test_no_changes_is_a_failed_change_set(subject):
    """A change set without changes is FAILED, with these words, and cannot be executed.

    UNVERIFIED: the words are from reports (aws-cloudformation/rain#94), not documented.
    """
    subject.apply("s", template(A=topic()))
    made = subject.change_set("s", template(A=topic()), "UPDATE")
    assert (made.status, made.execution_status) == ("FAILED", "UNAVAILABLE")
    assert "didn't contain changes" in made.reason
    with pytest.raises(OvertakenError):
        subject.cloud.execute_change_set(made.change_set_id)


def test_a_change_says_whether_it_replaces(subject):
    """A change names the action, the properties, and whether the resource is replaced.

    Source: API_ResourceChange
    """
    subject.apply("s", template(A=topic(), T=table("t-1"), Gone=topic()))
    wanted = template(A=topic("two"), T=table("t-2"))
    listed = subject.change_set("s", wanted, "UPDATE").changes
    changes = {c.logical_id: (c.action, c.replacement, c.properties) for c in listed}
    assert changes["A"] == (Action.MODIFY, Replacement.NEVER, ("DisplayName",))
    assert changes["T"] == (Action.REPLACE, Replacement.ALWAYS, ("TableName",))
    assert changes["Gone"][0] is Action.REMOVE


@only("double")
def test_nested_stacks_have_change_sets_of_their_own(subject):
    """With IncludeNestedStacks a change set refers to those of the nested stacks.

    Source: change-sets-for-nested-stacks
    """
    inner = template(parameters={"Label": TEXT}, A=topic({"Ref": "Label"}), T=table("t-1"))
    root = template(N=nested(subject.upload(inner), Label="one"))
    created = subject.change_set("s", root)
    assert [c.logical_id for c in created.changes[0].children] == ["A", "T"]
    subject.cloud.execute_change_set(created.change_set_id)
    subject.settled(created.stack_id)
    root = template(N=nested(subject.upload(inner), Label="two"))
    (change,) = subject.change_set("s", root, "UPDATE").changes
    assert [(c.logical_id, c.action) for c in change.children] == [("A", Action.MODIFY)]


@only("engine")
def test_a_name_of_another_stack_fails_the_change_set(subject):
    """A name that another stack's resource has fails the change set; its events name the resource.

    Source: validate-stack-deployments
    """
    subject.apply("first", template(T=table("taken")))
    made = subject.change_set("s", template(T=table("taken")))
    assert (made.status, made.execution_status) == ("FAILED", "UNAVAILABLE")
    assert "AWS::EarlyValidation::ResourceExistenceCheck" in made.reason
    (problem,) = subject.cloud.change_set_problems(made.change_set_id)
    assert "'AWS::DynamoDB::Table' with identifier 'taken' already exists" in problem


@only("engine")
def test_a_false_condition_leaves_its_resource_out(subject):
    """A resource whose condition is false is in no change set.

    Source: user guide, "Conditions syntax": resources with a false condition are ignored
    """
    body = template(A=topic(), B=topic(Condition="Never"))
    never = {"Conditions": {"Never": {"Fn::Equals": ["a", "b"]}}}
    made = subject.change_set("s", {**body, **never})
    assert [change.logical_id for change in made.changes] == ["A"]


@only("engine")
def test_the_engine_has_no_change_sets_of_nested_stacks(subject):
    """The engine has no change sets of nested stacks but failed ones: children are None, not empty.

    Source: none; tidegen's forecast replaces them
    """
    root = template(N=nested(subject.upload(template(A=topic()))))
    (change,) = subject.change_set("s", root).changes
    assert change.children is None


@only("double")
def test_parameters_that_are_not_declared_are_refused(subject):
    """A parameter that the template does not declare is refused.

    UNVERIFIED: seen in reports (deep-security/cloudformation#29), not documented.
    """
    wanted = template(parameters={"Label": TEXT}, A=topic({"Ref": "Label"}))
    with pytest.raises(DeploymentError, match=r"\[Other\] do not exist in the template"):
        subject.change_set("s", wanted, Label="x", Other="y")


def test_parameters_need_values(subject):
    """A parameter without default must be given a value.

    UNVERIFIED: seen in reports (openedx-unsupported/configuration#1993), not documented.
    """
    wanted = template(parameters={"Label": TEXT}, A=topic({"Ref": "Label"}))
    with pytest.raises(DeploymentError, match="Label"):
        subject.change_set("s", wanted)


def test_a_deleted_change_set_does_not_exist(subject):
    """A deleted change set cannot be executed; deleting it again is no error.

    Source: API_ExecuteChangeSet, ChangeSetNotFound; deleting it again is UNVERIFIED: not documented
    """
    made = subject.change_set("s", template(A=topic()))
    subject.cloud.delete_change_set(made.change_set_id)
    subject.cloud.delete_change_set(made.change_set_id)
    with pytest.raises(OvertakenError):
        subject.cloud.execute_change_set(made.change_set_id)


@only("double")
def test_no_operation_begins_while_another_is_in_progress(subject):
    """A stack in progress accepts no change set.

    UNVERIFIED: API_CreateChangeSet names no such error; the words are from reports.
    """
    made = subject.change_set("s", template(A=topic()))
    subject.cloud.execute_change_set(made.change_set_id)
    assert subject.cloud.stack("s").status == "CREATE_IN_PROGRESS"
    with pytest.raises(OvertakenError, match="CREATE_IN_PROGRESS state and can not be updated"):
        subject.change_set("s", template(A=topic("two")), "UPDATE")


@only("engine")
def test_a_failed_creation_can_only_be_deleted(subject):
    """A creation that fails is rolled back: the stack is kept, ROLLBACK_COMPLETE and empty.

    Source: stack-failure-options, and "Stack status codes"
    """
    state = subject.apply("s", template(A=topic(), B=broken()))
    assert state.status == "ROLLBACK_COMPLETE"
    kept = [r for r in subject.cloud.resources(state.stack_id) if r.status != "DELETE_COMPLETE"]
    assert kept == []
    assert subject.deleted(state.stack_id).status == "DELETE_COMPLETE"


@only("double")
def test_a_stack_whose_creation_failed_accepts_no_update(subject):
    """A stack in ROLLBACK_COMPLETE can only be deleted.

    Source: "Stack status codes", ROLLBACK_COMPLETE
    """
    subject.apply("first", template(T=table("taken")))
    assert subject.apply("s", template(T=table("taken"))).status == "ROLLBACK_COMPLETE"
    with pytest.raises(OvertakenError, match="ROLLBACK_COMPLETE state and can not be updated"):
        subject.change_set("s", template(A=topic()), "UPDATE")


@only("engine")
def test_capabilities_are_acknowledged(subject):
    """A template with named IAM resources, or nested stacks, needs its capabilities acknowledged.

    Source: API_CreateChangeSet, Capabilities
    """
    sent = []
    subject.cloud._session.events.register(
        "before-send.cloudformation.CreateChangeSet",
        lambda request, **_: sent.append(parse_qs(request.body)),
    )
    subject.change_set("s", template(A=topic()))
    (asked,) = sent
    given = {value for key, (value,) in asked.items() if key.startswith("Capabilities.member")}
    assert given == {"CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"}
    assert asked["IncludeNestedStacks"] == ["true"]
    assert asked["ClientToken"]
