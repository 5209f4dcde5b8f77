"""Resources that move: from one stack to another, or to another logical id.

CloudFormation does not recognize moves: it would keep (or delete) the old resource and create a new
one.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tidegen.cloudformation.resources import Resources, TemplateBody
from tidegen.cloudformation.schemas import primary_identifier


def find_moves(old: Resources, new: Resources) -> dict[str, str]:
    """Return new path → old path of each resource that only moves."""
    gone, come = sorted(old.keys() - new.keys()), sorted(new.keys() - old.keys())
    matches = {path: [other for other in gone if _is_same(old[other], new[path])] for path in come}
    taken = [other for others in matches.values() for other in others]
    return {
        path: others[0]
        for path, others in matches.items()
        # With several candidates the match is not certain.
        if len(others) == 1 and taken.count(others[0]) == 1
    }


def moved(resources: Resources, moves: Mapping[str, str]) -> Resources:
    """Return the resources as if they had always been at the places that `moves` gives them."""
    places = {source: path for path, source in moves.items()}

    def place(path: str) -> str:
        return places.get(path, path)

    return {place(path): _placed(resource, place) for path, resource in resources.items()}


def _placed(value: Any, place: Callable[[str], str]) -> Any:
    """Return a value with its references changed to the new places."""
    if isinstance(value, list):
        return [_placed(item, place) for item in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("Ref"), str):
        return {"Ref": place(value["Ref"])}
    match value.get("Fn::GetAtt"):
        case [str() as path, attribute]:
            return {"Fn::GetAtt": [place(path), attribute]}
    return {key: _placed(item, place) for key, item in value.items()}


def _is_same(old: TemplateBody, new: TemplateBody) -> bool:
    """Return whether two resources are the same: by written name, or else by all properties."""
    if old["Type"] != new["Type"]:
        return False
    before, after = old.get("Properties", {}), new.get("Properties", {})
    names = [(before.get(n), after.get(n)) for n in primary_identifier(old["Type"])]
    written = [(a, b) for a, b in names if a is not None and b is not None]
    if written:
        return all(a == b for a, b in written)
    return bool(before) and _unplaced(before) == _unplaced(after)


def _unplaced(value: Any) -> Any:
    """Return a value whose references have logical ids in place of paths."""
    return _placed(value, lambda path: path.rpartition("/")[2])
