"""The interface of handlers: their argument, their result, and the decorator for their type."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tidegen.local.attributes import Identity

Properties = dict[str, Any]


@dataclass(frozen=True)
class Resource:
    """A resource with validated properties, scalars converted.

    `previous` is the properties before an update; empty on create and delete.
    """

    identity: Identity
    properties: Properties = field(default_factory=dict)
    physical_id: str = ""
    previous: Properties = field(default_factory=dict)

    def tags(self, name: str = "Tags") -> list[dict[str, str]]:
        """Return the tags as a list of `Key` and `Value`, from either of the two shapes."""
        tags = self.properties.get(name) or []
        pairs = tags.items() if isinstance(tags, dict) else [(t["Key"], t["Value"]) for t in tags]
        return [{"Key": str(key), "Value": str(value)} for key, value in pairs]

    def tag_map(self) -> dict[str, str]:
        """Return the tags as a map."""
        return {tag["Key"]: tag["Value"] for tag in self.tags()}

    def only(self, *names: str) -> Properties:
        """Return the properties among `names` that the template sets."""
        return {name: self.properties[name] for name in names if name in self.properties}


class Result(NamedTuple):
    """A handler's result: the value of `Ref`, and attributes beyond the generated ones."""

    physical_id: str
    attributes: Properties = {}


class Handler:
    """Creates, updates and deletes resources of one type through the service's own API."""

    def create(self, resource: Resource) -> Result:
        """Create the resource. Raises the errors of the service's client."""
        raise NotImplementedError

    def update(self, resource: Resource) -> Result:
        """Change the resource in place; by default create it again, where the API overwrites."""
        return self.create(resource)

    def delete(self, resource: Resource) -> None:
        """Delete the resource."""
        raise NotImplementedError

    def existing(self, identifier: str) -> Result | None:
        """Return the existing resource of an identifier, for an import, or None.

        Called while a request is served, when no client can be used. A type whose handler does not
        define it cannot be imported.
        """
        raise NotImplementedError


_HANDLERS: dict[str, Handler] = {}


def handles(type_name: str) -> Callable[[type[Handler]], type[Handler]]:
    """Register the decorated class as the handler of `type_name`."""

    def register(kind: type[Handler]) -> type[Handler]:
        _HANDLERS[type_name] = kind()
        return kind

    return register


def registered() -> dict[str, Handler]:
    """Return the handlers declared by the modules imported so far, by type name."""
    return dict(_HANDLERS)
