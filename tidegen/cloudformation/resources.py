"""The shape of templates and resources, and a view of evaluated resources."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

TemplateBody = dict[str, Any]
#: Evaluated resources by their path from the root (`Storage/UploadsBucket`).
Resources = dict[str, TemplateBody]
Properties = Mapping[str, Any]
STACK_TYPE = "AWS::CloudFormation::Stack"
#: The pseudo type of an export: other stacks may depend on its name and value.
EXPORT = "Export"
#: The pseudo type of a part of a template that cannot be evaluated; its `Reason` names it.
UNFORESEEN = "Unforeseen"


def stack_name(stack_id: str) -> str:
    """Return the name in a stack's ARN, `arn:aws:cloudformation:r:a:stack/NAME/id`, or a name."""
    return stack_id.split("/")[1] if "/" in stack_id else stack_id


def unforeseen(reason: str) -> TemplateBody:
    """Return the pseudo resource for a part of a template that cannot be evaluated."""
    return {"Type": UNFORESEEN, "Properties": {"Reason": reason}}


def section(
    template: Mapping[str, Any], name: str, *, of: type[Any] = Mapping
) -> Mapping[str, Any]:
    """Return the entries of a section that have the form `of`; empty if it is no mapping.

    Sections have other entries too: `Fn::ForEach::NAME` is a list.
    """
    entries = template.get(name)
    if not isinstance(entries, Mapping):
        return {}
    return {key: item for key, item in entries.items() if isinstance(item, of)}


@dataclass(frozen=True, kw_only=True)
class ResourceView:
    """The evaluated resources of a root and of all stacks nested in it, by path."""

    resources: Resources = field(default_factory=dict)

    def of(self, *types: str) -> Iterator[tuple[str, Properties]]:
        """Yield path and properties of every resource of these types."""
        for path, resource in self.resources.items():
            if resource["Type"] in types:
                yield path, resource.get("Properties", {})

    def type_of(self, path: str) -> str:
        """Return the type of the resource at `path`."""
        return str(self.resources[path]["Type"])

    def properties(self, path: str) -> Properties:
        """Return the properties of the resource at `path`."""
        properties: Properties = self.resources[path].get("Properties", {})
        return properties

    def referred(self, value: Any, *types: str) -> str | None:
        """Return the path that `Ref` or `Fn::GetAtt` leads to, if it is of one of these types."""
        path = value.get("Ref", value.get("Fn::GetAtt")) if isinstance(value, dict) else None
        path = path[0] if isinstance(path, list) else path
        if not isinstance(path, str) or path not in self.resources:
            return None
        return path if not types or self.type_of(path) in types else None

    def resource_at(self, value: Any) -> tuple[str, Properties] | None:
        """Return path and properties of the resource that `Ref` or `Fn::GetAtt` leads to."""
        path = self.referred(value)
        return (path, self.properties(path)) if path else None
