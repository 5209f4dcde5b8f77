"""What an import needs before it: change sets made and carried out, nested stacks to import into.

CloudFormation imports into a nested stack only once it is there. One that is not is made as a
shell: with a handle in it that is nothing, costs nothing and goes with the next deploy.
"""

import json
import secrets
from contextlib import suppress

from tidegen.cloudformation.resources import STACK_TYPE, TemplateBody
from tidegen.cloudformation.text import parse_template
from tidegen.deployment.events import Executing
from tidegen.deployment.root_cause import failure
from tidegen.deployment.run import Run
from tidegen.deployment.uploads import BUCKET_PARAMETER
from tidegen.deployment.watch import follow, mark_now
from tidegen.errors import DeploymentError, Problem, TidegenError
from tidegen.planning.changes import ChangeSet, ChangeSetRequest
from tidegen.planning.model import ResolvedStep, StackState
from tidegen.planning.states import NextAction, is_success, next_action
from tidegen.planning.templates import sha256

SHELL: TemplateBody = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Resources": {"ImportShell": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
}


def create_empty_stack(run: Run, step: ResolvedStep, nested: str) -> str:
    """Add the nested stack, empty, to the root, which is made if it is not there; its id.

    Parameters and outputs of the root stay as they are, the digest among them.
    """
    state = run.cloud.stack(step.stack_name)
    if state and next_action(state.status) is NextAction.CREATE:
        state = None  # in review: empty
    url = upload_template(run, step, "shell.json", json.dumps(SHELL, indent=1))
    shell = {"Type": STACK_TYPE, "Properties": {"TemplateURL": url}}
    deployed = parse_template(run.cloud.template(state.stack_id)) if state else {}
    head = deployed or {"AWSTemplateFormatVersion": SHELL["AWSTemplateFormatVersion"]}
    body = {**head, "Resources": {**head.get("Resources", {}), nested: shell}}
    ended = _updated(run, step, state, json.dumps(body, indent=1))
    found = {r.logical_id: r.physical_id for r in run.cloud.resources(ended.stack_id)}
    return found[nested]


def _updated(run: Run, step: ResolvedStep, state: StackState | None, text: str) -> StackState:
    """The root with another template and the parameters that it has."""
    request = ChangeSetRequest(
        step.stack_name,
        f"tidegen-shell-{secrets.token_hex(4)}",
        "UPDATE" if state else "CREATE",
        dict(state.parameters) if state else {},
        step.tags,
        None,
        upload_template(run, step, "root.json", text),
        step.service_role,
    )
    made = wait_until_ready(run, run.cloud.create_change_set(request), made_anew=state is None)
    started = state or StackState(step.stack_name, made.stack_id, "CREATE_IN_PROGRESS")
    return execute_and_wait(run, made, started, "update" if state else "create")


def wait_until_ready(run: Run, change_set_id: str, *, made_anew: bool) -> ChangeSet:
    """The change set once it can be executed; else it is taken away, and DeploymentError."""
    while (made := run.cloud.change_set(change_set_id)).status in (
        "CREATE_PENDING",
        "CREATE_IN_PROGRESS",
    ):
        run.pause(run.cloud.poll_seconds)
    if made.status == "CREATE_COMPLETE" and made.execution_status != "UNAVAILABLE":
        return made
    problems = run.cloud.change_set_problems(change_set_id)
    with suppress(TidegenError):  # what went wrong first is what is told
        run.cloud.delete_change_set(change_set_id)
        if made_anew:
            run.cloud.delete_stack(made.stack_id, None)
    where = str(run.address)
    head = Problem(where, f"CloudFormation made no change set to import: {made.reason}")
    raise DeploymentError(head, *(Problem(where, text) for text in problems))


def execute_and_wait(run: Run, made: ChangeSet, started: StackState, kind: str) -> StackState:
    """Execute a change set and follow it; DeploymentError with the root cause if it fails."""
    mark = mark_now(run, made.stack_id)
    run.cloud.execute_change_set(made.change_set_id)
    run.emit(Executing(run.address, kind, mark.expected))
    followed = follow(run, started, mark)
    ended = followed.state
    if not is_success(ended.status):
        raise failure(str(run.address), ended.status, ended.reason, followed.events)
    return ended


def upload_template(run: Run, step: ResolvedStep, name: str, text: str) -> str:
    """Put a template into the artifacts bucket, under the hash of its bytes; its address."""
    bucket = step.parameters[BUCKET_PARAMETER]
    content = text.encode()
    key = f"templates/{sha256(content)}/{name}"
    if not run.cloud.object_exists(bucket, key, content):
        run.cloud.put_object(bucket, key, content)
    return run.cloud.object_url(bucket, key)
