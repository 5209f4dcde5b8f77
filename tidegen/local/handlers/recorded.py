"""Types without a service in the engine: validated and recorded, never created.

They are stored for the engine's Cloud Control API, so that
`aws cloudcontrol list-resources --type-name TYPE` shows them.
"""

import json
from typing import Any

from tidegen.cloudformation import schemas
from tidegen.local import attributes, upstream
from tidegen.local.handlers.base import Handler, Resource, Result


class Recorded(Handler):
    """The handler of every type without a service."""

    def create(self, resource: Resource) -> Result:
        """Record the resource under an identifier generated from its schema."""
        schema = schemas.schema_of(resource.identity.type_name, resource.identity.region)
        physical = attributes.physical_id(schema, resource.identity, resource.properties)
        if _key(resource.identity.type_name, physical) in _store():
            raise ValueError(f"{physical} already exists")
        return self._keep(resource, physical)

    def update(self, resource: Resource) -> Result:
        """Record the new properties."""
        return self._keep(resource, resource.physical_id)

    def delete(self, resource: Resource) -> None:
        """Delete the record."""
        _store().pop(_key(resource.identity.type_name, resource.physical_id), None)

    def _keep(self, resource: Resource, physical: str) -> Result:
        type_name = resource.identity.type_name
        _store()[_key(type_name, physical)] = {
            "TypeName": type_name,
            "Identifier": physical,
            "Properties": json.dumps(resource.properties, default=str),
        }
        return Result(physical)


def _store() -> Any:
    """Return the resources of the Cloud Control API, of this account and region."""
    return upstream.service("cloudcontrol")._resources


def _key(type_name: str, physical: str) -> str:
    """Return the key under which the Cloud Control API keeps a resource."""
    return f"{type_name}\0{physical}"
