"""What a stack's status means, and what has to be done before it can be deployed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class NextAction(StrEnum):
    """What has to be done with a stack in its present status."""

    CREATE = "create"
    UPDATE = "update"
    FOLLOW = "follow"
    DELETE_FIRST = "delete first"
    CONTINUE_ROLLBACK = "continue rollback"
    REFUSE = "refuse"


@dataclass(frozen=True)
class State:
    """A status: what it asks of a deploy, and what a person is told of it."""

    next_action: NextAction
    advice: str


_ABSENT = State(NextAction.CREATE, "is not there; a deploy creates it")
_RUNNING = State(NextAction.FOLLOW, "is at work; a deploy, or status --follow, watches it")
_GOOD = State(NextAction.UPDATE, "is at rest and can be updated")

#: Every status that CloudFormation knows (AWS docs, "Stack status codes"); a test compares.
STATES: Mapping[str, State] = {
    "CREATE_IN_PROGRESS": _RUNNING,
    "CREATE_FAILED": State(
        NextAction.DELETE_FIRST,
        "its creation failed and what was made still stands; it is deleted and created anew",
    ),
    "CREATE_COMPLETE": _GOOD,
    "ROLLBACK_IN_PROGRESS": _RUNNING,
    "ROLLBACK_FAILED": State(
        NextAction.DELETE_FIRST,
        "its creation failed and could not be undone; it is deleted and created anew",
    ),
    "ROLLBACK_COMPLETE": State(
        NextAction.DELETE_FIRST,
        "its creation failed and was undone; CloudFormation cannot update it, so it is deleted "
        "and created anew",
    ),
    "DELETE_IN_PROGRESS": _RUNNING,
    "DELETE_FAILED": State(
        NextAction.DELETE_FIRST, "its deletion failed; it is deleted again and then created anew"
    ),
    "DELETE_COMPLETE": _ABSENT,
    "UPDATE_IN_PROGRESS": _RUNNING,
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": _RUNNING,
    "UPDATE_COMPLETE": _GOOD,
    "UPDATE_FAILED": State(
        NextAction.UPDATE, "its update failed and was not rolled back; another update mends it"
    ),
    "UPDATE_ROLLBACK_IN_PROGRESS": _RUNNING,
    "UPDATE_ROLLBACK_FAILED": State(
        NextAction.CONTINUE_ROLLBACK,
        "its rollback failed; mend the cause, then continue it: tidegen rollback",
    ),
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": _RUNNING,
    "UPDATE_ROLLBACK_COMPLETE": State(
        NextAction.UPDATE, "its last update was rolled back; it stands as before and can be updated"
    ),
    "REVIEW_IN_PROGRESS": State(
        NextAction.CREATE, "is empty, made for a change set that nobody executed; it is used again"
    ),
    "IMPORT_IN_PROGRESS": _RUNNING,
    "IMPORT_COMPLETE": _GOOD,
    "IMPORT_ROLLBACK_IN_PROGRESS": _RUNNING,
    "IMPORT_ROLLBACK_FAILED": State(
        NextAction.REFUSE,
        "an import and its rollback failed; CloudFormation takes no update: mend what the events "
        "name, then ask AWS Support to free the stack",
    ),
    "IMPORT_ROLLBACK_COMPLETE": State(
        NextAction.UPDATE, "its last import was rolled back; it stands as before"
    ),
}


def state_of(status: str | None) -> State:
    """What a status means; None where there is no stack.

    A status that is not in the table is newer than it: only a person should act on it.
    """
    if status is None:
        return _ABSENT
    return STATES.get(
        status, State(NextAction.REFUSE, "is a status that tidegen does not know; upgrade it")
    )


def next_action(status: str | None) -> NextAction:
    """What to do with a stack of that status; None where there is no stack."""
    return state_of(status).next_action


def is_running(status: str) -> bool:
    """Whether CloudFormation is at work; a stack in review waits for somebody."""
    return next_action(status) is NextAction.FOLLOW


def is_success(status: str) -> bool:
    """Whether the last operation did what was asked."""
    return status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE", "DELETE_COMPLETE")


def is_up_to_date(status: str, deployed: str | None, wanted: str | None) -> bool:
    """Whether a stack already is what is wanted, by digest, and at rest.

    After a failed update the outputs can be the new ones while resources are not.
    """
    at_rest = next_action(status) is NextAction.UPDATE and status != "UPDATE_FAILED"
    return at_rest and deployed is not None and deployed == wanted


def says_no_changes(reason: str) -> bool:
    """Whether a failed change set only says that there is nothing to do."""
    return "didn't contain changes" in reason or "No updates are to be performed" in reason
