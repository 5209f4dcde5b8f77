"""The changes of an update, by comparison of evaluated templates, without any call.

Both sides are evaluated with their parameters (`cloudformation.evaluation`), so conditions and
values are real. Replacement follows the registry schemas; a replaced resource gets new names and
ARNs, so resources that refer to it change too, and may be replaced in turn.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from tidegen.cloudformation.references import attributes_used
from tidegen.cloudformation.resources import UNFORESEEN, Resources, TemplateBody
from tidegen.cloudformation.schemas import Replacement, name_properties, replacement_of
from tidegen.cloudformation.stateful import is_stateful
from tidegen.cloudformation.values import is_function
from tidegen.planning.changes import Action, Change, ChangeSource, PropertyChange
from tidegen.planning.mangled import is_mangled
from tidegen.planning.moves import find_moves, moved

#: Attributes whose change CloudFormation applies; dependencies are not among them.
_ATTRIBUTES = ("Metadata", "DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy")
#: Attributes that change with every change of their resource, not only with a replacement.
_COUNTING = ("LatestVersionNumber",)


def forecast(old: Resources, new: Resources) -> tuple[Change, ...]:
    """Return the changes from the resources `old` to `new`, sorted by path; either may be empty."""
    moves = find_moves(old, new)
    before = moved(old, moves)
    changes: dict[str, Change] = {}
    while True:
        # Each round may replace resources that others refer to; the set only grows.
        again = {c.path: c for c in _changes(before, new, changes)}
        if again == changes:
            break
        changes = again
    for path, source in moves.items():
        changes[path] = _move(path, source, new[path], changes.get(path))
    return tuple(changes[path] for path in sorted(changes))


def _move(path: str, source: str, resource: TemplateBody, change: Change | None) -> Change:
    """Return the change of a resource that moves, with its other changes."""
    if change is None:
        stateful = is_stateful(resource)
        forecast = ChangeSource.FORECAST
        change = Change(
            path=path,
            type=resource["Type"],
            action=Action.MOVE,
            source=forecast,
            stateful=stateful,
            name=_kept_name(resource, resource),
        )
    action = Action.REPLACE if change.action is Action.REPLACE else Action.MOVE
    return replace(change, action=action, moved_from=source)


def _changes(old: Resources, new: Resources, known: Mapping[str, Change]) -> Iterator[Change]:
    for path in old.keys() | new.keys():
        change = _change(path, old.get(path), new.get(path), known)
        if change:
            yield change


def _change(
    path: str, old: TemplateBody | None, new: TemplateBody | None, known: Mapping[str, Change]
) -> Change | None:
    source = ChangeSource.FORECAST
    unforeseen = _reason(old) or _reason(new)
    if unforeseen:
        return _unforeseen(path, unforeseen)
    if old is None or new is None:
        resource = new or old or {}
        action = Action.ADD if new else Action.REMOVE
        return Change(
            path=path,
            type=resource["Type"],
            action=action,
            source=source,
            stateful=is_stateful(resource),
            name=_kept_name(resource, resource) if action is Action.REMOVE else "",
        )
    stateful = is_stateful(old)
    if old["Type"] != new["Type"]:
        always = Replacement.ALWAYS
        return Change(
            path=path,
            type=new["Type"],
            action=Action.REPLACE,
            source=source,
            replacement=always,
            properties=("Type",),
            stateful=stateful,
        )
    details = (*_details(old, new), *_consequences(new, known))
    if not details:
        return None
    replacement = max((d.replacement for d in details), key=list(Replacement).index)
    action = Action.REPLACE if replacement is Replacement.ALWAYS else Action.MODIFY
    names = tuple(sorted({_top(detail.name) for detail in details}))
    return Change(
        path=path,
        type=new["Type"],
        action=action,
        source=source,
        replacement=replacement,
        properties=names,
        stateful=stateful,
        details=details,
        name=_kept_name(old, new),
    )


def _reason(resource: TemplateBody | None) -> str:
    """Return why the resource cannot be evaluated; empty if it can."""
    if resource is None or resource["Type"] != UNFORESEEN:
        return ""
    return str(resource["Properties"]["Reason"])


def _unforeseen(path: str, reason: str) -> Change:
    return Change(
        path=path,
        type=UNFORESEEN,
        action=Action.MODIFY,
        source=ChangeSource.FORECAST,
        certain=False,
        unforeseen=reason,
    )


def _kept_name(old: TemplateBody, new: TemplateBody) -> str:
    """Return the physical name in both templates; empty if there is none or it changes."""
    names = name_properties(new["Type"])
    before, after = (
        [side.get("Properties", {}).get(name) for name in names] for side in (old, new)
    )
    given = names and None not in after and before == after
    return " ".join(map(_one_line, after)) if given else ""


def _one_line(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _details(old: TemplateBody, new: TemplateBody) -> Iterator[PropertyChange]:
    """Yield every property and attribute that differs, at the deepest path with a difference."""
    before, after = old.get("Properties", {}), new.get("Properties", {})
    for name, was, becomes in _differences(before, after):
        yield PropertyChange(
            name=name,
            before=was,
            after=becomes,
            replacement=replacement_of(new["Type"], _plain(name)),
        )
    for name in _ATTRIBUTES:
        if any(_differences(old.get(name), new.get(name))):
            yield PropertyChange(name=name, before=old.get(name), after=new.get(name))


def _differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    if old == new:
        return
    if (
        isinstance(old, dict)
        and isinstance(new, dict)
        and not (is_function(old) or is_function(new))
    ):
        for key in sorted(old.keys() | new.keys()):
            where = f"{path}.{key}" if path else key
            yield from _differences(old.get(key), new.get(key), where)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _list_differences(old, new, path)
    elif not is_mangled(old, new):
        yield path, old, new


def _list_differences(old: list[Any], new: list[Any], path: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield changes within items that stay, and items added or removed; not mere shifts."""
    texts = [
        [json.dumps(item, sort_keys=True, default=str) for item in side] for side in (old, new)
    ]
    for _, i, i_end, j, j_end in SequenceMatcher(
        None, texts[0], texts[1], autojunk=False
    ).get_opcodes():
        pairs = zip_longest(range(i, i_end), range(j, j_end))
        for was, becomes in pairs:
            before = None if was is None else old[was]
            after = None if becomes is None else new[becomes]
            yield from _differences(before, after, f"{path}[{was if becomes is None else becomes}]")


def _plain(name: str) -> str:
    """Return the property path without the places in lists: `A[0].B` as `A.B`."""
    return ".".join(step.partition("[")[0] for step in name.split("."))


def _top(name: str) -> str:
    return _plain(name).partition(".")[0]


def _consequences(new: TemplateBody, known: Mapping[str, Change]) -> Iterator[PropertyChange]:
    """Yield the properties that refer to a resource which `known` replaces or versions."""
    for name, value in new.get("Properties", {}).items():
        for path, attribute in sorted(set(attributes_used(value))):
            cause = known.get(path)
            if cause and (_renews(cause) or attribute in _COUNTING):
                after = {"Fn::GetAtt": [path, attribute]} if attribute else {"Ref": path}
                kind = replacement_of(new["Type"], name)
                yield PropertyChange(
                    name=name, before=None, after=after, replacement=kind, cause=path
                )


def _renews(change: Change) -> bool:
    return change.replacement is Replacement.ALWAYS
