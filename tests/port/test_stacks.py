"""Stacks: lookup, contents, protection and failures."""

import json

import pytest
from contract_templates import TEXT, broken, nested, table, template, topic
from marks import only

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.cloudformation.stateful import stack_policy
from tidegen.errors import DeploymentError, RefusedError
from tidegen.planning.model import StackResource


def test_an_unknown_stack_is_none(subject):
    """DescribeStacks of an unknown name is a ValidationError; the port returns None.

    Source: API_DescribeStacks
    """
    assert subject.cloud.stack("nothing") is None
    assert subject.cloud.events("nothing", None) == ()
    assert subject.cloud.resources("nothing") == ()
    assert subject.cloud.template("nothing") == ""


def test_a_stack_has_its_parameters_outputs_and_tags(subject):
    """A stack has its outputs, parameters and tags, and the template as it was sent.

    Source: API_Stack, API_GetTemplate
    """
    wanted = template({"Label": {"Value": {"Ref": "Label"}}}, {"Label": TEXT}, A=topic())
    state = subject.apply("s", wanted, Label="x")
    assert state.status == "CREATE_COMPLETE"
    assert (state.outputs, state.parameters) == ({"Label": "x"}, {"Label": "x"})
    assert state.tags == {"project": "tide"}
    assert json.loads(subject.cloud.template("s")) == wanted
    assert subject.cloud.stack(state.stack_id) == subject.cloud.stack("s")


def test_stacks_read_together_are_as_read_one_by_one(subject):
    """Without a name DescribeStacks describes all stacks, as it describes a single one.

    Source: API_DescribeStacks; deleted stacks are not among them
    """
    for name in ("one", "two", "three"):
        subject.apply(name, template(A=topic(), outputs={"It": {"Value": {"Ref": "A"}}}))
    names = ("one", "two", "three", "absent")
    together = subject.cloud.named_stacks(names)
    assert together == {name: subject.cloud.stack(name) for name in names}
    assert together["absent"] is None


def test_an_update_is_seen_in_the_time_of_the_last_change(subject):
    """LastUpdatedTime distinguishes one state of a stack from the next.

    Source: API_Stack, LastUpdatedTime
    """
    before = subject.apply("s", template(A=topic())).changed
    assert subject.cloud.stack("s").changed == before
    assert subject.apply("s", template(A=topic("two")), "UPDATE").changed > before


def test_a_deleted_stack_is_found_by_id_only(subject):
    """A deleted stack is found by its id only, as DELETE_COMPLETE.

    Source: API_DescribeStacks, StackName
    """
    state = subject.apply("s", template(A=topic()))
    assert subject.deleted(state.stack_id).status == "DELETE_COMPLETE"
    assert subject.cloud.stack("s") is None
    assert subject.cloud.stack(state.stack_id).status == "DELETE_COMPLETE"


def test_deleting_a_missing_stack_is_no_error(subject):
    """DeleteStack of a stack that does not exist succeeds.

    UNVERIFIED: API_DeleteStack names no error for it.
    """
    subject.cloud.delete_stack("nothing", None)


def test_a_stack_in_review_is_deleted_at_once(subject):
    """A stack in review can be deleted, with its change sets.

    UNVERIFIED: no page describes the fate of the change sets.
    """
    made = subject.change_set("s", template(A=topic()))
    subject.cloud.delete_stack(made.stack_id, None)
    subject.settled(made.stack_id)
    assert subject.cloud.stack("s") is None
    with pytest.raises(DeploymentError):
        subject.cloud.change_set(made.change_set_id)


def test_termination_protection_keeps_a_stack(subject):
    """A stack with termination protection is not deleted and does not change.

    Source: using-cfn-protect-stacks
    """
    state = subject.apply("s", template(A=topic()))
    subject.cloud.set_termination_protection(state.stack_id, enabled=True)
    assert subject.cloud.stack("s").protected
    with pytest.raises(DeploymentError, match="TerminationProtection is enabled"):
        subject.cloud.delete_stack(state.stack_id, None)
    assert subject.cloud.stack("s").status == "CREATE_COMPLETE"


def test_events_cover_an_operation_from_start_to_end(subject):
    """Events of an operation begin and end with the stack's own, whose resource is the stack.

    Source: "Understand CloudFormation stack creation events"
    """
    state = subject.apply("s", template(A=topic()))
    own = [e.status for e in subject.cloud.events(state.stack_id, None) if e.is_own]
    assert own[-2:] == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"]


