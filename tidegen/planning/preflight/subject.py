"""The subject of a check: one root as its templates would make it, and as deployed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tidegen.cloudformation.resources import Properties, ResourceView, TemplateBody
from tidegen.cloudformation.values import property_at
from tidegen.planning.model import OfStack


@dataclass(frozen=True, kw_only=True)
class Subject(OfStack, ResourceView):
    """One root: its wanted resources by path, and its deployed resources.

    `added` and `removed` are paths; `held` maps a path to the physical id of the deployed resource,
    `types_held` to its type; `templates` are the wanted ones, the root's under the empty name.
    `parameters` are the known ones. `changes` is False if the deploy would not change the stack.
    """

    parameters: Mapping[str, str] = field(default_factory=dict)
    service_role: str | None = None
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    held: Mapping[str, str] = field(default_factory=dict)
    types_held: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, TemplateBody] = field(default_factory=dict)
    status: str | None = None
    changes: bool = True

    def added_of(self, *types: str) -> Iterator[tuple[str, Properties]]:
        """Return path and properties of the resources of these types that would be added."""
        return ((path, props) for path, props in self.of(*types) if path in self.added)

    def kept_of(self, *types: str) -> Iterator[tuple[str, str, Properties]]:
        """Return id, path and wanted properties of the deployed resources of these types."""
        return (
            (self.held[path], path, props)
            for path, props in self.of(*types)
            if path in self.held and path not in self.added
        )

    def deleted(self, type_name: str) -> dict[str, str]:
        """Return physical id → path of the deployed resources of a type that would be deleted."""
        return {
            self.held[path]: path
            for path in sorted(self.removed)
            if self.types_held.get(path) == type_name and self.held.get(path)
        }

    def names(self, type_name: str, prop: str) -> dict[str, str]:
        """Return physical name → path of named resources that would be added, unless deployed.

        `prop` is a property, dotted if it is inside another.
        """
        named = ((property_at(props, prop), path) for path, props in self.added_of(type_name))
        held = self.held_ids(type_name)
        return {name: path for name, path in named if isinstance(name, str) and name not in held}

    def held_ids(self, type_name: str) -> set[str]:
        """Return the physical ids of the deployed resources of a type: others may have the same."""
        return {
            physical_id
            for path, physical_id in self.held.items()
            if self.types_held.get(path, type_name) == type_name
        }

    def holds(self, type_name: str, identifier: Any) -> bool:
        """Return whether the stack has the resource that an account's answer identifies."""
        is_id = isinstance(identifier, str) and bool(identifier)
        return is_id and identifier in self.held_ids(type_name)

    def physical(self, value: Any) -> str | None:
        """Return the id of a value: a text, or a reference to a deployed resource."""
        if isinstance(value, str):
            return value
        path = value.get("Ref") if isinstance(value, dict) else None
        return self.held.get(path) if isinstance(path, str) else None
