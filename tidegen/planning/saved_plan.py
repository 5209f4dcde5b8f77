"""A plan as data, to be reviewed and then deployed as it is: no secrets, templates by hash.

A deploy of a saved plan plans again. It is the same plan if both have the same data; each
difference is a problem of one line.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from tidegen.errors import Problem

#: The version of the format: another one is not read.
VERSION = 1


@dataclass(frozen=True, kw_only=True)
class SavedState:
    """A deployed root: its identity, and hashes of its templates and resources if it changes."""

    stack_id: str
    status: str
    changed: str | None
    digest: str | None
    templates: Mapping[str, str]
    resources: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class SavedRoot:
    """One step: what would be deployed, what is deployed, and the changes that were shown."""

    stack: str
    place: str
    scope: str
    note: str
    template: str
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    service_role: str | None
    protected: bool
    action: str
    state: SavedState | None
    changes: tuple[Mapping[str, Any], ...]
    later: tuple[Mapping[str, Any], ...]
    settings: tuple[Mapping[str, Any], ...]

    def __str__(self) -> str:
        return f"{self.stack} ({self.note})" if self.note else self.stack


@dataclass(frozen=True, kw_only=True)
class SavedPlan:
    """A plan of an environment. `file` is the hash of its file's values, `allowed` the consents."""

    environment: str
    release: str
    file: str
    created: str
    allowed: tuple[str, ...]
    roots: tuple[SavedRoot, ...]


_STATE = {
    "stack_id": "is another stack",
    "status": "has another status",
    "changed": "was changed since",
    "digest": "was deployed since",
    "templates": "has other deployed templates",
    "resources": "has other resources",
}


def differences(saved: SavedPlan, now: SavedPlan) -> tuple[Problem, ...]:
    """Return every difference of the plan that would be made now from the saved one."""
    return tuple(_differences(saved, now))


def _differences(saved: SavedPlan, now: SavedPlan) -> Iterator[Problem]:
    if saved.release != now.release:
        yield Problem("release", _moved(saved.release, now.release))
    if saved.file != now.file:
        yield Problem(now.environment, "its environment file has other values than in the plan")
    before, after = ({str(root): root for root in plan.roots} for plan in (saved, now))
    for name in sorted(before.keys() - after.keys()):
        yield Problem(name, "is in the plan, but would not be deployed now")
    for name in sorted(after.keys() - before.keys()):
        yield Problem(name, "would be deployed now, but is not in the plan")
    for name in sorted(before.keys() & after.keys()):
        yield from _root_differences(before[name], after[name])


def _root_differences(saved: SavedRoot, now: SavedRoot) -> Iterator[Problem]:
    name = str(saved)
    if saved.template != now.template:
        yield Problem(name, "its templates are not those of the plan")
    for field in ("place", "scope", "service_role", "protected", "action"):
        before, after = getattr(saved, field), getattr(now, field)
        if before != after:
            yield Problem(f"{name}: {field.replace('_', ' ')}", _moved(before, after))
    for kind in ("parameters", "tags"):
        yield from _mapping(f"{name}: {kind}", getattr(saved, kind), getattr(now, kind))
    yield from _state_differences(name, saved.state, now.state)
    for kind in ("changes", "later", "settings"):
        yield from _listed(name, kind, getattr(saved, kind), getattr(now, kind))


def _state_differences(
    name: str, saved: SavedState | None, now: SavedState | None
) -> Iterator[Problem]:
    if saved is None or now is None:
        if saved is not now:
            yield Problem(name, "was deployed since" if now else "was deleted since")
        return
    for field in fields(SavedState):
        before, after = getattr(saved, field.name), getattr(now, field.name)
        if before == after:
            continue
        names = _names(before, after) if isinstance(before, Mapping) else _moved(before, after)
        yield Problem(name, f"{_STATE[field.name]}: {names}")


def _mapping(where: str, saved: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Problem]:
    for key in sorted(saved.keys() | now.keys()):
        if saved.get(key) != now.get(key):
            yield Problem(f"{where}: {key}", _moved(saved.get(key), now.get(key)))


def _listed(
    name: str,
    kind: str,
    saved: Collection[Mapping[str, Any]],
    now: Collection[Mapping[str, Any]],
) -> Iterator[Problem]:
    """Yield the paths of the changes, or the names of the settings, that are not the same."""
    before, after = ({_key(item): item for item in items} for items in (saved, now))
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            how = "is no longer the same" if key in before.keys() & after.keys() else "is new"
            text = f"the change that was shown {how}" if key in after else "would not change now"
            yield Problem(f"{name}: {kind}: {key}", text)


def _key(item: Mapping[str, Any]) -> str:
    return str(item.get("path") or item.get("setting"))


def _names(saved: Mapping[str, str], now: Mapping[str, str]) -> str:
    names = sorted(key for key in saved.keys() | now.keys() if saved.get(key) != now.get(key))
    return ", ".join(name or "root" for name in names)


def _moved(saved: object, now: object) -> str:
    return f"is {now!r}, {saved!r} in the plan"
