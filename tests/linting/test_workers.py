"""Checking in several processes: each template once, whatever happens to a process."""

import os
import threading
import time

import pytest

from tidegen.linting import Finding
from tidegen.linting.templates import Source
from tidegen.linting.workers import check, worker_count

SOURCES = [Source(f"{number}.yaml", size=20_000) for number in range(4)]


class Linter:
    """A linter with one template that does something to its process."""

    def __init__(self, special=None, act=None):
        self.special, self.act = special, act

    def findings(self, path):
        if path == self.special:
            self.act()
        return [Finding(path, 1, 1, "W1", "warning", f"in {os.getpid()}")]


def by_path(sources, linter, limit=30.0, workers=None):
    found = {}
    for source, findings, is_final in check(sources, linter, limit, workers):
        assert source.path not in found
        found[source.path] = (findings[0].rule, findings[0].message, is_final)
    return found


def test_work_is_spread_and_comes_back():
    found = by_path(SOURCES, Linter("0.yaml", lambda: time.sleep(0.3)), workers=2)
    assert {rule for rule, *_ in found.values()} == {"W1"}
    assert len({message for _, message, _ in found.values()}) == 2
    assert f"in {os.getpid()}" not in {message for _, message, _ in found.values()}


def test_a_process_that_dies_takes_only_its_template_with_it():
    found = by_path(SOURCES, Linter("2.yaml", lambda: os._exit(9)), workers=2)
    assert found["2.yaml"][0] == "E0002"
    assert "process died" in found["2.yaml"][1]
    assert found["2.yaml"][2] is False
    assert [found[f"{n}.yaml"][0] for n in (0, 1, 3)] == ["W1"] * 3


@pytest.mark.parametrize("sources", [SOURCES, SOURCES[:1]])
def test_a_template_that_takes_too_long_ends_alone(sources):
    found = by_path(sources, Linter("0.yaml", lambda: time.sleep(20)), limit=0.2)
    assert found["0.yaml"][0] == "E0002"
    assert found["0.yaml"][1].startswith("Not checked to the end: over 0.2 seconds, the last in ")
    assert {rule for path, (rule, *_) in found.items() if path != "0.yaml"} <= {"W1"}


def test_little_work_or_another_thread_means_one_process():
    assert worker_count(SOURCES[:1]) == 1
    assert worker_count([Source("a", size=100), Source("b", size=100)]) == 1
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        assert worker_count(SOURCES) == 1
    finally:
        done.set()
        other.join()


def test_in_another_thread_there_is_no_limit_but_an_answer():
    found = {}
    worker = threading.Thread(target=lambda: found.update(by_path(SOURCES, Linter(), limit=0.01)))
    worker.start()
    worker.join()
    assert len(found) == len(SOURCES)
