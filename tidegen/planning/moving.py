"""Move a resource to another stack, or another logical id, without recreating it.

CloudFormation has no move that a stack policy allows (stack refactoring is refused by one). But a
resource removed from its template is kept by its DeletionPolicy, and another template can import
it. This module makes the template in between: the old one without the resource, with values in
place of references to it, so that nothing else changes meanwhile.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tidegen.cloudformation.resources import TemplateBody
from tidegen.cloudformation.values import is_function
from tidegen.errors import InputError, Problem, RefusedError
from tidegen.planning.changes import Action, Change
from tidegen.planning.digest import DIGEST
from tidegen.planning.spelling import closest_path

_KEPT = ("Retain", "RetainExceptOnCreate")
#: The key of a root's metadata with the moves in progress: new path → identifier.
_MOVES = "Moves"
#: The digest meanwhile: that of no deploy, so that none takes the stack to be up to date.
MOVING = "moving"


@dataclass(frozen=True)
class Move:
    """A move of a resource to another path; `identifier` is its physical id.

    Where another resource takes the place of the one at a path, `identifier` is that one's, and
    `former` the physical id that references keep meanwhile.
    """

    old: str
    new: str
    type: str
    identifier: str
    former: str = ""

    @property
    def leaving(self) -> str:
        """The physical id of the resource that leaves its stack."""
        return self.former or self.identifier


@dataclass(frozen=True)
class Known:
    """The known values of a resource that leaves: its physical id, and attributes by name."""

    physical_id: str
    attributes: Mapping[str, str] = field(default_factory=dict)


def moves_of(
    changes: Iterable[Change], asked: Collection[str], physical: Mapping[str, str]
) -> tuple[Move, ...]:
    """Return the moves among `changes` that are requested by logical id or path.

    `physical` are the ids of existing resources, by path. Raises RefusedError for a resource that
    would be replaced as well.
    """
    moving = [c for c in changes if c.moved_from and {c.path, c.logical_id} & set(asked)]
    for change in moving:
        if change.action is not Action.MOVE:
            problem = f"moves from {change.moved_from} and would be replaced there as well"
            raise RefusedError(Problem(change.path, f"{problem}; move it first, change it later"))
    return tuple(Move(c.moved_from, c.path, c.type, physical.get(c.moved_from, "")) for c in moving)


def check_asked(asked: Collection[str], paths: Collection[str]) -> None:
    """Raise InputError for requested moves that are not among `paths`."""
    known = {*paths, *(path.rpartition("/")[2] for path in paths)}
    wrong = sorted(set(asked) - known)
    if wrong:
        problem = "is not a resource that moves, or exists"
        raise InputError.of(
            Problem(name, f"{problem}; {closest_path(name, paths)}") for name in wrong
        )


def begun_moves(root: TemplateBody) -> dict[str, str]:
    """Return new path → identifier of the moves in progress in a deployed root."""
    moves = root.get("Metadata", {}).get("Tidegen", {}).get(_MOVES, {})
    return dict(moves)


def root_between(
    root: TemplateBody, urls: Mapping[str, str], moves: Iterable[Move]
) -> TemplateBody:
    """Return the deployed root with other templates of nested stacks, and its moves recorded."""
    about = root.get("Metadata", {}).get("Tidegen", {})
    begun = {**begun_moves(root), **{move.new: move.identifier for move in moves}}
    metadata = {**root.get("Metadata", {}), "Tidegen": {**about, _MOVES: begun}}
    resources = {
        name: _at(resource, urls[name]) if name in urls else resource
        for name, resource in root["Resources"].items()
    }
    return {**root, "Metadata": metadata, "Resources": resources}


def parameters_between(parameters: Mapping[str, str]) -> dict[str, str]:
    """Return the root's parameters unchanged, except the digest."""
    return {**parameters, DIGEST: MOVING}


def _at(resource: TemplateBody, url: str) -> TemplateBody:
    return {**resource, "Properties": {**resource["Properties"], "TemplateURL": url}}


def known_attributes(
    template: TemplateBody, logical_id: str, outputs: Mapping[str, str]
) -> dict[str, str]:
    """Return the attributes of a resource that the stack's outputs show."""
    return {
        value["Fn::GetAtt"][1]: outputs[name]
        for name, about in template.get("Outputs", {}).items()
        for value in (about.get("Value"),)
        if name in outputs and is_function(value) and "Fn::GetAtt" in value
        if value["Fn::GetAtt"][0] == logical_id
    }


def without_resources(
    template: TemplateBody, gone: Mapping[str, Known], outputs: Mapping[str, str]
) -> TemplateBody:
    """Return the template without these resources, with values in place of references to them.

    Raises RefusedError if a resource would not be kept, or a value is not known.
    """
    for logical_id in gone:
        if template["Resources"][logical_id].get("DeletionPolicy") not in _KEPT:
            problem = "has no DeletionPolicy that keeps it; deploy it with one first"
            raise RefusedError(Problem(logical_id, problem))
    resources = {
        name: _resource(name, resource, gone)
        for name, resource in template["Resources"].items()
        if name not in gone
    }
    reduced = {**template, "Resources": resources}
    if "Outputs" in template:
        values = {
            name: _output(name, about, gone, outputs) for name, about in template["Outputs"].items()
        }
        reduced["Outputs"] = values
    return reduced


def _resource(name: str, resource: TemplateBody, gone: Mapping[str, Known]) -> TemplateBody:
    valued: TemplateBody = _valued(resource, gone, name)
    depends = valued.get("DependsOn", [])
    every = [depends] if isinstance(depends, str) else depends
    left = [item for item in every if item not in gone]
    rest = {key: value for key, value in valued.items() if key != "DependsOn"}
    return {**rest, "DependsOn": left} if left else rest


def _output(
    name: str, about: TemplateBody, gone: Mapping[str, Known], outputs: Mapping[str, str]
) -> TemplateBody:
    """Return an output as it is, or with the value that it has."""
    try:
        return {**about, "Value": _valued(about["Value"], gone, name)}
    except RefusedError:
        if name not in outputs:
            raise
        return {**about, "Value": outputs[name]}


def _valued(value: Any, gone: Mapping[str, Known], where: str) -> Any:
    if isinstance(value, list):
        return [_valued(item, gone, where) for item in value]
    if not isinstance(value, dict):
        return value
    if is_function(value):
        ((name, argument),) = value.items()
        if name == "Ref" and argument in gone:
            return gone[argument].physical_id
        if name == "Fn::GetAtt" and argument[0] in gone:
            return _attribute(argument[0], argument[1], gone, where)
        if name == "Fn::Sub":
            return {name: _substituted(argument, gone, where)}
    return {key: _valued(item, gone, where) for key, item in value.items()}


def _substituted(argument: Any, gone: Mapping[str, Known], where: str) -> Any:
    text, *own = argument if isinstance(argument, list) else [argument]

    def replaced(match: re.Match[str]) -> str:
        name, _, attribute = match[1].partition(".")
        if name not in gone:
            return match[0]
        return _attribute(name, attribute, gone, where) if attribute else gone[name].physical_id

    text = re.sub(r"\$\{([^!}][^}]*)\}", replaced, text)
    return [text, *(_valued(item, gone, where) for item in own)] if own else text


def _attribute(logical_id: str, name: str, gone: Mapping[str, Known], where: str) -> str:
    if name in gone[logical_id].attributes:
        return gone[logical_id].attributes[name]
    problem = f"refers to {logical_id}.{name}, whose value no output of the stack shows"
    raise RefusedError(Problem(where, f"{problem}; move it by hand (docs/moving.md)"))
