"""Fixtures of tests that write the files to lint."""

import pytest


@pytest.fixture
def work(tmp_path, monkeypatch):
    """Return a working folder, with separate cache and home folders next to it."""
    for name in ("cache", "home", "work"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"
