"""Output of `tidegen destroy` before it asks: deleted stacks and kept resources."""

from dataclasses import asdict
from typing import Any

from tidegen.deployment.destroy import DestroyPlan, DestroyStep
from tidegen.reporting import style


def destroy_text(plan: DestroyPlan) -> str:
    """Return the stacks to delete, and the stateful resources that are kept."""
    if not plan.steps:
        return f"{plan.environment}: nothing to delete"
    lines = [f"{plan.environment}: {len(plan.steps)} root stacks to delete, in this order"]
    for step in plan.steps:
        lines.append(style.losing(f"  {step.address}"))
        lines += [
            f"    keeps {kept.type} {kept.path}  {kept.physical_id}" for kept in step.retained
        ]
        lines += [f"    deletes {r.type} {r.path}  {r.physical_id}" for r in step.deleted]
    return "\n".join(lines)


def destroy_data(plan: DestroyPlan) -> dict[str, Any]:
    """Return the deletion as plain data."""
    return {"environment": plan.environment, "steps": list(map(_step_data, plan.steps))}


def _step_data(step: DestroyStep) -> dict[str, Any]:
    return {
        "stack": step.address.name,
        "account": step.address.place.account,
        "region": step.address.place.region,
        "keeps": [asdict(member) for member in step.retained],
        "deletes": [asdict(member) for member in step.deleted],
    }
