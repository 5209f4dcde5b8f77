"""Fixtures for tests that lint files of their own."""

import pytest


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A working folder, with a cache and a home of the test's own beside it."""
    for name in ("cache", "home", "work"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"
