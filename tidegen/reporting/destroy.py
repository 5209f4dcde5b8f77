"""What `tidegen destroy` prints before it asks: deleted stacks and kept resources."""

from tidegen.deployment.destroy import DestroyPlan
from tidegen.reporting import style


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
