"""Output of `tidegen rollback` before it asks: failed rollbacks and skipped resources.

The advice for each status, `UPDATE_ROLLBACK_FAILED` included, is in `planning.states`.
"""

from tidegen.deployment.rollback import RollbackPlan, RollbackStep, Unfinished
from tidegen.reporting import style


def rollback_text(plan: RollbackPlan) -> str:
    """Return the failed resources of each rollback, and the consequence of each skip."""
    if not plan.steps:
        return f"{plan.environment}: no failed rollback; nothing to continue"
    lines = [f"{plan.environment}: {len(plan.steps)} rollbacks to continue"]
    for step in plan.steps:
        lines += [f"  {step.address}", *_step_lines(step)]
    return "\n".join(lines)


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
