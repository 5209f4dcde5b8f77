"""Carrying a resource over to another stack, or another logical id, without making it anew.

CloudFormation knows no move that a stack policy allows (stack refactoring does not). What it does
know: a resource that leaves its template is kept by its DeletionPolicy, and another template can
import it. Here is the template in between: the old one without the resource, with values where it
referred to it, so that nothing else changes meanwhile.
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

_KEPT = ("Retain", "RetainExceptOnCreate")
#: Where a root says which moves it is in the middle of: new path → identifier.
_MOVES = "Moves"
#: What the digest is meanwhile: no deploy's, so that none takes the stack to be as it wants it.
MOVING = "moving"


@dataclass(frozen=True)
class Move:
    """A resource on its way; `identifier` is its physical id."""

    old: str
    new: str
    type: str
    identifier: str


@dataclass(frozen=True)
class Known:
    """What is known of a resource that leaves: its physical id, and attributes by name."""

    physical_id: str
    attributes: Mapping[str, str] = field(default_factory=dict)


def moves_of(
    changes: Iterable[Change], asked: Collection[str], physical: Mapping[str, str]
) -> tuple[Move, ...]:
    """The moves among `changes` that are asked for by logical id or path.

    `physical` are the ids of what stands, by path. Raises RefusedError for a resource that a
    change in it replaces all the same.
    """
    moving = [c for c in changes if c.moved_from and {c.path, c.logical_id} & set(asked)]
    for change in moving:
        if change.action is not Action.MOVE:
            told = f"moves from {change.moved_from} and would be replaced there as well"
            raise RefusedError(Problem(change.path, f"{told}; move it first, change it later"))
    return tuple(Move(c.moved_from, c.path, c.type, physical.get(c.moved_from, "")) for c in moving)


def check_asked(asked: Collection[str], paths: Collection[str]) -> None:
    """Raise InputError for what is asked to move and is not among `paths`."""
    known = {*paths, *(path.rpartition("/")[2] for path in paths)}
    wrong = sorted(set(asked) - known)
    if wrong:
        told = "is no resource that moves, or stands; 'tidegen plan' shows the paths"
        raise InputError.of(Problem(name, told) for name in wrong)


def begun_moves(root: TemplateBody) -> dict[str, str]:
    """New path → identifier of the moves that a deployed root is in the middle of."""
    found = root.get("Metadata", {}).get("Tidegen", {}).get(_MOVES, {})
    return dict(found)


def root_between(
    root: TemplateBody, urls: Mapping[str, str], moves: Iterable[Move]
) -> TemplateBody:
    """The deployed root with other templates for nested stacks, and its moves written down."""
    about = root.get("Metadata", {}).get("Tidegen", {})
    begun = {**begun_moves(root), **{move.new: move.identifier for move in moves}}
    metadata = {**root.get("Metadata", {}), "Tidegen": {**about, _MOVES: begun}}
    resources = {
        name: _at(resource, urls[name]) if name in urls else resource
        for name, resource in root["Resources"].items()
    }
    return {**root, "Metadata": metadata, "Resources": resources}


def parameters_between(parameters: Mapping[str, str]) -> dict[str, str]:
    """The root's parameters as they are, but for the digest."""
    return {**parameters, DIGEST: MOVING}


def _at(resource: TemplateBody, url: str) -> TemplateBody:
    return {**resource, "Properties": {**resource["Properties"], "TemplateURL": url}}


def known_attributes(
    template: TemplateBody, logical_id: str, outputs: Mapping[str, str]
) -> dict[str, str]:
    """The attributes of a resource that the stack's outputs tell."""
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
    """The template without the resources of these logical ids, with values for references to them.

    Raises RefusedError where a resource would not be kept, or a value is not known.
    """
    for logical_id in gone:
        if template["Resources"][logical_id].get("DeletionPolicy") not in _KEPT:
            told = "has no DeletionPolicy that keeps it; deploy it with one first"
            raise RefusedError(Problem(logical_id, told))
    resources = {
        name: _resource(name, resource, gone)
        for name, resource in template["Resources"].items()
        if name not in gone
    }
    found = {**template, "Resources": resources}
    if "Outputs" in template:
        values = {
            name: _output(name, about, gone, outputs) for name, about in template["Outputs"].items()
        }
        found["Outputs"] = values
    return found


def _resource(name: str, resource: TemplateBody, gone: Mapping[str, Known]) -> TemplateBody:
    found: TemplateBody = _valued(resource, gone, name)
    depends = found.get("DependsOn", [])
    every = [depends] if isinstance(depends, str) else depends
    left = [item for item in every if item not in gone]
    rest = {key: value for key, value in found.items() if key != "DependsOn"}
    return {**rest, "DependsOn": left} if left else rest


def _output(
    name: str, about: TemplateBody, gone: Mapping[str, Known], outputs: Mapping[str, str]
) -> TemplateBody:
    """An output as it is, or with the value that it has."""
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

    def replaced(found: re.Match[str]) -> str:
        name, _, attribute = found[1].partition(".")
        if name not in gone:
            return found[0]
        return _attribute(name, attribute, gone, where) if attribute else gone[name].physical_id

    text = re.sub(r"\$\{([^!}][^}]*)\}", replaced, text)
    return [text, *(_valued(item, gone, where) for item in own)] if own else text


def _attribute(logical_id: str, name: str, gone: Mapping[str, Known], where: str) -> str:
    if name in gone[logical_id].attributes:
        return gone[logical_id].attributes[name]
    told = f"refers to {logical_id}.{name}, whose value no output of the stack tells"
    raise RefusedError(Problem(where, f"{told}; move it by hand (docs/moving.md)"))
