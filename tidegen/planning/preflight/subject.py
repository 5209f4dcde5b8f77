"""What a check looks at: one root as it would be, beside what stands of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tidegen.cloudformation.resources import Properties, ResourceView, TemplateBody
from tidegen.cloudformation.values import property_at
from tidegen.planning.model import StackAddress


@dataclass(frozen=True, kw_only=True)
class Subject(ResourceView):
    """One root: its wanted resources by path, and what the account holds of it already.

    `added` and `removed` are paths; `held` leads from a path to the physical id of what stands,
    `types_held` to its type; `templates` are the wanted ones, the root's under the empty name.
    `parameters` are those that are known. `changes` is False where the deploy would leave the
    stack alone.
    """

    address: StackAddress
    parameters: Mapping[str, str] = field(default_factory=dict)
    service_role: str | None = None
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    held: Mapping[str, str] = field(default_factory=dict)
    types_held: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, TemplateBody] = field(default_factory=dict)
    status: str | None = None
    changes: bool = True

    @property
    def stack_name(self) -> str:
        """The stack's name."""
        return self.address.name

    @property
    def region(self) -> str:
        """The region that the stack belongs in."""
        return self.address.place.region

    @property
    def account(self) -> str:
        """The account that the stack belongs in."""
        return self.address.place.account

    def added_of(self, *types: str) -> Iterator[tuple[str, Properties]]:
        """Path and properties of what would be added of these types."""
        return ((path, props) for path, props in self.of(*types) if path in self.added)

    def names(self, type_name: str, prop: str) -> dict[str, str]:
        """Physical name → path of what would be added and has a name, unless the stack holds it.

        `prop` is a property, dotted where it is inside of another.
        """
        named = ((property_at(props, prop), path) for path, props in self.added_of(type_name))
        held = set(self.held.values())
        return {name: path for name, path in named if isinstance(name, str) and name not in held}

    def physical(self, value: Any) -> str | None:
        """Return the id that a value stands for: a text, or a reference to what stands already."""
        if isinstance(value, str):
            return value
        path = value.get("Ref") if isinstance(value, dict) else None
        return self.held.get(path) if isinstance(path, str) else None
