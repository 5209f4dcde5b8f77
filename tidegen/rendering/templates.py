"""Rendered templates: from concerns to bytes, within CloudFormation's limits."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from troposphere import Template

from tidegen.cloudformation.quotas import DIRECT_TEMPLATE_BYTES, TEMPLATE_BYTES
from tidegen.composition import Child, Composition, build_assets, compose, direct_root, nested_root
from tidegen.contract import ARTIFACTS_PARAMETER, BuiltAsset, Concern, Context
from tidegen.errors import CompositionError, Problem

_ORDER = (
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Mappings",
    "Conditions",
    "Resources",
    "Outputs",
)
#: AWS docs, "CloudFormation quotas": entries of each section.
_LIMITS = {"Resources": 500, "Parameters": 200, "Outputs": 200, "Mappings": 200}


@dataclass(frozen=True)
class Rendered:
    """All files of a render, by path below the output folder, and the assets that they refer to."""

    files: dict[str, bytes]
    assets: dict[str, BuiltAsset]
    templates: dict[str, dict[str, Any]]

    def resource_types(self) -> set[str]:
        """Return every resource type of every template."""
        bodies = self.templates.values()
        return {item["Type"] for body in bodies for item in body["Resources"].values()}


def render(concerns: tuple[Concern, ...], form: str = "yaml") -> Rendered:
    """Return every concern's template and every root, as `yaml` or `json`.

    Raises CompositionError if concerns do not fit together or a limit is exceeded.
    """
    compositions = compose(concerns)
    assets = build_assets(concerns)
    context = Context(concerns, assets)
    nested = [concern for concern in concerns if not concern.scopes[0].is_direct]
    templates = {f"{c.name}.{form}": ordered(context.template_of(c)) for c in nested}
    files = {name: _FORMS[form](body).encode() for name, body in templates.items()}
    children = {c.name: _child(f"{c.name}.{form}", files) for c in nested}
    for scope, composition in compositions.items():
        if composition.concerns:
            name = f"roots/{scope}.{form}"
            templates[name] = ordered(_root(composition, context, children))
            files[name] = _FORMS[form](templates[name]).encode()
    _check_limits(files, templates)
    return Rendered(dict(sorted(files.items())), assets, dict(sorted(templates.items())))


def _child(name: str, files: dict[str, bytes]) -> Child:
    return Child(name, hashlib.sha256(files[name]).hexdigest())


def _root(composition: Composition, context: Context, children: dict[str, Child]) -> Template:
    """Return the root of a scope: a direct scope has one concern, which is its own root."""
    if composition.scope.is_direct:
        (concern,) = composition.concerns
        return direct_root(concern, concern.build(context), composition.scope)
    keys = {c.name: [context.assets[a.name].key for a in c.assets] for c in composition.concerns}
    return nested_root(composition, children, keys)


def ordered(template: Template) -> dict[str, Any]:
    """Return the template as plain data, sections in the order of a reader."""
    plain = template.to_dict()
    _check_counts(plain)
    return {section: plain[section] for section in _ORDER if plain.get(section)}


def json_text(template: dict[str, Any]) -> str:
    """Return the template as JSON, all ASCII, one value a line."""
    # no indentation: a root in a call has to stay below 51,200 bytes in this form too
    return json.dumps(template, indent=0) + "\n"


def _yaml_text(template: dict[str, Any]) -> str:
    from tidegen.rendering.yaml_text import yaml_text  # a render to JSON needs no YAML

    return yaml_text(template)


_FORMS: dict[str, Callable[[dict[str, Any]], str]] = {"yaml": _yaml_text, "json": json_text}
FORMS = tuple(_FORMS)


def _check_counts(template: dict[str, Any]) -> None:
    problems = [
        Problem(
            f"template '{template.get('Description', '')}'",
            f"has {len(template[section])} {section}, CloudFormation accepts {limit}; split it",
        )
        for section, limit in _LIMITS.items()
        if len(template.get(section, ())) > limit
    ]
    if problems:
        raise CompositionError.of(problems)


def _check_limits(files: dict[str, bytes], templates: dict[str, dict[str, Any]]) -> None:
    problems = []
    for name, content in files.items():
        sent = (
            name.startswith("roots/") and ARTIFACTS_PARAMETER not in templates[name]["Parameters"]
        )
        limit = DIRECT_TEMPLATE_BYTES if sent else TEMPLATE_BYTES
        if len(content) > limit:
            problem = f"has {len(content)} bytes, the limit is {limit}; split it"
            problems.append(Problem(name, problem))
    if problems:
        raise CompositionError.of(problems)
