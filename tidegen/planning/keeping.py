"""Keeping what a failed operation has created, instead of rolling it back."""

from tidegen.errors import InputError
from tidegen.planning.model import Plan


def check_keeping(plan: Plan, *, keep: bool) -> None:
    """Raise InputError where a protected environment's failures would be kept."""
    if keep and any(step.protected for step in plan.steps):
        raise InputError(
            f"--keep-on-failure: environment '{plan.environment}' is protected, and its failed "
            "deploys are rolled back; deploy without it"
        )
