"""The meaning of stack statuses, and the next action of a deploy for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class NextAction(StrEnum):
    """The next action of a deploy for a stack in its present status."""

    CREATE = "create"
    UPDATE = "update"
    FOLLOW = "follow"
    DELETE_FIRST = "delete first"
    CONTINUE_ROLLBACK = "continue rollback"
    REFUSE = "refuse"


@dataclass(frozen=True)
class State:
    """The meaning of a status: the next action of a deploy, and the advice shown to people."""

    next_action: NextAction
    advice: str


_ABSENT = State(NextAction.CREATE, "does not exist; a deploy creates it")
_RUNNING = State(NextAction.FOLLOW, "is in progress; a deploy, or status --follow, follows it")
_GOOD = State(NextAction.UPDATE, "is at rest and can be updated")

#: Every status that CloudFormation knows (AWS docs, "Stack status codes"); a test compares them.
STATES: Mapping[str, State] = {
    "CREATE_IN_PROGRESS": _RUNNING,
    "CREATE_FAILED": State(
        NextAction.UPDATE,
        "its creation failed and its resources were kept; a deploy continues it, and "
        "'tidegen rollback' undoes it",
    ),
    "CREATE_COMPLETE": _GOOD,
    "ROLLBACK_IN_PROGRESS": _RUNNING,
    "ROLLBACK_FAILED": State(
        NextAction.DELETE_FIRST,
        "its creation failed and could not be rolled back; a deploy deletes and creates it again, "
        "or lists what to do first if it holds state",
    ),
    "ROLLBACK_COMPLETE": State(
        NextAction.DELETE_FIRST,
        "its creation failed and was rolled back; CloudFormation cannot update it, so it is "
        "deleted and created again, or a deploy lists what to do first if it holds state",
    ),
    "DELETE_IN_PROGRESS": _RUNNING,
    "DELETE_FAILED": State(
        NextAction.DELETE_FIRST,
        "its deletion failed; it is deleted again, then created, or a deploy lists what to do "
        "first if it holds state",
    ),
    "DELETE_COMPLETE": _ABSENT,
    "UPDATE_IN_PROGRESS": _RUNNING,
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": _RUNNING,
    "UPDATE_COMPLETE": _GOOD,
    "UPDATE_FAILED": State(
        NextAction.UPDATE,
        "its update failed and its resources were kept; a deploy continues it, and "
        "'tidegen rollback' undoes it",
    ),
    "UPDATE_ROLLBACK_IN_PROGRESS": _RUNNING,
    "UPDATE_ROLLBACK_FAILED": State(
        NextAction.CONTINUE_ROLLBACK,
        "rollback failed; fix the cause, then run 'tidegen rollback'",
    ),
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": _RUNNING,
    "UPDATE_ROLLBACK_COMPLETE": State(
        NextAction.UPDATE, "its last update was rolled back; it is unchanged and can be updated"
    ),
    "REVIEW_IN_PROGRESS": State(
        NextAction.CREATE, "is empty, created for a change set that was not executed; it is reused"
    ),
    "IMPORT_IN_PROGRESS": _RUNNING,
    "IMPORT_COMPLETE": _GOOD,
    "IMPORT_ROLLBACK_IN_PROGRESS": _RUNNING,
    "IMPORT_ROLLBACK_FAILED": State(
        NextAction.REFUSE,
        "an import and its rollback failed; CloudFormation accepts no updates: fix what the events "
        "report, then ask AWS Support to unlock the stack",
    ),
    "IMPORT_ROLLBACK_COMPLETE": State(
        NextAction.UPDATE, "its last import was rolled back; it is unchanged"
    ),
}


def state_of(status: str | None) -> State:
    """Return the meaning of a status; None means a missing stack.

    A status that the table does not have is newer than it: only a person should act on it.
    """
    if status is None:
        return _ABSENT
    return STATES.get(
        status, State(NextAction.REFUSE, "is a status that tidegen does not know; upgrade tidegen")
    )


def next_action(status: str | None) -> NextAction:
    """Return the next action for a stack of that status; None means a missing stack."""
    return state_of(status).next_action


def keeps_failed(status: str | None) -> bool:
    """Return whether a failed operation was not rolled back.

    ExecuteChangeSet refuses such a stack unless its rollback is disabled again: "This stack is
    currently in a non-terminal [UPDATE_FAILED] state. To update the stack from this state, please
    use the disable-rollback parameter".
    """
    return status in ("CREATE_FAILED", "UPDATE_FAILED")


def is_running(status: str) -> bool:
    """Return whether an operation is in progress; a stack in review only waits to be executed."""
    return next_action(status) is NextAction.FOLLOW


def is_to_be_created(status: str | None) -> bool:
    """Return whether the next deploy creates the stack, after deleting one that failed."""
    return next_action(status) in (NextAction.CREATE, NextAction.DELETE_FIRST)


def is_success(status: str) -> bool:
    """Return whether the last operation succeeded."""
    return status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE", "DELETE_COMPLETE")


def is_up_to_date(status: str, deployed: str | None, wanted: str | None) -> bool:
    """Return whether a stack has the wanted digest and is at rest.

    After a failed update the outputs can be new while resources are not.
    """
    at_rest = next_action(status) is NextAction.UPDATE and not keeps_failed(status)
    return at_rest and deployed is not None and deployed == wanted


def says_no_changes(reason: str) -> bool:
    """Return whether a change set failed only because there is nothing to change."""
    return "didn't contain changes" in reason or "No updates are to be performed" in reason
