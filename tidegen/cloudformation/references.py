"""What a template refers to, and how a part of it reads in another template."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tidegen.cloudformation.evaluation import EvaluatedTemplate
from tidegen.cloudformation.resources import TemplateBody
from tidegen.cloudformation.values import is_function

_NAMED = re.compile(r"\$\{([^!}.][^}.]*)")
Reference = tuple[str, str]


def adapted(
    properties: Mapping[str, Any], scope: EvaluatedTemplate, deployed: TemplateBody
) -> tuple[dict[str, Any], set[str]]:
    """Properties of `scope`'s template as they read in `deployed`, and the names left out.

    A reference stays where `deployed` has what it names; else its value takes its place, if it is
    known before a deployment.
    """
    found: dict[str, Any] = {}
    unknown = set()
    for name, value in properties.items():
        try:
            found[name] = _adapted(value, scope, deployed)
        except LookupError:
            unknown.add(name)
    return found, unknown


def _adapted(value: Any, scope: EvaluatedTemplate, deployed: TemplateBody) -> Any:
    if isinstance(value, list):
        return [_adapted(item, scope, deployed) for item in value]
    if not isinstance(value, dict):
        return value
    if not is_function(value):
        return {key: _adapted(item, scope, deployed) for key, item in value.items()}
    if all(_is_there(item, scope.template, deployed) for item in references(value)):
        return value
    known = scope.value(value)
    if any("::" not in name for _, name in references(known)):
        raise LookupError(value)
    return known


def references(value: Any) -> Iterator[Reference]:
    """What a value names: section of the template and name; ("", name) for resource or parameter.

    Functions that are evaluated as far as they can be name something, or they would be values.
    """
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _named(key, item)


def attributes_used(value: Any) -> Iterator[tuple[str, str]]:
    """Each resource that an evaluated value refers to, with the attribute; empty for its Ref."""
    if isinstance(value, list):
        for item in value:
            yield from attributes_used(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Ref" and isinstance(item, str):
                yield item, ""
            elif key == "Fn::GetAtt" and isinstance(item, list):
                yield item[0], str(item[1])
            else:
                yield from attributes_used(item)


def _named(key: str, item: Any) -> Iterator[Reference]:
    match key:
        case "Ref":
            yield "", item
        case "Fn::GetAtt":
            yield "", item.partition(".")[0] if isinstance(item, str) else item[0]
        case "Fn::Sub":
            text, own = item if isinstance(item, list) else (item, {})
            yield from (("", name) for name in _NAMED.findall(text) if name not in own)
            yield from references(own)
        case "Fn::If":
            yield "Conditions", item[0]
            yield from references(item[1:])
        case "Fn::FindInMap":
            yield "Mappings", str(item[0])
            yield from references(item[1:])
        case _:
            yield from references(item)


def _is_there(reference: Reference, own: TemplateBody, deployed: TemplateBody) -> bool:
    section, name = reference
    if section:  # only the same definition decides the same
        return name in deployed.get(section, {}) and deployed[section][name] == own[section][name]
    return "::" in name or any(name in deployed.get(s, {}) for s in ("Parameters", "Resources"))
