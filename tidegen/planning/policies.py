"""Stack policies that a person set: any whose form is not exactly one that tidegen sets."""

import json
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from tidegen.cloudformation.stateful import stack_policy
from tidegen.errors import Problem, RefusedError
from tidegen.planning.model import HeldPolicy, Plan
from tidegen.planning.ownership import check_named

OVERRIDE = "--override-policy"
_PREFIX = "LogicalResourceId/"


def is_generated(text: str, stateful: Collection[str], present: Collection[str]) -> bool:
    """Return whether tidegen set a policy, or nobody did.

    It is one of `stack_policy` whose ids are `stateful` in the deployed or the wanted template, or
    were in an earlier one: not `present` any more.
    """
    if not text:
        return True
    try:
        document = json.loads(text)
    except ValueError:
        return False
    ids = _denied(document)
    if ids is None or document != json.loads(stack_policy(ids)):
        return False
    return not (ids & set(present)) - set(stateful)


def _denied(document: Any) -> set[str] | None:
    """Return the logical ids of the second statement; None if it has another form."""
    statements = document.get("Statement") if isinstance(document, dict) else None
    if not isinstance(statements, list) or len(statements) not in (1, 2):
        return None
    resources = statements[1].get("Resource") if statements[1:] else []
    if not isinstance(resources, list) or not all(isinstance(item, str) for item in resources):
        return None
    return {item.removeprefix(_PREFIX) for item in resources}


def held_text(item: HeldPolicy) -> str:
    """Return the problem of a policy that a person set, and its remedy."""
    where = f"nested stack {item.path}" if item.path else "the stack"
    name = item.address.name
    return (
        f"{where} has a policy that was set by hand: {' '.join(item.text.split())}; wait until it "
        f"is removed, or say {OVERRIDE} {name} to deploy past it; it is set again afterwards"
    )


def require_no_policies(held: Iterable[HeldPolicy]) -> None:
    """Raise RefusedError with each policy that a person set, before anything is changed."""
    problems = [Problem(str(item.address), held_text(item)) for item in held]
    if problems:
        raise RefusedError.of(problems)


def with_override(plan: Plan, names: Collection[str]) -> Plan:
    """Return the plan with the policies of the named stacks to be overridden.

    Raises InputError for a name that is no stack of the plan.
    """
    check_named(OVERRIDE, names, (step.stack_name for step in plan.steps))
    named = tuple(item for item in plan.held if item.address.name in names)
    kept = tuple(item for item in plan.held if item.address.name not in names)
    return replace(plan, held=kept, overridden=named)
