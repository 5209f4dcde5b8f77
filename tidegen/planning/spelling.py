"""Hints for the path of a resource that does not exist."""

from collections.abc import Collection
from difflib import get_close_matches

_MOST = 20  # names in a hint


def closest_path(name: str, paths: Collection[str]) -> str:
    """Return `did you mean X?`, or else the resources of the named nested stack, or the stacks.

    Case does not count, nor a path that was left out before the logical id.
    """
    close = _close(name, paths)
    if close:
        return f"did you mean {close}?"
    nested, _, _ = name.rpartition("/")
    siblings = sorted(path.rpartition("/")[2] for path in paths if _nested(path) == nested)
    if nested and siblings:
        return f"{nested} has {_listed(siblings)}"
    stacks = sorted({_nested(path) for path in paths} - {""})
    return f"the nested stacks are {', '.join(stacks)}" if stacks else "there are none"


def _close(name: str, paths: Collection[str]) -> str:
    """Return the path that is closest, without regard to case; empty if none is."""
    by_text = {path.lower(): path for path in paths}
    if "/" not in name:
        by_text |= {path.rpartition("/")[2].lower(): path for path in paths}
    close = get_close_matches(name.lower(), by_text, n=1, cutoff=0.75)
    return by_text[close[0]] if close else ""


def _nested(path: str) -> str:
    return path.rpartition("/")[0]


def _listed(names: list[str]) -> str:
    """Return the names; of many only the number, the first and the last."""
    if len(names) <= _MOST:
        return ", ".join(names)
    return f"{len(names)} resources, from {names[0]} to {names[-1]}"