def test_events_since_a_time_leave_out_earlier_ones(subject):
    """Events are listed newest first, and divided by CloudFormation's times.

    Source: API_DescribeStackEvents
    """
    state = subject.apply("s", template(A=topic()))
    first = subject.cloud.events(state.stack_id, None)
    subject.apply("s", template(A=topic("two")), "UPDATE")
    later = subject.cloud.events(state.stack_id, first[-1].time)
    assert len(later) < len(subject.cloud.events(state.stack_id, None))
    assert later[-1].status == "UPDATE_COMPLETE"
    assert list(later) == sorted(later, key=lambda event: event.time)


def test_a_nested_stack_is_a_resource_and_a_stack(subject):
    """A nested stack's physical id is its stack id; it has separate resources and outputs.

    Source: using-cfn-nested-stacks
    """
    inner = template({"Label": {"Value": {"Ref": "Label"}}}, {"Label": TEXT}, A=topic())
    subject.apply("s", template(N=nested(subject.upload(inner), Label="x")))
    (child,) = subject.cloud.resources("s")
    assert (child.logical_id, child.type) == ("N", STACK_TYPE)
    assert ":stack/" in child.physical_id
    assert [r.logical_id for r in subject.cloud.resources(child.physical_id)] == ["A"]
    assert subject.cloud.stack(child.physical_id).outputs == {"Label": "x"}
    assert [stack.name for stack in subject.cloud.project_stacks("tide")] == ["s"]


@only("double")
def test_a_nested_stack_names_its_parent(subject):
    """A nested stack names its parent stack.

    Source: API_Stack, ParentId
    """
    root = subject.apply("s", template(N=nested(subject.upload(template(A=topic())))))
    (child,) = subject.cloud.resources("s")
    assert subject.cloud.stack(child.physical_id).parent_id == root.stack_id


def test_a_stack_has_no_policy_until_one_is_set(subject):
    """A stack has no policy at first; a policy is read back as it was set.

    Source: API_GetStackPolicy, API_SetStackPolicy
    """
    state = subject.apply("s", template(A=topic()))
    assert subject.cloud.stack_policy(state.stack_id) is None
    subject.cloud.set_stack_policy(state.stack_id, stack_policy(["A"]))
    assert subject.cloud.stack_policy(state.stack_id) == stack_policy(["A"])


@pytest.mark.parametrize(
    ("wanted", "action"),
    [(template(T=table("t-2")), "Update:Replace"), (template(A=topic()), "Update:Delete")],
)
def test_a_stack_policy_denies_updates(subject, wanted, action):
    """An update that a stack policy denies fails and is rolled back.

    Source: protect-stack-resources
    """
    state = subject.apply("s", template(T=table("t-1")))
    subject.cloud.set_stack_policy(state.stack_id, stack_policy(["T"]))
    after = subject.apply("s", wanted, "UPDATE")
    assert after.status == "UPDATE_ROLLBACK_COMPLETE"
    (failed,) = [e for e in subject.cloud.events("s", None) if e.status == "UPDATE_FAILED"]
    assert "Action denied by stack policy" in failed.reason
    assert action in failed.reason
    assert subject.cloud.template("s") == json.dumps(template(T=table("t-1")))


@only("double")
def test_a_roots_policy_does_not_reach_into_nested_stacks(subject):
    """A stack policy covers the resources of its own stack; a nested stack needs its own.

    UNVERIFIED: protect-stack-resources speaks of one stack and its resources only.
    """
    first, second = (template(T=table(name)) for name in ("t-1", "t-2"))
    root = subject.apply("s", template(N=nested(subject.upload(first))))
    subject.cloud.set_stack_policy(root.stack_id, stack_policy(["T"]))
    update = template(N=nested(subject.upload(second)))
    assert subject.apply("s", update, "UPDATE").status == "UPDATE_COMPLETE"
    (child,) = subject.cloud.resources("s")
    subject.cloud.set_stack_policy(child.physical_id, stack_policy(["T"]))
    update = template(N=nested(subject.upload(template(T=table("t-3")))))
    assert subject.apply("s", update, "UPDATE").status == "UPDATE_ROLLBACK_COMPLETE"


def test_a_name_in_use_fails_the_stack(subject):
    """A resource whose name is in use fails, and with it the operation.

    Source: aws-properties-name, cfn-resource-physical-id
    """
    first = subject.apply("first", template(T=table("taken")))
    subject.deleted(first.stack_id)  # the table stays
    state = subject.apply("s", template(T=table("taken")))
    assert state.status == "ROLLBACK_COMPLETE"
    (failed,) = [
        e
        for e in subject.cloud.events(state.stack_id, None)
        if e.status == "CREATE_FAILED" and e.logical_id == "T"
    ]
    assert "already exists" in failed.reason


def test_a_retained_resource_keeps_its_name_when_its_stack_is_deleted(subject):
    """A resource with DeletionPolicy RetainExceptOnCreate outlives its stack.

    Source: aws-attribute-deletionpolicy
    """
    state = subject.apply("s", template(T=table("kept"), A=topic()))
    subject.deleted(state.stack_id)
    assert subject.apply("s", template(T=table("kept"))).status == "ROLLBACK_COMPLETE"


