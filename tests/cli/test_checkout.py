"""The commits of a checkout, asked of git itself."""

import subprocess

import pytest

from tidegen.cli.checkout import contains, head


@pytest.fixture
def git(tmp_path):
    """A function that runs git in a new repository with a committed environment file."""

    def run(*arguments):
        identity = ("-c", "user.name=t", "-c", "user.email=t@t.example")
        command = ["git", "-C", str(tmp_path), *identity, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    run("init", "--quiet", "--initial-branch=main")
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "a.yaml").write_text("one\n")
    run("add", "--all")
    run("commit", "--quiet", "--message=one")
    return run


def test_a_checkout_with_edited_environments_is_dirty(git, tmp_path):
    commit = git("rev-parse", "HEAD")
    assert head(tmp_path) == commit
    (tmp_path / "notes.txt").write_text("not deployed")
    assert head(tmp_path) == commit
    (tmp_path / "environments" / "a.yaml").write_text("two\n")
    assert head(tmp_path) == f"{commit}-dirty"


def test_a_checkout_contains_its_history_and_nothing_else(git, tmp_path):
    first = git("rev-parse", "HEAD")
    git("commit", "--quiet", "--allow-empty", "--message=two")
    second = git("rev-parse", "HEAD")
    assert contains(tmp_path, first) is contains(tmp_path, second) is True
    git("checkout", "--quiet", "--detach", first)
    assert contains(tmp_path, second) is False
    assert contains(tmp_path, "d" * 40) is None


def test_outside_git_nothing_is_known(tmp_path):
    assert head(tmp_path) == ""
    assert contains(tmp_path, "d" * 40) is None
