"""The git checkout of a project: its commit, and the commits that it contains."""

import subprocess
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import click

from tidegen.planning.model import Plan
from tidegen.planning.record import Older, older_roots
from tidegen.reporting.style import warned


def head(project: Path) -> str:
    """Return the commit of a checkout, with -dirty if its templates or environments were edited.

    Empty outside git.
    """
    answer = _git(project, "rev-parse", "HEAD")
    if answer is None or answer.returncode:
        return ""
    edited = _git(project, "status", "--porcelain", "--", "environments", "templates")
    dirty = "-dirty" if edited is None or edited.returncode or edited.stdout.strip() else ""
    return answer.stdout.strip() + dirty


def contains(project: Path, commit: str) -> bool | None:
    """Return whether the checkout's history has a commit; None if it does not know the commit."""
    answer = _git(project, "merge-base", "--is-ancestor", commit, "HEAD")
    codes = {0: True, 1: False}
    return None if answer is None else codes.get(answer.returncode)


def older(project: Path, plan: Plan) -> tuple[Older, ...]:
    """Return the roots that a newer or unknown commit deployed."""
    return tuple(older_roots(plan, partial(contains, project)))


def echo_older(roots: Iterable[Older]) -> None:
    """Print a warning for each root that a newer or unknown commit deployed."""
    for root in roots:
        click.echo(f"{warned('warning:')} {root}", err=True)


def _git(project: Path, *arguments: str) -> "subprocess.CompletedProcess[str] | None":
    command = ["git", "-C", str(project), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
