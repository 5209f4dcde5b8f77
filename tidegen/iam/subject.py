"""A resource and the operation on it: what ARNs and condition keys are made from."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tidegen.cloudformation import schemas
from tidegen.iam.patterns import UNKNOWN

Properties = Mapping[str, Any]
Operation = Literal["create", "read", "update", "delete"]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One resource and the operation on it; `previous` is the properties before an update."""

    type_name: str
    operation: Operation
    stack_name: str
    logical_id: str
    account: str
    region: str
    properties: Properties
    physical_id: str = ""
    attributes: Properties = field(default_factory=dict)
    previous: Properties = field(default_factory=dict)
    #: ARN of another resource → its tags when the operation began; None if no stack has it.
    tags_by_arn: dict[str, dict[str, str] | None] = field(default_factory=dict, init=False)

    @property
    def kind(self) -> str:
        """Return the last word of the type's name."""
        return self.type_name.rpartition("::")[2]

    @functools.cached_property
    def texts(self) -> list[tuple[str, str]]:
        """Return (name in lower case, text) of every text in properties and attributes."""
        own = [("", self.physical_id)] if self.physical_id else []
        return own + list(_texts("", {**self.attributes, **self.properties}))

    def tags(self) -> dict[str, str]:
        """Return the tags in the properties, without those of CloudFormation itself."""
        return tags_of(self.type_name, self.properties)

    def name(self) -> str:
        """Return the resource's name: given, the physical id, or as CloudFormation makes it up."""
        for name in _names(self.type_name):
            given = self.properties.get(name)
            if isinstance(given, str):
                return given
        if self.physical_id and ":" not in self.physical_id:
            return self.physical_id
        return self._generated()

    def _generated(self) -> str:
        if self.type_name.startswith("AWS::ElasticLoadBalancing"):
            return UNKNOWN  # shortened to 32 characters
        name = f"{self.stack_name}-{self.logical_id}-XXXXXXXXXXXX"
        return name.lower() if self.type_name == "AWS::S3::Bucket" else name


@functools.cache
def _names(type_name: str) -> tuple[str, ...]:
    """Return the properties that may hold a resource's name."""
    kind = type_name.rpartition("::")[2]
    return (*schemas.name_properties(type_name), f"{kind}Name", "Name", "AliasName")


def tags_of(type_name: str, properties: Properties) -> dict[str, str]:
    """Return the tags among properties of a type, without those of CloudFormation itself."""
    tags = properties.get(schemas.tag_property(type_name)) or {}
    pairs = tags.items() if isinstance(tags, dict) else [(t["Key"], t["Value"]) for t in tags]
    return {str(key): str(value) for key, value in pairs if not str(key).startswith("aws:")}


def _texts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name.lower(), value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(name, item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(str(key).rpartition(".")[2], item)
