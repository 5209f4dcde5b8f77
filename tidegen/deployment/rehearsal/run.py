"""Runs the stages of a rehearsal, times them, and stops at the first that fails."""

import time
from collections.abc import Callable, Iterator, Sequence

from tidegen.deployment.rehearsal.stages import NotRehearsedError, Stage
from tidegen.deployment.rehearsal.world import World
from tidegen.errors import TidegenError
from tidegen.planning.rehearsal import Rehearsal, Result, StageResult

#: Called with the number of a stage, the number of all, and the stage, before it begins.
Emit = Callable[[int, int, Stage], None]


def rehearse(
    world: World,
    stages: Sequence[Stage],
    emit: Emit,
    clock: Callable[[], float] = time.monotonic,
    removal: Stage | None = None,
) -> Rehearsal:
    """Return the rehearsal: all stages until one fails, the rest not rehearsed.

    `removal` is done at the end in any case.
    """
    results = tuple(_results(world, stages, emit, clock))
    if removal:
        emit(len(stages) + 1, len(stages) + 1, removal)
        results = (*results, _timed(world, removal, clock))
    words = world.words
    return Rehearsal(
        environment=words.environment, home=words.home, region=words.region, stages=results
    )


def _results(
    world: World, stages: Sequence[Stage], emit: Emit, clock: Callable[[], float]
) -> Iterator[StageResult]:
    failed = ""
    for number, stage in enumerate(stages, 1):
        if failed:
            result = _result(stage, Result.SKIPPED, 0, f"after {failed} failed")
        else:
            emit(number, len(stages), stage)
            result = _timed(world, stage, clock)
        if result.result is Result.FAILED:
            failed = stage.slug
        yield result


def _timed(world: World, stage: Stage, clock: Callable[[], float]) -> StageResult:
    began = clock()
    try:
        detail = stage.act(world)
    except NotRehearsedError as why:
        return _result(stage, Result.SKIPPED, clock() - began, str(why))
    except TidegenError as error:
        detail = "; ".join(map(str, error.problems))
        return _result(stage, Result.FAILED, clock() - began, detail)
    return _result(stage, Result.DONE, clock() - began, detail)


def _result(stage: Stage, result: Result, seconds: float, detail: str) -> StageResult:
    return StageResult(
        stage=stage.slug, title=stage.title, result=result, seconds=seconds, detail=detail
    )
