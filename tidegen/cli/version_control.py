"""The state of the project's files in git."""

import subprocess
from collections.abc import Collection, Sequence
from pathlib import Path


def head(folder: Path) -> str | None:
    """Return the current commit; None outside git, or before the first commit."""
    output = _git(folder, "rev-parse", "--verify", "HEAD")
    return output.strip() if output is not None else None


def uncommitted(folder: Path, paths: Collection[Path]) -> list[str]:
    """Return the files below `paths` that the current commit does not contain as they are.

    Paths outside the work tree of `folder` are left out; ignored files count below `folder`.
    """
    top = _git(folder, "rev-parse", "--show-toplevel")
    if top is None:
        return []
    root = Path(top.rstrip("\n")).resolve()
    inside = [str(path.resolve()) for path in paths if path.resolve().is_relative_to(root)]
    status = _git(root, "status", "--porcelain", "-z", "--untracked-files=all", "--", *inside)
    return sorted({line[3:] for line in (status or "").split("\0") if line[2:3] == " "})


def untracked(folder: Path, files: Sequence[Path]) -> list[str]:
    """Return the names of `files` that git does not track, ignored ones included."""
    listed = _git(folder, "ls-files", "-z", "--", *map(str, files))
    if listed is None:
        return []
    tracked = {(folder / name).resolve() for name in listed.split("\0")}
    return sorted(str(path) for path in files if path.resolve() not in tracked)


def _git(folder: Path, *arguments: str) -> str | None:
    """Return git's output; None where it fails or is missing."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None
