"""Resources that move: out of one stack and into another, or to another logical id.

CloudFormation knows no such thing: it would keep (or delete) the one and make the other anew.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tidegen.cloudformation.resources import Resources, TemplateBody
from tidegen.cloudformation.schemas import primary_identifier


def find_moves(old: Resources, new: Resources) -> dict[str, str]:
    """New path → old path of each resource that only stands elsewhere."""
    gone, come = sorted(old.keys() - new.keys()), sorted(new.keys() - old.keys())
    matches = {path: [other for other in gone if _is_same(old[other], new[path])] for path in come}
    taken = [other for others in matches.values() for other in others]
    return {
        path: others[0]
        for path, others in matches.items()
        # Where there is a choice, nothing is sure.
        if len(others) == 1 and taken.count(others[0]) == 1
    }


def moved(resources: Resources, moves: Mapping[str, str]) -> Resources:
    """Return the resources as they would read had they always stood where `moves` puts them."""
    places = {source: path for path, source in moves.items()}

    def place(path: str) -> str:
        return places.get(path, path)

    return {place(path): _placed(resource, place) for path, resource in resources.items()}


def _placed(value: Any, place: Callable[[str], str]) -> Any:
    """Return a value with references to resources that move led to their place."""
    if isinstance(value, list):
        return [_placed(item, place) for item in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("Ref"), str):
        return {"Ref": place(value["Ref"])}
    if isinstance(value.get("Fn::GetAtt"), list):
        path, attribute = value["Fn::GetAtt"]
        return {"Fn::GetAtt": [place(path), attribute]}
    return {key: _placed(item, place) for key, item in value.items()}


def _is_same(old: TemplateBody, new: TemplateBody) -> bool:
    """Return whether two resources are one: by its name where that is written, else by all it says."""
    if old["Type"] != new["Type"]:
        return False
    before, after = old.get("Properties", {}), new.get("Properties", {})
    names = [(before.get(n), after.get(n)) for n in primary_identifier(old["Type"])]
    written = [(a, b) for a, b in names if a is not None and b is not None]
    if written:
        return all(a == b for a, b in written)
    return bool(before) and _unplaced(before) == _unplaced(after)


def _unplaced(value: Any) -> Any:
    """Return a value with the resources it refers to named by logical id, wherever they stand."""
    return _placed(value, lambda path: path.rpartition("/")[2])
