"""Checking in several processes, forked once the rules are built; findings return as plain data."""

import gc
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tidegen.linting.cfn_lint import CfnLint
from tidegen.linting.deadline import OverdueError, deadline
from tidegen.linting.memory import rare_collections
from tidegen.linting.model import Finding, failure
from tidegen.linting.templates import Source

if TYPE_CHECKING:
    from concurrent.futures import Future

#: 100 bytes of template take about 1 ms; below this forking costs more than it saves.
_WORTH_FORKING = 10_000
_MAX_WORKERS = 8

#: In a forked process: the linter that its parent built.
_inherited: list[CfnLint] = []


def check(
    sources: Sequence[Source], linter: CfnLint, limit: float, workers: int | None = None
) -> Iterator[tuple[Source, list[Finding], bool]]:
    """Yield (source, findings, cacheable).

    `workers` is the number of processes, by default as many as save time.
    """
    ordered = sorted(sources, key=lambda source: -source.size)  # the longest first, to end together
    workers = workers or worker_count(ordered)
    if workers == 1:
        with rare_collections():
            for source in ordered:
                yield source, *_check_one(linter, source.path, limit)
        return
    unfinished = []
    for source, result in _in_pool(ordered, linter, limit, workers):
        if result is None:
            unfinished.append(source)
        else:
            yield source, *result
    for source in unfinished:  # a process died: check each alone to see whether it is the cause
        ((_, alone),) = _in_pool([source], linter, limit, 1)
        died = failure(source.path, "cfn-lint's process died, probably out of memory")
        yield source, *(alone or ([died], False))


def worker_count(sources: Sequence[Source]) -> int:
    """Return the number of processes: one for little work, or where threads make forking unsafe."""
    if len(sources) < 2 or sum(source.size for source in sources[1:]) < _WORTH_FORKING:
        return 1
    return min(forkable_cores(), len(sources), _MAX_WORKERS)


def forkable_cores() -> int:
    """Return the number of cores for forked processes: one where forking is not safe."""
    if threading.active_count() > 1 or not hasattr(os, "sched_getaffinity"):
        return 1  # macOS' own libraries do not survive a fork either
    return len(os.sched_getaffinity(0))


def _in_pool(
    sources: Sequence[Source], linter: CfnLint, limit: float, workers: int
) -> Iterator[tuple[Source, tuple[list[Finding], bool] | None]]:
    import multiprocessing  # not needed for a single template
    from concurrent.futures import ProcessPoolExecutor

    gc.freeze()  # the rules are shared memory; collecting would only copy its pages
    context = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(workers, context, _start, (linter,))
    try:
        futures = [pool.submit(_work, source.path, limit) for source in sources]
        for source, future in zip(sources, futures, strict=True):
            yield source, _result(future)
    finally:
        pool.shutdown(cancel_futures=True)  # and wait: its thread must end before the next fork
        gc.unfreeze()


def _result(future: "Future[tuple[list[Finding], bool]]") -> tuple[list[Finding], bool] | None:
    from concurrent.futures.process import BrokenProcessPool

    try:
        return future.result()
    except BrokenProcessPool:
        return None


def _start(linter: CfnLint) -> None:
    _inherited.append(linter)
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))  # the parent reports it, once


def _work(path: str, limit: float) -> tuple[list[Finding], bool]:
    with rare_collections():
        return _check_one(_inherited[0], path, limit)


def _check_one(linter: CfnLint, path: str, limit: float) -> tuple[list[Finding], bool]:
    try:
        with deadline(limit):
            return linter.findings(path), True
    except OverdueError as overdue:
        message = f"Not checked to the end: over {limit:g} seconds, the last in {overdue.rule}"
        return [failure(path, message)], False
