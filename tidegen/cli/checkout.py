"""The git checkout of a project: its commit, the commits and the files that it contains."""

import subprocess
from collections.abc import Collection, Iterable, Sequence
from functools import partial
from pathlib import Path

import click

from tidegen.planning.model import Plan
from tidegen.planning.record import Older, older_roots
from tidegen.reporting.style import warned


def commit(folder: Path) -> str | None:
    """Return the current commit; None outside git, or before the first commit."""
    output = _output(folder, "rev-parse", "--verify", "HEAD")
    return None if output is None else output.strip()


def head(project: Path) -> str:
    """Return the commit of a checkout, with -dirty if its templates or environments were edited.

    Empty outside git.
    """
    name = commit(project)
    if name is None:
        return ""
    edited = _output(project, "status", "--porcelain", "--", "environments", "templates")
    return name if edited == "" else f"{name}-dirty"


def uncommitted(folder: Path, paths: Collection[Path]) -> list[str]:
    """Return the files below `paths` that the current commit does not contain as they are.

    Paths outside the work tree of `folder` are left out; ignored files count below `folder`.
    """
    top = _output(folder, "rev-parse", "--show-toplevel")
    if top is None:
        return []
    root = Path(top.rstrip("\n")).resolve()
    inside = [str(path.resolve()) for path in paths if path.resolve().is_relative_to(root)]
    status = _output(root, "status", "--porcelain", "-z", "--untracked-files=all", "--", *inside)
    return sorted({line[3:] for line in (status or "").split("\0") if line[2:3] == " "})


def untracked(folder: Path, files: Sequence[Path]) -> list[str]:
    """Return the names of `files` that git does not track, ignored ones included."""
    listed = _output(folder, "ls-files", "-z", "--", *map(str, files))
    if listed is None:
        return []
    tracked = {(folder / name).resolve() for name in listed.split("\0")}
    return sorted(str(path) for path in files if path.resolve() not in tracked)


def contains(project: Path, name: str) -> bool | None:
    """Return whether the checkout's history has a commit; None if it does not know the commit."""
    answer = _git(project, "merge-base", "--is-ancestor", name, "HEAD")
    codes = {0: True, 1: False}
    return None if answer is None else codes.get(answer.returncode)


def older(project: Path, plan: Plan) -> tuple[Older, ...]:
    """Return the roots that a newer or unknown commit deployed."""
    return tuple(older_roots(plan, partial(contains, project)))


def echo_older(roots: Iterable[Older]) -> None:
    """Print a warning for each root that a newer or unknown commit deployed."""
    for root in roots:
        click.echo(f"{warned('warning:')} {root}", err=True)


def _output(folder: Path, *arguments: str) -> str | None:
    """Return git's output; None where it fails or is missing."""
    answer = _git(folder, *arguments)
    return answer.stdout if answer is not None and answer.returncode == 0 else None


def _git(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str] | None":
    command = ["git", "-C", str(folder), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
