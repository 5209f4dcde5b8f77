"""References of a template, and the form of a part of it in another template."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tidegen.cloudformation.evaluation import EvaluatedTemplate
from tidegen.cloudformation.resources import TemplateBody
from tidegen.cloudformation.resources import section as section_of
from tidegen.cloudformation.values import is_function

_NAMED = re.compile(r"\$\{([^!}.][^}.]*)")
Reference = tuple[str, str]


def adapted(
    properties: Mapping[str, Any], scope: EvaluatedTemplate, deployed: TemplateBody
) -> tuple[dict[str, Any], set[str]]:
    """Return properties of `scope`'s template for use in `deployed`, and the names left out.

    A reference stays where `deployed` has the resource or parameter; elsewhere its value replaces
    it, if that is known before a deployment.
    """
    known: dict[str, Any] = {}
    unknown = set()
    for name, value in properties.items():
        try:
            known[name] = _adapted(value, scope, deployed)
        except LookupError:
            unknown.add(name)
    return known, unknown


def _adapted(value: Any, scope: EvaluatedTemplate, deployed: TemplateBody) -> Any:
    if isinstance(value, list):
        return [_adapted(item, scope, deployed) for item in value]
    if not isinstance(value, dict):
        return value
    if not is_function(value):
        return {key: _adapted(item, scope, deployed) for key, item in value.items()}
    if all(_is_defined(item, scope.template, deployed) for item in references(value)):
        return value
    known = scope.value(value)
    if any("::" not in name for _, name in references(known)):
        raise LookupError(value)
    return known


def references(value: Any) -> Iterator[Reference]:
    """Yield the references of a value: (section, name), with an empty section for Ref and GetAtt.

    A function that is still there after evaluation refers to something, or it would be a value.
    """
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _named(key, item)


def attributes_used(value: Any) -> Iterator[tuple[str, str]]:
    """Yield (resource, attribute) of each reference of an evaluated value; Ref has no attribute."""
    if isinstance(value, list):
        for item in value:
            yield from attributes_used(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            match key, item:
                case "Ref", str():
                    yield item, ""
                case "Fn::GetAtt", [str() as path, attribute]:
                    yield path, str(attribute)
                case _:
                    yield from attributes_used(item)


def _named(key: str, item: Any) -> Iterator[Reference]:
    match key, item:
        case "Ref", str():
            yield "", item
        case "Fn::GetAtt", str():
            yield "", item.partition(".")[0]
        case "Fn::GetAtt", [str() as name, *_]:
            yield "", name
        case "Fn::Sub", str():
            yield from _substituted(item, {})
        case "Fn::Sub", [str() as text, dict() as own]:
            yield from _substituted(text, own)
            yield from references(own)
        case "Fn::If", [str() as name, *values]:
            yield "Conditions", name
            yield from references(values)
        case "Fn::FindInMap", [name, *values]:
            yield "Mappings", str(name)
            yield from references(values)
        case _:
            yield from references(item)


def _substituted(text: str, own: Mapping[str, Any]) -> Iterator[Reference]:
    return (("", name) for name in _NAMED.findall(text) if name not in own)


def _is_defined(reference: Reference, own: TemplateBody, deployed: TemplateBody) -> bool:
    section, name = reference
    if section:  # the definitions have to be equal
        there = section_of(deployed, section, of=object)
        return name in there and there[name] == section_of(own, section, of=object).get(name)
    return "::" in name or any(
        name in section_of(deployed, s, of=object) for s in ("Parameters", "Resources")
    )
