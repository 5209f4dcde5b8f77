"""Output of `tidegen rollback` before it asks: failed rollbacks and skipped resources.

The advice for each status, `UPDATE_ROLLBACK_FAILED` included, is in `planning.states`.
"""

from dataclasses import asdict
from typing import Any

from tidegen.counting import counted
from tidegen.deployment.rollback import RollbackPlan, RollbackStep, Unfinished
from tidegen.reporting import style


def rollback_text(plan: RollbackPlan) -> str:
    """Return the failed resources of each rollback, and the consequence of each skip."""
    if not plan.steps:
        return f"{plan.environment}: no failed rollback; nothing to continue"
    lines = [f"{plan.environment}: {counted(len(plan.steps), 'rollback')} to continue"]
    for step in plan.steps:
        lines += [f"  {step.address}", *_step_lines(step)]
    return "\n".join(lines)


def rollback_data(plan: RollbackPlan) -> dict[str, Any]:
    """Return the rollbacks as plain data."""
    return {"environment": plan.environment, "steps": [_step_data(step) for step in plan.steps]}


def _step_data(step: RollbackStep) -> dict[str, Any]:
    return {
        "stack": step.address.name,
        "account": step.address.place.account,
        "region": step.address.place.region,
        "status": step.state.status,
        "undoes": step.undoes,
        "unfinished": [_unfinished_data(item) for item in step.unfinished],
    }


def _unfinished_data(item: Unfinished) -> dict[str, Any]:
    data = asdict(item)
    del data["skip_name"]
    return data


def _step_lines(step: RollbackStep) -> list[str]:
    if not step.undoes:
        return [_unfinished_text(item) for item in step.unfinished]
    undone = f"    {step.state.status}: undoes the failed operation, and deletes what it created"
    return [undone, *map(_head, step.unfinished)]


def _head(item: Unfinished) -> str:
    head = f"    {item.path}  {item.type} {item.physical_id}: {item.reason}".rstrip(": ")
    return style.failed(head)


def _unfinished_text(item: Unfinished) -> str:
    head = _head(item)
    if item.skipped:
        return f"{head}\n      skipped: {item.consequence}"
    return f"{head}\n      fix the cause, or skip the resource with --skip {item.path}"
