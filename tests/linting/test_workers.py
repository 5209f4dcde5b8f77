"""Checking in several processes: each template once, even if a process dies."""

import os
import threading
import time

import pytest

from tidegen.linting.model import Finding
from tidegen.linting.templates import Source
from tidegen.linting.workers import check, worker_count

SOURCES = [Source(path=f"{number}.yaml", size=20_000) for number in range(4)]


class Linter:
    """A linter that calls `act` in its process at one template."""

    def __init__(self, special=None, act=None):
        self.special, self.act = special, act

    def findings(self, path):
        if path == self.special:
            self.act()
        return [
            Finding(
                path=path,
                line=1,
                column=1,
                rule="W1",
                severity="warning",
                message=f"in {os.getpid()}",
            )
        ]


def by_path(sources, linter, limit=30.0, workers=None):
    results = {}
    for source, findings, is_final in check(sources, linter, limit, workers):
        assert source.path not in results
        results[source.path] = (findings[0].rule, findings[0].message, is_final)
    return results


def test_work_is_distributed_and_its_findings_return():
    results = by_path(SOURCES, Linter("0.yaml", lambda: time.sleep(0.3)), workers=2)
    assert {rule for rule, *_ in results.values()} == {"W1"}
    assert len({message for _, message, _ in results.values()}) == 2
    assert f"in {os.getpid()}" not in {message for _, message, _ in results.values()}


def test_a_dead_process_loses_only_its_template():
    results = by_path(SOURCES, Linter("2.yaml", lambda: os._exit(9)), workers=2)
    assert results["2.yaml"][0] == "E0002"
    assert "process died" in results["2.yaml"][1]
    assert results["2.yaml"][2] is False
    assert [results[f"{n}.yaml"][0] for n in (0, 1, 3)] == ["W1"] * 3


@pytest.mark.parametrize("sources", [SOURCES, SOURCES[:1]])
def test_a_timeout_ends_only_its_template(sources):
    results = by_path(sources, Linter("0.yaml", lambda: time.sleep(20)), limit=0.2)
    assert results["0.yaml"][0] == "E0002"
    assert results["0.yaml"][1].startswith("Not checked to the end: over 0.2 seconds, the last in ")
    assert {rule for path, (rule, *_) in results.items() if path != "0.yaml"} <= {"W1"}


def test_little_work_or_another_thread_means_one_process():
    assert worker_count(SOURCES[:1]) == 1
    assert worker_count([Source(path="a", size=100), Source(path="b", size=100)]) == 1
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        assert worker_count(SOURCES) == 1
    finally:
        done.set()
        other.join()


def test_another_thread_has_no_limit_and_still_answers():
    results = {}
    worker = threading.Thread(target=lambda: results.update(by_path(SOURCES, Linter(), limit=0.01)))
    worker.start()
    worker.join()
    assert len(results) == len(SOURCES)