@only("engine")
def test_a_failed_update_keeps_the_previous_resources(subject):
    """An update that fails is rolled back: template, outputs and resources are restored.

    Source: "Stack status codes", UPDATE_ROLLBACK_COMPLETE
    """
    before = template({"Label": {"Value": "one"}}, A=topic())
    subject.apply("s", before)
    state = subject.apply(
        "s", template({"Label": {"Value": "two"}}, A=topic("x"), B=broken()), "UPDATE"
    )
    assert state.status == "UPDATE_ROLLBACK_COMPLETE"
    assert state.outputs == {"Label": "one"}
    assert json.loads(subject.cloud.template("s")) == before


@only("double")
def test_a_failed_rollback_is_continued_without_skipped_resources(subject):
    """ContinueUpdateRollback continues a failed rollback, without resources in UPDATE_FAILED.

    Source: API_ContinueUpdateRollback, using-cfn-updating-stacks-continueupdaterollback
    """
    double = subject.cloud
    state = double.add("s", "UPDATE_ROLLBACK_FAILED")
    failed = template(A=topic())
    double.templates[state.stack_id] = json.dumps(failed)
    double.nested[state.stack_id] = (resource("A", "UPDATE_FAILED"), resource("B"))
    with pytest.raises(DeploymentError, match="cannot be skipped: B"):
        double.continue_rollback(state.stack_id, None, ["B"])
    double.continue_rollback(state.stack_id, None, ["A"])
    assert subject.settled(state.stack_id).status == "UPDATE_ROLLBACK_COMPLETE"


def test_only_a_failed_rollback_is_continued(subject):
    """ContinueUpdateRollback is for UPDATE_ROLLBACK_FAILED only.

    Source: API_ContinueUpdateRollback
    """
    state = subject.apply("s", template(A=topic()))
    with pytest.raises(DeploymentError, match="cannot be c"):
        subject.cloud.continue_rollback(state.stack_id, None)


def test_an_object_exists_once_it_is_uploaded(subject):
    """S3 shows an object as soon as it is uploaded.

    Source: AmazonS3 user guide, "Amazon S3 data consistency model"
    """
    subject.upload(template(A=topic()))
    assert not subject.cloud.object_exists(subject.bucket, "templates/none", b"x")
    subject.cloud.put_object(subject.bucket, "templates/none", b"x")
    assert subject.cloud.object_exists(subject.bucket, "templates/none", b"x")


def test_an_object_is_written_once(subject):
    """An upload detects an existing object; other bytes are refused.

    Source: AmazonS3 user guide, "How to prevent object overwrites with conditional writes"
    """
    subject.upload(template(A=topic()))
    subject.cloud.put_object(subject.bucket, "templates/once", b"x")
    subject.cloud.put_object(subject.bucket, "templates/once", b"x")
    with pytest.raises(RefusedError, match="has other bytes"):
        subject.cloud.put_object(subject.bucket, "templates/once", b"y")
    with pytest.raises(RefusedError, match="has other bytes"):
        subject.cloud.object_exists(subject.bucket, "templates/once", b"y")


@only("double")
def test_throttling_and_lag_reach_the_caller(subject):
    """A request may be throttled; a new stack may not be found by name yet.

    Source: CommonErrors, Throttling; lag is UNVERIFIED: no documented guarantee was found
    """
    subject.apply("s", template(A=topic()))
    subject.cloud.throttled = subject.cloud.lag = 1
    with pytest.raises(DeploymentError, match="AWS throttles"):
        subject.cloud.stack("s")
    assert subject.cloud.stack("s") is None
    assert subject.cloud.stack("s").status == "CREATE_COMPLETE"


def resource(logical_id, status="UPDATE_COMPLETE"):
    return StackResource(
        logical_id=logical_id, physical_id=logical_id.lower(), type="AWS::SNS::Topic", status=status
    )


def test_a_nested_stack_keeps_its_policy_through_an_update(subject):
    """A stack policy is kept until another is set, through all updates.

    Source: "Prevent updates to stack resources"
    """
    state = subject.apply("s", template(N=nested(subject.upload(template(A=topic())))))
    (below,) = subject.cloud.resources(state.stack_id)
    subject.cloud.set_stack_policy(below.physical_id, stack_policy(["A"]))
    changed = subject.upload(template(A=topic("two")))
    assert subject.apply("s", template(N=nested(changed)), "UPDATE").status == "UPDATE_COMPLETE"
    assert "LogicalResourceId/A" in subject.cloud.stack_policy(below.physical_id)
