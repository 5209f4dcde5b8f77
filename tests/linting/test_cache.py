"""Cached results: harmless when broken, bounded, and whole under concurrent runs."""

import json
import multiprocessing
import os
import time
from contextlib import suppress

import pytest

from tidegen.linting.cache import cache_folder, load, prune, store


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return cache_folder()


def test_a_stored_value_is_loaded():
    store("key", [{"rule": "W1"}])
    assert load("key") == [{"rule": "W1"}]
    assert load("other") is None


@pytest.mark.parametrize("content", ['[{"path": 1', "", "\x00", "[" * 100_000])
def test_a_broken_entry_is_a_miss(folder, content):
    folder.mkdir(parents=True)
    (folder / "key.json").write_text(content)
    assert load("key") is None


def test_a_read_only_folder_is_no_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    store("key", [])
    prune()
    assert load("key") is None


def test_the_oldest_entries_are_deleted_beyond_either_bound(folder):
    for age, key in enumerate(("new", "middle", "old")):
        store(key, "x" * 98)  # 100 bytes of JSON
        os.utime(folder / f"{key}.json", (time.time() - age * 10,) * 2)
    prune(max_entries=2)
    assert (load("new"), load("old")) == ("x" * 98, None)
    prune(max_bytes=150)
    assert (load("new"), load("middle")) == ("x" * 98, None)


def test_pruning_deletes_files_of_a_crash_and_keeps_files_being_written(folder):
    store("key", 1)
    for name, age in ((".old.1", 7_200), (".new.2", 0)):
        (folder / name).write_text("half")
        os.utime(folder / name, (time.time() - age,) * 2)
    prune()
    assert sorted(path.name for path in folder.iterdir()) == [".new.2", "key.json"]


def _store_often(length):
    for _ in range(200):
        store("key", ["x" * length])
        prune(max_entries=1)


def test_concurrent_runs_never_load_half_an_entry(folder):
    store("key", [])
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_store_often, args=(n,)) for n in (10, 50_000)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        with suppress(FileNotFoundError):  # pruned by the other one
            assert isinstance(json.loads((folder / "key.json").read_text()), list)
    assert [writer.exitcode for writer in writers] == [0, 0]
