"""Change sets: created, awaited, executed and deleted. No other module does any of it."""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from tidegen.cloudformation.resources import stack_name
from tidegen.deployment.events import Executing, Requesting, Warned
from tidegen.deployment.run import Run
from tidegen.deployment.uploads import upload_missing
from tidegen.deployment.watch import Followed, follow, mark_now
from tidegen.errors import DeploymentError, OvertakenError, Problem, RefusedError, TidegenError
from tidegen.planning.changes import ChangeSet, ChangeSetRequest, ResourceChange
from tidegen.planning.digest import DIGEST
from tidegen.planning.importing import ImportRequest
from tidegen.planning.model import ResolvedStep, StackState
from tidegen.planning.reverting import RevertRequest
from tidegen.planning.states import NextAction, keeps_failed, says_no_changes, state_of

#: The reason of a change set whose nested one failed (aws/aws-sam-cli#2406).
_NESTED = re.compile(r"Nested change set (\S+) was not successfully created")
#: The text of DescribeStacks for the value of a parameter with NoEcho.
_HIDDEN = "****"
_CREATING = ("CREATE_PENDING", "CREATE_IN_PROGRESS")


class NoChangesError(DeploymentError):
    """CloudFormation has no change to make."""


def unique_name(purpose: str) -> str:
    """Return a change set's name; no change set of a deploy that was killed has the same."""
    return f"tidegen-{purpose}-{secrets.token_hex(4)}"


def deploy_request(run: Run, step: ResolvedStep, kind: NextAction) -> ChangeSetRequest:
    """Upload missing templates and assets; return the request that deploys the step."""
    url = upload_missing(run, step)
    body = None if url else step.template.content.decode()
    purpose = step.parameters[DIGEST][:12]
    return template_request(step, purpose, kind, step.parameters, body=body, url=url)


def template_request(
    step: ResolvedStep,
    purpose: str,
    kind: NextAction,
    parameters: Mapping[str, str],
    *,
    body: str | None = None,
    url: str | None = None,
) -> ChangeSetRequest:
    """Return a request for the step's stack, by a template's `body` or its `url`.

    Raises RefusedError for a value that CloudFormation hides, which would replace the real one.
    """
    hidden = sorted(name for name, value in parameters.items() if value == _HIDDEN)
    if hidden:
        text = f"the value of {', '.join(hidden)} is hidden (NoEcho), so it cannot be sent back"
        raise RefusedError(Problem(step.stack_name, f"{text}; import or move this by hand"))
    return ChangeSetRequest(
        stack_name=step.stack_name,
        name=unique_name(purpose),
        kind="CREATE" if kind is NextAction.CREATE else "UPDATE",
        parameters=parameters,
        tags=step.tags,
        body=body,
        url=url,
        service_role=step.service_role,
    )


def create_change_set(
    run: Run, request: ChangeSetRequest | ImportRequest | RevertRequest, *, new_stack: bool
) -> ChangeSet:
    """Create a change set and wait until it can be executed.

    One that fails is deleted. Raises NoChangesError where an update has nothing to change, else
    DeploymentError with CloudFormation's reasons.
    """
    change_set = _awaited(run, _create(run, request))
    if change_set.status == "CREATE_COMPLETE" and change_set.execution_status != "UNAVAILABLE":
        _warn(run, change_set)
        return change_set
    error = _error(run, change_set)
    if says_no_changes(change_set.reason) and not new_stack:
        delete_change_set(run, change_set, new_stack=new_stack)
        raise NoChangesError(*error.problems)
    with suppress(TidegenError):  # the change set's own failure is the one to report
        delete_change_set(run, change_set, new_stack=new_stack)
    raise error


def _create(run: Run, request: ChangeSetRequest | ImportRequest | RevertRequest) -> str:
    if isinstance(request, ImportRequest):
        return run.cloud.create_import(request)
    if isinstance(request, RevertRequest):
        return run.cloud.create_revert(request)
    return run.cloud.create_change_set(request)


