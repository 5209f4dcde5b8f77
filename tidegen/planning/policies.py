"""Stack policies that a person set: any whose form is not exactly one that tidegen sets."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from tidegen.cloudformation.stateful import generated_ids
from tidegen.errors import Problem, RefusedError
from tidegen.planning.model import HeldPolicy, Plan
from tidegen.planning.ownership import check_named

OVERRIDE = "--override-policy"


def is_generated(text: str, stateful: Collection[str], present: Collection[str]) -> bool:
    """Return whether tidegen set a policy, or nobody did.

    Its ids are `stateful` in the deployed or the wanted template, or were in an earlier one: not
    `present` any more.
    """
    if not text:
        return True
    ids = generated_ids(text)
    return ids is not None and not (ids & set(present)) - set(stateful)


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
