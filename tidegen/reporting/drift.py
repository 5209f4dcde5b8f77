"""Drift as a tree of stacks, and as data."""

from collections.abc import Iterator, Sequence
from typing import Any

from tidegen.planning.drift import DriftStatus, PropertyDifference, ResourceDrift, StackDrift
from tidegen.reporting import style
from tidegen.reporting.template_values import shortened

_SIGNS = {"ADD": "+", "REMOVE": "-", "NOT_EQUAL": "~"}


def drift_text(stacks: Sequence[StackDrift]) -> str:
    """A line a stack with its counts, below it what differs, and the sum at the end."""
    lines = [line for stack in stacks for line in _stack_lines(stack)]
    return "\n".join([*lines, summary_text(stacks)])


def summary_text(stacks: Sequence[StackDrift]) -> str:
    """All counts in one line."""
    counts = {status: sum(stack.count(status) for stack in stacks) for status in DriftStatus}
    failed = sum(bool(stack.problem) for stack in stacks)
    told = [_counts_text(counts), f"{len(stacks)} stacks"]
    return "; ".join([*told, f"{failed} not checked to the end"] if failed else told)


def drift_data(environment: str, stacks: Sequence[StackDrift]) -> dict[str, Any]:
    """The same as plain data: every resource with its status."""
    counts = {status: sum(stack.count(status) for stack in stacks) for status in DriftStatus}
    return {
        "environment": environment,
        "counts": {status.lower(): number for status, number in counts.items()},
        "stacks": [_stack_data(stack) for stack in stacks],
    }


def _stack_lines(stack: StackDrift) -> Iterator[str]:
    counts = {status: stack.count(status) for status in DriftStatus}
    indent = "  " * (stack.path.count("/") + 1) if stack.path else ""
    name = stack.path.rpartition("/")[2] if stack.path else str(stack.address)
    yield f"{indent}{name}  {_counts_text(counts)}"
    if stack.problem:
        yield style.failed(f"{indent}  not checked to the end: {stack.problem}")
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
    found = [f"{number} {words[status]}" for status, number in counts.items() if number]
    return ", ".join(found) or "no resources"


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
