"""A plan as text: what is deployed where, what changes, what is refused."""

from collections.abc import Iterable, Mapping

from tidegen.planning import Action, Change, Plan, PropertyChange, Replacement, RootStep
from tidegen.reporting.values import value_text

_SIGNS = {Action.ADD: "+", Action.MODIFY: "~", Action.REMOVE: "-", Action.REPLACE: "!"}


def plan_text(plan: Plan) -> str:
    """The steps of a plan, first to last."""
    head = (
        f"{plan.environment}: release {plan.release}, {len(plan.steps)} root stacks in this order"
    )
    return "\n".join([head, *map(_step_line, plan.steps)])


def _step_line(step: RootStep) -> str:
    children = len(step.template.children)
    nested = f", {children} nested stacks" if children else ""
    return f"  {step.stack_name:<40} {step.account} {step.region}  {step.scope}{nested}"


def changes_text(changes: Iterable[Change]) -> str:
    """One line a change, by path, and one for each property with its value before and after."""
    rows = sorted(changes, key=lambda change: change.path)
    if not rows:
        return "  no changes"
    counts = ", ".join(f"{n} to {action}" for action, n in _counts(rows).items())
    sources = " and ".join(sorted({str(row.source) for row in rows}))
    return "\n".join([*map(_change_line, rows), f"  {counts} (source: {sources})"])


def _change_line(change: Change) -> str:
    notes = [] if change.details else [*change.properties]
    if change.replacement is not Replacement.NEVER:
        notes.append(f"replacement: {change.replacement}")
    if change.stateful:
        notes.append("stateful")
    tail = f"  ({', '.join(notes)})" if notes else ""
    head = f"  {_SIGNS[change.action]} {change.path}  {change.type}{tail}"
    return "\n".join([head, *map(_detail_line, change.details)])


def _detail_line(detail: PropertyChange) -> str:
    tail = "" if detail.replacement is Replacement.NEVER else f"  (replaces: {detail.replacement})"
    if detail.cause:
        return f"      {detail.name}: known after deployment, as {detail.cause} changes{tail}"
    before, after = value_text(detail.before), value_text(detail.after)
    return f"      {detail.name}: {before} -> {after}{tail}"


def _counts(changes: list[Change]) -> dict[str, int]:
    actions = [str(change.action) for change in changes]
    return {str(action): actions.count(str(action)) for action in Action if str(action) in actions}


def outputs_text(outputs: Mapping[str, Mapping[str, str]]) -> str:
    """Outputs by root stack, aligned."""
    parts = []
    for stack, values in outputs.items():
        width = max(map(len, values), default=0)
        parts.append(
            "\n".join([stack, *(f"  {k:<{width}}  {v}" for k, v in sorted(values.items()))])
        )
    return "\n\n".join(parts)
