"""The two updates of a first deploy: create without deletion protection, then set what is final.

A service refuses to delete what it protects, so a creation that fails late could not be rolled
back. The root's parameter with the field FIRST_DEPLOY is true in the first update only; the digest
of that differs from the wanted one, so that any later deploy makes the second.
"""

from dataclasses import replace
from enum import StrEnum

from tidegen.contract import FIRST_DEPLOY, FIRST_DEPLOY_PARAMETER, PROTECTED_PARAMETER
from tidegen.planning.digest import DIGEST, root_digest
from tidegen.planning.model import ResolvedStep, RootTemplate, StackState
from tidegen.planning.states import NextAction, next_action


def creation_step(step: ResolvedStep, state: StackState | None) -> ResolvedStep | None:
    """Return the step's first update; None if the stack was deployed, or has only one.

    A stack into which resources were imported before its first deploy has no digest.
    """
    names = first_deploy_parameters(step.template)
    exists = state is not None and next_action(state.status) is not NextAction.CREATE
    if not names or (exists and state is not None and state.digest is not None):
        return None
    parameters = {**step.parameters, **dict.fromkeys(names, "true")}
    if step.digest is not None:
        parameters[DIGEST] = root_digest(step.template.content, parameters)
    return replace(step, parameters=parameters)


class DeletionProtection(StrEnum):
    """The deletion protection of a root's resources, by the parameters of its last update."""

    ON = "on"
    OFF = "off, as the environment file says"
    PENDING = "off until the first deploy is finished; deploy again"


def deletion_protection(state: StackState) -> DeletionProtection | None:
    """Return the deletion protection of a deployed root; None if none of its resources has one."""
    first = state.parameters.get(FIRST_DEPLOY_PARAMETER)
    if first is None:
        return None
    if state.parameters.get(PROTECTED_PARAMETER) != "true":
        return DeletionProtection.OFF
    return DeletionProtection.PENDING if first == "true" else DeletionProtection.ON


def first_deploy_parameters(template: RootTemplate) -> tuple[str, ...]:
    """Return the root's parameters that are true in a first deploy only."""
    fields = template.body.get("Metadata", {}).get("Tidegen", {}).get("Fields", {})
    return tuple(name for name, field in fields.items() if field == FIRST_DEPLOY)
