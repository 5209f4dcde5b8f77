"""Importing: what exists already becomes a member of a stack, untouched.

What CloudFormation asks for (AWS docs, "Import AWS resources into a CloudFormation stack
manually"): the template holds all that the stack has, unchanged, and the resources to import,
nothing else; each of them has a DeletionPolicy; outputs and tags stay; the values in the template
are not compared with the resource's, so they are made to be the same (`planning.live`). An import
into a nested stack is made on that stack itself.
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

#: What CloudFormation calls the parts of an identifier that has several, in one text.
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


@dataclass(frozen=True)
class ImportRequest:
    """What an IMPORT change set is made from: the template by `body` or by `url`, never both.

    Parameters keep the values that the stack has.
    """

    stack: str
    name: str
    resources: tuple[ImportedResource, ...]
    parameters: tuple[str, ...] = ()
    body: str | None = field(default=None, repr=False)
    url: str | None = None
    service_role: str | None = None


@dataclass(frozen=True)
class Adoption:
    """One resource of a plan to import.

    `resource` is what the import's template says of it, `left_out` what only the deploy after it
    can say. `differences` are what that deploy changes of what exists; None where that could not
    be read. Of `unread` properties the template's word is taken; what is `fixed` is otherwise than
    wanted, and no deploy can change it.
    """

    path: str
    imported: ImportedResource
    resource: TemplateBody = field(repr=False)
    left_out: tuple[str, ...] = ()
    differences: tuple[PropertyChange, ...] | None = None
    unread: tuple[str, ...] = ()
    fixed: tuple[PropertyChange, ...] = ()


@dataclass(frozen=True)
class StackImport:
    """One import change set: on a root (`nested` is empty) or on a stack nested in it.

    `stack_id` is None where that stack is not there: it is made first, with nothing in it.
    `members` are the paths that are in the stack already, by an import that was interrupted.
    """

    address: StackAddress
    nested: str
    stack_id: str | None
    template: TemplateBody = field(repr=False)
    adoptions: tuple[Adoption, ...] = ()
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportPlan:
    """The imports to make, in the order of the roots."""

    environment: str
    imports: tuple[StackImport, ...]

    @property
    def adoptions(self) -> tuple[Adoption, ...]:
        """Every resource to import."""
        return tuple(item for stack in self.imports for item in stack.adoptions)


def identifier_of(path: str, type_name: str, text: str) -> dict[str, str]:
    """Return the identifier that a text gives a resource of that type, such as `NAME` or `ID|NAME`.

    Raises InputError where the parts are not as many as the type's primaryIdentifier has.
    """
    names = primary_identifier(type_name)
    parts = text.split(_SEPARATOR) if len(names) > 1 else [text]
    if not names or len(parts) != len(names) or not all(parts):
        wanted = _SEPARATOR.join(names) or "nothing that is known"
        raise InputError(Problem(path, f"{type_name} is identified by {wanted}, not by '{text}'"))
    return dict(zip(names, parts, strict=True))


def adoption(
    path: str,
    identifier: Mapping[str, str],
    scope: EvaluatedTemplate,
    deployed: TemplateBody,
    existing: Mapping[str, Any] | None,
) -> Adoption:
    """How the resource at `path` of `scope`'s template is imported into the `deployed` one.

    Raises RefusedError where the type requires what neither template nor account tells.
    """
    logical_id = path.rpartition("/")[2]
    wanted = scope.template["Resources"][logical_id]
    type_name = wanted["Type"]
    written, unknown = adapted(wanted.get("Properties", {}), scope, deployed)
    _check_names(path, identifier, written)
    read = reading(type_name, scope.value(wanted.get("Properties", {})), written, existing)
    properties = {**_required(path, type_name, read.properties, existing or {}), **read.properties}
    return Adoption(
        path,
        ImportedResource(logical_id, type_name, identifier),
        _resource(wanted, properties),
        tuple(sorted(unknown - properties.keys() - {d.name for d in read.differences or ()})),
        read.differences,
        read.unread,
        read.fixed,
    )


def _required(
    path: str, type_name: str, known: Mapping[str, Any], existing: Mapping[str, Any]
) -> dict[str, Any]:
    """What the type requires and the template does not tell, from what exists."""
    names = set(required_properties(type_name)) - known.keys()
    missing = sorted(names - existing.keys())
    if missing:
        text = f"{type_name} needs {', '.join(missing)}, which only a deployment knows"
        raise RefusedError(Problem(path, f"{text}; deploy what it refers to first"))
    return {name: existing[name] for name in names}


def check_fixed(adoption: Adoption) -> None:
    """Raise RefusedError, one problem each, for what is otherwise and cannot be changed."""
    if adoption.fixed:
        raise RefusedError.of(Problem(adoption.path, _fixed_text(item)) for item in adoption.fixed)


def _fixed_text(item: PropertyChange) -> str:
    if any(references(item.after)):
        remedy = "which only a deployment knows; deploy what it refers to first"
    else:
        remedy = "import one that has it, or write into the template what is there"
    is_now, wanted = json.dumps(item.before), json.dumps(item.after)
    return (
        f"{item.name} is {is_now}, which cannot be changed; the template wants {wanted}; {remedy}"
    )


def _check_names(path: str, identifier: Mapping[str, str], wanted: Mapping[str, Any]) -> None:
    """Refuse what the template names otherwise: the next deploy would replace it."""
    for name, value in identifier.items():
        written = wanted.get(name)
        if isinstance(written, str) and written != value:
            problem = f"the template says {name} '{written}', not '{value}'"
            raise RefusedError(
                Problem(
                    path, f"{problem}: a deploy would replace it; give it that name, or leave it"
                )
            )


def _resource(wanted: TemplateBody, properties: Mapping[str, Any]) -> TemplateBody:
    kept = {k: v for k, v in wanted.items() if k in ("Type", "Metadata", "UpdateReplacePolicy")}
    # Without one CloudFormation imports nothing; the deploy after it says what is to hold.
    policy = wanted.get("DeletionPolicy", "Retain")
    return {**kept, "DeletionPolicy": policy, "Properties": dict(properties)}


def import_template(deployed: TemplateBody, adoptions: Iterable[Adoption]) -> TemplateBody:
    """Return the deployed template, unchanged, with the resources to import."""
    added = {item.imported.logical_id: item.resource for item in adoptions}
    head = deployed or {"AWSTemplateFormatVersion": _VERSION}
    return {**head, "Resources": {**head.get("Resources", {}), **added}}
