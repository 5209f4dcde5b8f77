"""What a stack's status asks for before it can be deployed."""

from enum import StrEnum


class Situation(StrEnum):
    """What has to be done with a stack in its present status."""

    CREATE = "create"
    UPDATE = "update"
    FOLLOW = "follow"
    DELETE_FIRST = "delete first"
    CONTINUE_ROLLBACK = "continue rollback"


_DELETE_FIRST = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")


def situation(status: str | None) -> Situation:
    """What to do with a stack of that status; None where there is no stack.

    AWS docs, "Understand CloudFormation stack creation events" and "Stack status codes".
    """
    if status in (None, "REVIEW_IN_PROGRESS", "DELETE_COMPLETE"):
        return Situation.CREATE
    if is_running(str(status)):
        return Situation.FOLLOW
    if status in _DELETE_FIRST:
        return Situation.DELETE_FIRST
    if status == "UPDATE_ROLLBACK_FAILED":
        return Situation.CONTINUE_ROLLBACK
    return Situation.UPDATE


def is_running(status: str) -> bool:
    """Whether CloudFormation is at work; a stack in review waits for somebody."""
    return status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"


def is_success(status: str) -> bool:
    """Whether the last operation did what was asked."""
    return status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE", "DELETE_COMPLETE")


def is_unchanged(status: str, deployed: str | None, wanted: str) -> bool:
    """Whether a stack already is what is wanted, by digest, and at rest."""
    return deployed == wanted and situation(status) is Situation.UPDATE


def says_no_changes(reason: str) -> bool:
    """Whether a failed change set only says that there is nothing to do."""
    return "didn't contain changes" in reason or "No updates are to be performed" in reason
