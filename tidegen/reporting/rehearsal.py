"""Output of `tidegen rehearse`."""

from dataclasses import asdict
from typing import Any

from tidegen.planning.rehearsal import Rehearsal, Result, StageResult
from tidegen.reporting import style

_COLOURS = {Result.FAILED: style.failed, Result.SKIPPED: style.warned}


def rehearsal_text(rehearsal: Rehearsal) -> str:
    """Return a line for each stage, and the total."""
    head = f"{rehearsal.environment}: from {rehearsal.home} to {rehearsal.region}"
    return "\n".join([head, *map(stage_text, rehearsal.stages), summary_text(rehearsal)])


def stage_text(stage: StageResult) -> str:
    """Return the line of a stage: how it ended, its time, what it did."""
    result = _COLOURS.get(stage.result, str)(f"{stage.result:<13}")
    return f"  {result}{stage.seconds:>7.1f} s  {stage.title}: {stage.detail}"


def summary_text(rehearsal: Rehearsal) -> str:
    """Return the verdict in one line."""
    counts = ", ".join(f"{len(rehearsal.of(result))} {result}" for result in Result)
    verdict = "recovered" if rehearsal.passed else style.failed("not recovered")
    return f"{verdict} in {rehearsal.seconds:.1f} s: {counts}"


def rehearsal_data(rehearsal: Rehearsal) -> dict[str, Any]:
    """Return the rehearsal for JSON."""
    stages = [{**asdict(item), "seconds": round(item.seconds, 3)} for item in rehearsal.stages]
    return {
        "environment": rehearsal.environment,
        "home": rehearsal.home,
        "region": rehearsal.region,
        "passed": rehearsal.passed,
        "seconds": round(rehearsal.seconds, 3),
        "stages": stages,
    }
