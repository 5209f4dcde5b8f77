"""What a handler is given, what it returns, and how it declares its type."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tidegen.local.attributes import Identity

Properties = dict[str, Any]


@dataclass(frozen=True)
class Resource:
    """A resource as its handler sees it: validated properties, scalars converted.

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
        """Return the properties among `names` that the template gives."""
        return {name: self.properties[name] for name in names if name in self.properties}


class Result(NamedTuple):
    """What a handler made: what `Ref` gives, and what `Fn::GetAtt` gives beyond the generated."""

    physical_id: str
    attributes: Properties = {}


class Handler:
    """Creates, updates and deletes resources of one type through the service's own API."""

    def create(self, resource: Resource) -> Result:
        """Create the resource. Raises what the service's client raises."""
        raise NotImplementedError

    def update(self, resource: Resource) -> Result:
        """Change the resource in place. By default: create again what the API overwrites."""
        return self.create(resource)

    def delete(self, resource: Resource) -> None:
        """Delete the resource."""
        raise NotImplementedError

    def existing(self, identifier: str) -> Result | None:
        """What is there under an identifier, for an import; None where there is nothing.

        Asked while a request is served: no client can be used. A type whose handler does not say
        it cannot be imported.
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
