"""Import of existing resources into stacks, without changing them.

Requirements of CloudFormation (AWS docs, "Import AWS resources into a CloudFormation stack
manually"): the template holds everything that the stack has, unchanged, and the resources to
import, nothing else; each of them has a DeletionPolicy; outputs and tags stay; the values in the
template are not compared with the resource's, so this module makes them equal (`planning.live`). An
import into a nested stack is a change set of that stack itself.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tidegen.cloudformation.evaluation import EvaluatedTemplate
from tidegen.cloudformation.references import adapted, references
from tidegen.cloudformation.resources import TemplateBody
from tidegen.cloudformation.schemas import primary_identifier, required_properties
from tidegen.errors import InputError, Problem, RefusedError
from tidegen.planning.changes import PropertyChange
from tidegen.planning.live import reading
from tidegen.planning.model import StackAddress

#: Separates the parts of an identifier in one text (Cloud Control).
_SEPARATOR = "|"
_VERSION = "2010-09-09"


@dataclass(frozen=True)
class ImportedResource:
    """A resource to import: `identifier` by the registry's primaryIdentifier, property → value."""

    logical_id: str
    type: str
    identifier: Mapping[str, str]

    @property
    def text(self) -> str:
        """The identifier as one text."""
        return _SEPARATOR.join(self.identifier.values())


@dataclass(frozen=True, kw_only=True)
class ImportRequest:
    """The request for an IMPORT change set: the template by `body` or by `url`, never both.

    Parameters keep the stack's values.
    """

    stack: str
    name: str
    resources: tuple[ImportedResource, ...]
    parameters: tuple[str, ...] = ()
    body: str | None = field(default=None, repr=False)
    url: str | None = None
    service_role: str | None = None


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """One resource of a plan to import.

    `resource` is its form in the import's template, without the `left_out` properties that only the
    deploy after it can set. `differences` are that deploy's changes of the existing resource; None
    if it could not be read. For `unread` properties the template's value is used; `fixed` ones
    differ from the template, and no deploy can change them. `replaces` is the physical id of the
    resource that the stack releases for it.
    """

    path: str
    imported: ImportedResource
    resource: TemplateBody = field(repr=False)
    left_out: tuple[str, ...] = ()
    differences: tuple[PropertyChange, ...] | None = None
    unread: tuple[str, ...] = ()
    fixed: tuple[PropertyChange, ...] = ()
    replaces: str = ""


@dataclass(frozen=True, kw_only=True)
class StackImport:
    """One import change set: on a root (`nested` is empty) or on a stack nested in it.

    `stack_id` is None if that stack does not exist: it is created first, empty. `members` are the
    paths that are in the stack already, by an import that was interrupted.
    """

    address: StackAddress
    nested: str
    stack_id: str | None
    template: TemplateBody = field(repr=False)
    adoptions: tuple[Adoption, ...] = ()
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportPlan:
    """The imports to execute, in the order of the roots."""

    environment: str
    imports: tuple[StackImport, ...]

    @property
    def adoptions(self) -> tuple[Adoption, ...]:
        """Every resource to import."""
        return tuple(item for stack in self.imports for item in stack.adoptions)


def identifier_of(path: str, type_name: str, text: str) -> dict[str, str]:
    """Return the identifier in a text such as `NAME` or `ID|NAME`, for a resource of that type.

    Raises InputError if it has another number of parts than the type's primaryIdentifier.
    """
    names = primary_identifier(type_name)
    parts = text.split(_SEPARATOR) if len(names) > 1 else [text]
    if not names or len(parts) != len(names) or not all(parts):
        wanted = _SEPARATOR.join(names) or "no known properties"
        raise InputError(Problem(path, f"{type_name} is identified by {wanted}, not by '{text}'"))
    return dict(zip(names, parts, strict=True))


def adoption(
    path: str,
    identifier: Mapping[str, str],
    scope: EvaluatedTemplate,
    deployed: TemplateBody,
    existing: Mapping[str, Any] | None,
) -> Adoption:
    """Return the import of the resource at `path` of `scope`'s template into the `deployed` one.

    Raises RefusedError if neither template nor account has a value that the type requires.
    """
    logical_id = path.rpartition("/")[2]
    wanted = scope.template["Resources"][logical_id]
    type_name = wanted["Type"]
    written, unknown = adapted(wanted.get("Properties", {}), scope, deployed)
    _check_names(path, identifier, written)
    read = reading(type_name, scope.value(wanted.get("Properties", {})), written, existing)
    properties = {**_required(path, type_name, read.properties, existing or {}), **read.properties}
    return Adoption(
        path=path,
        imported=ImportedResource(logical_id, type_name, identifier),
        resource=_resource(wanted, properties),
        left_out=tuple(
            sorted(unknown - properties.keys() - {d.name for d in read.differences or ()})
        ),
        differences=read.differences,
        unread=read.unread,
        fixed=read.fixed,
    )


def _required(
    path: str, type_name: str, known: Mapping[str, Any], existing: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the required properties without a known value, from the existing resource."""
    names = set(required_properties(type_name)) - known.keys()
    missing = sorted(names - existing.keys())
    if missing:
        text = f"{type_name} needs {', '.join(missing)}, which only a deployment knows"
        raise RefusedError(Problem(path, f"{text}; deploy what it refers to first"))
    return {name: existing[name] for name in names}


def check_fixed(adoption: Adoption) -> None:
    """Raise RefusedError, one problem each, for differences that no deploy can change."""
    if adoption.fixed:
        raise RefusedError.of(Problem(adoption.path, _fixed_text(item)) for item in adoption.fixed)


def _fixed_text(item: PropertyChange) -> str:
    if any(references(item.after)):
        remedy = "which only a deployment knows; deploy what it refers to first"
    else:
        remedy = "import a resource that has it, or write the existing value into the template"
    is_now, wanted = json.dumps(item.before), json.dumps(item.after)
    return (
        f"{item.name} is {is_now}, which cannot be changed; the template wants {wanted}; {remedy}"
    )


def _check_names(path: str, identifier: Mapping[str, str], wanted: Mapping[str, Any]) -> None:
    """Refuse a resource that has another name in the template: the next deploy would replace it."""
    for name, value in identifier.items():
        written = wanted.get(name)
        if isinstance(written, str) and written != value:
            problem = f"the template has {name} '{written}', not '{value}'"
            raise RefusedError(
                Problem(
                    path,
                    f"{problem}: a deploy would replace it; use that name, or import another",
                )
            )


def _resource(wanted: TemplateBody, properties: Mapping[str, Any]) -> TemplateBody:
    kept = {k: v for k, v in wanted.items() if k in ("Type", "Metadata", "UpdateReplacePolicy")}
    # CloudFormation imports nothing without one; the deploy after it sets the final policy.
    policy = wanted.get("DeletionPolicy", "Retain")
    return {**kept, "DeletionPolicy": policy, "Properties": dict(properties)}


def import_template(deployed: TemplateBody, adoptions: Iterable[Adoption]) -> TemplateBody:
    """Return the deployed template, unchanged, with the resources to import."""
    added = {item.imported.logical_id: item.resource for item in adoptions}
    head = deployed or {"AWSTemplateFormatVersion": _VERSION}
    return {**head, "Resources": {**head.get("Resources", {}), **added}}
