"""Root templates, derived: parameters from the environment, a nested stack per concern.

A root's Metadata (`Tidegen`) holds the source of each parameter, the hash of each child, and the
assets that belong to it, so that an old release deploys with a newer tidegen.
"""

from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, Join, Output, Parameter, Ref, Sub, Template
from troposphere.cloudformation import Stack

from tidegen.composition.wiring import Composition
from tidegen.contract import (
    ARTIFACTS_PARAMETER,
    RECORD,
    Concern,
    Field,
    Input,
    Kind,
    Root,
    Scope,
    Sibling,
    field_catalogue,
    parameter,
)

RELEASE = "Release"
DIGEST = "Digest"
ARTIFACTS = Input(
    "ArtifactsBucketName",
    Kind.BUCKET_NAME,
    Root(Scope.BOOTSTRAP, "ArtifactsBucketName"),
    "Bucket that holds the nested templates",
)


@dataclass(frozen=True)
class Child:
    """A nested template's file name and the SHA-256 of its bytes."""

    file: str
    sha256: str


def root_parameter_name(item: Input) -> str:
    """Return the root's parameter for an input: from the field or from the other root's output."""
    match item.source:
        case Field(name):
            return _camel(name)
        case Root(scope, output, in_recovery_region):
            place = "Recovery" if in_recovery_region else ""
            return f"{place}{scope.capitalize()}{output}"
        case Sibling(output):
            return output


def nested_root(
    composition: Composition, children: dict[str, Child], assets: dict[str, list[str]]
) -> Template:
    """Return the root template of a nested scope. `children` and `assets` are by concern name."""
    template = _frame(f"All concerns of scope {composition.scope}, nested.")
    inputs = _root_inputs(composition)
    for name, item in inputs.items():
        template.add_parameter(parameter(name, item.kind, item.description, item.default))
    for concern in composition.concerns:
        template.add_resource(_stack(composition, concern, children[concern.name]))
        for output in concern.outputs:
            if output.surface:
                value = GetAtt(concern.logical_id, f"Outputs.{output.name}")
                template.add_output(
                    Output(output.name, Description=output.description, Value=value)
                )
    members = {concern.logical_id: children[concern.name] for concern in composition.concerns}
    keys = [key for concern in composition.concerns for key in assets.get(concern.name, [])]
    template.set_metadata(_metadata(composition.scope, inputs, members, keys))
    return template


def direct_root(concern: Concern, template: Template, scope: Scope) -> Template:
    """Return a direct scope's concern as its own root: the same template with the root's frame."""
    inputs = {item.name: item for item in concern.inputs}
    _add_release(template)
    template.set_metadata(_metadata(scope, inputs, {}, []))
    return template


def _root_inputs(composition: Composition) -> dict[str, Input]:
    """Return one root parameter for each distinct field or foreign output, by parameter name."""
    inputs = {ARTIFACTS_PARAMETER: ARTIFACTS}
    for concern in composition.concerns:
        for item in concern.inputs:
            if composition.takes(item) and not isinstance(item.source, Sibling):
                name = root_parameter_name(item)
                known = inputs.get(name)
                # required by one concern, optional for another: then the root requires it
                if known is None or known.default is not None:
                    inputs[name] = item
    return dict(sorted(inputs.items()))


def _stack(composition: Composition, concern: Concern, child: Child) -> Stack:
    values = {
        item.name: _value(composition, item) for item in concern.inputs if composition.takes(item)
    }
    after = sorted(
        other.logical_id
        for other in composition.concerns
        if other.name in concern.after and not _is_wired(composition, concern, other)
    )
    extra: dict[str, Any] = {"Parameters": values} if values else {}
    if after:
        extra["DependsOn"] = after
    return Stack(
        concern.logical_id,
        TemplateURL=Sub(
            f"https://s3.${{AWS::Region}}.${{AWS::URLSuffix}}/${{{ARTIFACTS_PARAMETER}}}/"
            f"templates/{child.sha256}/{child.file}"
        ),
        # A nested stack is deleted with its root; its stateful resources stay by their own policy.
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        **extra,
    )


def _is_wired(composition: Composition, concern: Concern, other: Concern) -> bool:
    return any(
        isinstance(item.source, Sibling) and composition.providers.get(item.source.output) is other
        for item in concern.inputs
    )


def _value(composition: Composition, item: Input) -> Any:
    """Return the value that the root passes to the child; lists are joined, as only text passes."""
    if isinstance(item.source, Sibling):
        provider = composition.providers[item.source.output]
        return GetAtt(provider.logical_id, f"Outputs.{item.source.output}")
    reference = Ref(root_parameter_name(item))
    is_list = item.kind.parameter_type == "CommaDelimitedList"
    return Join(",", reference) if is_list else reference


def _frame(description: str) -> Template:
    template = Template(Description=description)
    template.set_version("2010-09-09")
    _add_release(template)
    return template


def _add_release(template: Template) -> None:
    for name, meaning in (
        (RELEASE, "Release of the templates"),
        (DIGEST, "Digest of this template and its effective parameters"),
    ):
        template.add_parameter(Parameter(name, Type="String", Description=meaning))
        template.add_output(Output(name, Description=meaning, Value=Ref(name)))
    for name, meaning in RECORD.items():
        given = Parameter(name, Type="String", Default="unknown", Description=meaning)
        template.add_parameter(given)
        template.add_output(Output(name, Description=meaning, Value=Ref(name)))


def _metadata(
    scope: Scope, inputs: dict[str, Input], children: dict[str, Child], assets: list[str]
) -> dict[str, Any]:
    fields = {
        name: item.source.name
        for name, item in inputs.items()
        if isinstance(item.source, Field) and scope in field_catalogue()[item.source.name].scopes
    }
    roots = {
        name: str(item.source) for name, item in inputs.items() if isinstance(item.source, Root)
    }
    members = {title: {"File": c.file, "Sha256": c.sha256} for title, c in children.items()}
    parts = {"Fields": fields, "Roots": roots, "Children": members, "Assets": sorted(assets)}
    return {"Tidegen": {"Scope": str(scope), **{k: v for k, v in parts.items() if v}}}


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.replace(".", "_").split("_"))
