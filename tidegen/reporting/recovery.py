"""Output of `tidegen recovery plan`."""

from collections.abc import Iterator
from typing import Any

from tidegen.planning.recovery.model import (
    Objective,
    Phase,
    PlannedStep,
    RecoveryPlan,
    State,
)
from tidegen.reporting import style

_COLOURS = {State.MISSING: style.failed, State.UNKNOWN: style.warned}
_HEADS = {Phase.PREPARE: "Before the disaster", Phase.RECOVER: "After it"}


def recovery_text(plan: RecoveryPlan) -> str:
    """Return the steps in order, the totals, and the objectives of the data."""
    lines = [f"{plan.environment}: from {plan.home} to {plan.region}"]
    for phase, head in _HEADS.items():
        lines += ["", head]
        steps = (item for item in plan.steps if item.step.phase is phase)
        for number, item in enumerate(steps, 1):
            lines += _step_lines(number, item, plan)
    return "\n".join([*lines, "", *_total_lines(plan), "", *_objective_lines(plan)])


def _step_lines(number: int, item: PlannedStep, plan: RecoveryPlan) -> Iterator[str]:
    step, presence = item.step, item.presence
    state = _COLOURS.get(item.state, str)(f"{item.state:<8}")
    yield f"{number:>3}. {state}  {step.title}  ({span(step.minutes)}; {step.source})"
    if presence.detail:
        yield f"       {presence.detail}"
    if presence.remedy:
        yield f"       to do: {presence.remedy}"
    if step.needs:
        blocked = plan.blocked(item)
        yield f"       after: {', '.join(step.needs)}" + (
            style.failed(f"; missing: {', '.join(blocked)}") if blocked else ""
        )
    if step.commands and item.state is not State.READY:
        yield from (f"         {line}" for line in step.commands.splitlines())


def _total_lines(plan: RecoveryPlan) -> Iterator[str]:
    serving, complete = span(plan.serving), span(plan.complete)
    yield f"Services answer after {serving} (RTO), all data is back after {complete}."
    yield "These are estimates; 'tidegen rehearse' tries the steps."


def _objective_lines(plan: RecoveryPlan) -> Iterator[str]:
    yield "At most lost (RPO)"
    yield from map(_objective_line, plan.objectives)


def _objective_line(item: Objective) -> str:
    lost = style.failed("all") if item.minutes is None else _loss(item.minutes)
    newest = f"; the newest copy is of {item.newest:%F %R}Z" if item.newest else ""
    return f"  {item.kind:<32}{lost:<10}  {item.source}{newest}"


def _loss(minutes: int) -> str:
    return _hours(minutes) if minutes else "seconds"


def span(minutes: tuple[int, int]) -> str:
    """Return a range of minutes as text."""
    low, high = minutes
    if low == high:
        return _hours(low)
    least, most = _hours(low), _hours(high)
    if least.rpartition(" ")[2] == most.rpartition(" ")[2]:
        least = least.partition(" ")[0]
    return f"{least} to {most}"


def _hours(minutes: int) -> str:
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.3g} h"


def summary_text(plan: RecoveryPlan) -> str:
    """Return the verdict in one line."""
    missing, unknown = (len(plan.of(state)) for state in (State.MISSING, State.UNKNOWN))
    if missing:
        return f"{missing} steps are missing, {unknown} not known"
    return f"{unknown} steps are not known" if unknown else "everything is prepared"


def recovery_data(plan: RecoveryPlan) -> dict[str, Any]:
    """Return the plan for JSON; times are in minutes."""
    return {
        "environment": plan.environment,
        "home": plan.home,
        "region": plan.region,
        "possible": {0: True, 1: False}.get(plan.exit_code),
        "serving_minutes": list(plan.serving),
        "complete_minutes": list(plan.complete),
        "steps": [_step_data(item, plan) for item in plan.steps],
        "objectives": [_objective_data(item) for item in plan.objectives],
    }


def _step_data(item: PlannedStep, plan: RecoveryPlan) -> dict[str, Any]:
    step, presence = item.step, item.presence
    return {
        "step": step.slug,
        "phase": str(step.phase),
        "title": step.title,
        "state": str(item.state),
        "detail": presence.detail,
        "remedy": presence.remedy,
        "minutes": list(step.minutes),
        "source": step.source,
        "needs": list(step.needs),
        "blocked_by": list(plan.blocked(item)),
        "commands": step.commands,
    }


def _objective_data(item: Objective) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "minutes": item.minutes,
        "source": item.source,
        "newest": item.newest,
    }
