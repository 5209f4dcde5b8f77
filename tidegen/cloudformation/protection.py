"""Deletion protection: the properties by which a service refuses to delete a resource."""

import functools
import re
from collections.abc import Iterator
from typing import Any

from tidegen.cloudformation.resources import Properties
from tidegen.cloudformation.schemas import UnknownTypeError, schema_of

#: Names of such properties in the registry's schemas; `DeletionProtectionCheck` only asks first.
_NAME = re.compile(
    r"(?:Delete|Deletion|Terminat)\w*Protect(?:ion|ed|ionEnabled)$|DisableApiTermination$"
)
_OFF = ("false", "none", "inactive", "disabled")
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
ATTRIBUTE = "deletion_protection.enabled"


@functools.cache
def protecting_properties(type_name: str) -> tuple[str, ...]:
    """Return the top-level properties that protect a resource of that type."""
    try:
        names = schema_of(type_name).get("properties", {})
    except UnknownTypeError:
        return ()
    return tuple(sorted(name for name in names if _NAME.search(name)))


def is_off(value: Any) -> bool:
    """Return whether the value of such a property leaves the resource unprotected."""
    return value is None or str(value).lower() in _OFF


def enabled_protections(type_name: str, properties: Properties) -> Iterator[str]:
    """Yield the protections that evaluated properties switch on."""
    for name in protecting_properties(type_name):
        if not is_off(properties.get(name)):
            yield name
    attributes = properties.get("LoadBalancerAttributes")
    for item in attributes if type_name == BALANCER and isinstance(attributes, list) else ():
        if (
            isinstance(item, dict)
            and item.get("Key") == ATTRIBUTE
            and not is_off(item.get("Value"))
        ):
            yield ATTRIBUTE
