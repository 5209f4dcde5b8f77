"""Output of `tidegen drift`: drift as a tree of stacks, or as plain data."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from tidegen.counting import counted
from tidegen.deployment.reading.grants import GrantReport
from tidegen.planning.drift import DriftStatus, PropertyDifference, ResourceDrift, StackDrift
from tidegen.planning.overwriting import ByHand
from tidegen.reporting import style
from tidegen.reporting.status import BY_HAND
from tidegen.reporting.template_values import shortened

_NO_GRANTS = GrantReport()
_SIGNS = {"ADD": "+", "REMOVE": "-", "NOT_EQUAL": "~"}


def drift_text(stacks: Sequence[StackDrift]) -> str:
    """Return a line for each stack with its counts, its differences below, and the total."""
    lines = [line for stack in stacks for line in _stack_lines(stack)]
    return "\n".join([*lines, summary_text(stacks)])


def summary_text(stacks: Sequence[StackDrift]) -> str:
    """Return all counts in one line."""
    failed = sum(bool(stack.problem) for stack in stacks)
    by_hand = sum(stack.by_hand for stack in stacks)
    parts = [_counts_text(_totals(stacks)), counted(len(stacks), "stack")]
    parts += [f"{by_hand} updated past their root"] if by_hand else []
    return "; ".join([*parts, f"{failed} not checked completely"] if failed else parts)


def by_hand_text(items: Sequence[ByHand]) -> str:
    """Return a line for each property changed by hand, with what the deploy does to it."""
    lines = [f"  {item.stack}: {item.path}  {_by_hand_line(item)}" for item in items]
    return "\n".join(["changed by hand:", *lines]) if lines else ""


def _by_hand_line(item: ByHand) -> str:
    values = f"is {shortened(item.actual)}, template {shortened(item.expected)}"
    return f"{item.name}: {values}; {item.fate}" if item.name else f"is deleted; {item.fate}"


def grants_text(report: GrantReport) -> str:
    """Return a line for each grant that no template declares, and for each unread resource."""
    lines = [style.losing(f"undeclared  {item}") for item in report.undeclared]
    return "\n".join([*lines, *map(str, report.unchecked)])


def drift_data(
    environment: str, stacks: Sequence[StackDrift], grants: GrantReport = _NO_GRANTS
) -> dict[str, Any]:
    """Return drift as plain data: every resource with its status, and undeclared grants."""
    return {
        "environment": environment,
        "counts": {status.lower(): number for status, number in _totals(stacks).items()},
        "stacks": [_stack_data(stack) for stack in stacks],
        "undeclared": [asdict(item) for item in grants.undeclared],
        "unchecked_grants": [asdict(item) for item in grants.unchecked],
    }


def _totals(stacks: Sequence[StackDrift]) -> dict[DriftStatus, int]:
    return {status: sum(stack.count(status) for stack in stacks) for status in DriftStatus}


def _stack_lines(stack: StackDrift) -> Iterator[str]:
    indent = "  " * (stack.path.count("/") + 1) if stack.path else ""
    name = stack.path.rpartition("/")[2] if stack.path else str(stack.address)
    yield f"{indent}{name}  {_counts_text(_totals([stack]))}"
    if stack.by_hand:
        yield style.failed(f"{indent}{BY_HAND}")
    if stack.problem:
        yield style.failed(f"{indent}  not checked completely: {stack.problem}")
    for resource in stack.drifted:
        mark = style.losing if resource.status is DriftStatus.DELETED else style.failed
        yield mark(f"{indent}  {resource.status}  {resource.logical_id}  {_named(resource)}")
        yield from (f"{indent}    {_difference_text(item)}" for item in resource.differences)
    for resource in stack.resources:
        if resource.reason:
            yield f"{indent}  not checked  {resource.logical_id}: {resource.reason}"


def _named(resource: ResourceDrift) -> str:
    return f"{resource.type} {resource.physical_id}".rstrip()


def _counts_text(counts: dict[DriftStatus, int]) -> str:
    words = {status: status.lower().replace("_", " ") for status in DriftStatus}
    shown = [f"{number} {words[status]}" for status, number in counts.items() if number]
    return ", ".join(shown) or "no resources"


def _difference_text(item: PropertyDifference) -> str:
    sign = _SIGNS.get(item.kind, "~")
    return f"{sign} {item.path}: expected {shortened(item.expected)}, is {shortened(item.actual)}"


def _stack_data(stack: StackDrift) -> dict[str, Any]:
    return {
        "root": stack.address.name,
        "account": stack.address.place.account,
        "region": stack.address.place.region,
        "path": stack.path,
        "problem": stack.problem or None,
        "updated_past_root": stack.by_hand,
        "resources": [_resource_data(stack.path, resource) for resource in stack.resources],
    }


def _resource_data(parent: str, item: ResourceDrift) -> dict[str, Any]:
    return {
        "path": f"{parent}/{item.logical_id}" if parent else item.logical_id,
        "type": item.type,
        "physical_id": item.physical_id,
        "status": item.status,
        "reason": item.reason or None,
        "differences": [
            {"path": d.path, "expected": d.expected, "actual": d.actual, "kind": d.kind}
            for d in item.differences
        ],
    }