def _awaited(run: Run, change_set_id: str) -> ChangeSet:
    while (change_set := run.cloud.change_set(change_set_id)).status in _CREATING:
        run.pause(run.cloud.poll_seconds)
    return change_set


def _warn(run: Run, change_set: ChangeSet) -> None:
    """Report what CloudFormation warns of in a change set and in those of nested stacks."""
    for identifier in (change_set.change_set_id, *_nested_ids(change_set.changes)):
        for text in run.cloud.change_set_warnings(identifier):
            run.emit(Warned(run.address, text))


def _nested_ids(changes: Iterable[ResourceChange]) -> Iterator[str]:
    for change in changes:
        if change.change_set_id:
            yield change.change_set_id
        yield from _nested_ids(change.children or ())


def _error(run: Run, change_set: ChangeSet) -> DeploymentError:
    """Return the error for a failed change set, which begins with the deepest nested one."""
    where = str(run.address)
    nested = _nested(run, change_set)
    below = _reports(run, nested) if nested else ()
    head = f"CloudFormation created no change set: {change_set.reason}"
    own = run.cloud.change_set_problems(change_set.change_set_id)
    return DeploymentError(*(Problem(where, text) for text in (*below, head, *own)))


def _reports(run: Run, change_set: ChangeSet) -> Iterator[str]:
    """Yield what CloudFormation reports of a nested change set, after those that it names."""
    nested = _nested(run, change_set)
    if nested:
        yield from _reports(run, nested)
    yield f"nested change set {change_set.change_set_id}: {change_set.reason}"
    yield from run.cloud.change_set_problems(change_set.change_set_id)


def _nested(run: Run, change_set: ChangeSet) -> ChangeSet | None:
    """Return the nested change set that a reason names, ended; None if there is none to read."""
    named = _NESTED.search(change_set.reason)
    if named is None or named[1] == change_set.change_set_id:
        return None
    try:
        return _awaited(run, named[1])
    except TidegenError:
        return None  # only more explanation, which some roles may not read


def delete_change_set(run: Run, change_set: ChangeSet, *, new_stack: bool) -> None:
    """Delete a change set, and the empty stack that CloudFormation created for it."""
    with suppress(OvertakenError):  # another operation has deleted it already
        run.cloud.delete_change_set(change_set.change_set_id)
    if new_stack:
        state = run.cloud.stack(change_set.stack_id)
        # Another change set for the same new stack may have been executed in the meantime.
        if state and state.status == "REVIEW_IN_PROGRESS":
            run.cloud.delete_stack(change_set.stack_id, None)


def execute_change_set(
    run: Run, change_set: ChangeSet, state: StackState | None, kind: str, *, keep: bool = False
) -> Followed:
    """Execute a change set and follow the operation to its end, good or bad.

    `state` is the stack's before it, None for a new stack. A failure may `keep` what it created,
    and always does where the operation before it did. Raises OvertakenError where another
    operation on the stack was first.
    """
    mark = mark_now(run, change_set.stack_id)
    keep = keep or keeps_failed(state.status if state else None)
    run.emit(Requesting(run.address, kind))
    run.cloud.execute_change_set(change_set.change_set_id, keep_on_failure=keep)
    run.emit(Executing(run.address, kind, mark.expected))
    started = StackState(
        name=run.address.name, stack_id=change_set.stack_id, status="CREATE_IN_PROGRESS"
    )
    followed = follow(run, state or started, mark)
    if stack_name(change_set.stack_id) != run.address.name:  # a nested stack's
        run.deployed_roots.forget()
    return followed


def require_success(followed: Followed) -> None:
    """Raise DeploymentError after a failure, with the ways on where it was kept."""
    try:
        followed.require_success()
    except DeploymentError as error:
        if not keeps_failed(followed.state.status):
            raise
        advice = state_of(followed.state.status).advice
        raise DeploymentError(*error.problems, Problem(str(followed.address), advice)) from None
