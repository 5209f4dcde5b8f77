"""Credentials that end before a deploy does."""

from datetime import datetime

from tidegen.contract import FIRST_DEPLOY_SECONDS, UPDATE_SECONDS
from tidegen.planning.model import Plan
from tidegen.planning.parameters import is_current


def early_end(plan: Plan, end: datetime | None, now: datetime) -> str:
    """Return a warning that the credentials end before the deploy usually does; else empty.

    `end` is None for credentials that renew themselves, or whose end is unknown.
    """
    changing = [step for step in plan.steps if not is_current(plan, step)]
    creates = any(plan.states.get(step.address) is None for step in changing)
    usual = FIRST_DEPLOY_SECONDS if creates else UPDATE_SECONDS
    if end is None or not changing or (end - now).total_seconds() >= usual:
        return ""
    left = max(0, int((end - now).total_seconds() // 60))
    return (
        f"the credentials end in {left} minutes, and this deploy can take {usual // 60}; renew "
        "them first, or run the same command again when they have ended: CloudFormation continues"
    )
