"""Stacks as they stand, and what deleting them leaves, as text."""

from collections.abc import Sequence

from tidegen.deployment.destroy import DestroyPlan
from tidegen.deployment.reading.status import RootStatus
from tidegen.deployment.rollback import RollbackPlan, Unfinished
from tidegen.planning.states import is_success, state_of
from tidegen.reporting import style


def status_text(roots: Sequence[RootStatus]) -> str:
    """A block a root stack, its nested stacks below it."""
    return "\n".join(map(_root_text, roots))


def _root_text(root: RootStatus) -> str:
    if root.status is None:
        return f"{root.address}  not deployed"
    protected = ", protected" if root.protected else ""
    head = f"{root.address}  {root.status}  release {root.release or 'unknown'}{protected}"
    head = style.by_status(head, root.status)
    reason = [f"  {root.reason}"] if root.reason else []
    if not is_success(root.status):
        reason.append(f"  {state_of(root.status).advice}")
    if root.cause:
        reason.append(style.failed(f"  root cause: {root.cause}"))
    nested = [
        style.by_status(f"  {n.status:<22} {n.logical_id}  {n.reason}".rstrip(), n.status)
        for n in root.nested
    ]
    return "\n".join([head, *reason, *nested])


def destroy_text(plan: DestroyPlan) -> str:
    """What is deleted, and what stays because it holds state."""
    if not plan.steps:
        return f"{plan.environment}: there is nothing to delete"
    lines = [f"{plan.environment}: {len(plan.steps)} root stacks are deleted, in this order"]
    for step in plan.steps:
        lines.append(style.losing(f"  {step.address}"))
        lines += [
            f"    keeps {kept.type} {kept.path}  {kept.physical_id}" for kept in step.retained
        ]
    return "\n".join(lines)


def rollback_text(plan: RollbackPlan) -> str:
    """What failed in each rollback, what is skipped, and what that means."""
    if not plan.steps:
        return f"{plan.environment}: no rollback has failed; there is nothing to continue"
    lines = [f"{plan.environment}: {len(plan.steps)} rollbacks are continued"]
    for step in plan.steps:
        lines += [f"  {step.address}", *map(_unfinished_text, step.unfinished)]
    return "\n".join(lines)


def _unfinished_text(item: Unfinished) -> str:
    head = f"    {item.path}  {item.type} {item.physical_id}: {item.reason}".rstrip(": ")
    head = style.failed(head)
    if item.skipped:
        return f"{head}\n      skipped: {item.consequence}"
    return f"{head}\n      mend it, or leave it as it is with --skip {item.path}"
