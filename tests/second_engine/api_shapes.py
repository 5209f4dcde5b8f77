"""Properties of CloudFormation as input of API calls, by botocore's models of the services."""

import json
from typing import Any

TRUE = {"true": True, "false": False}


class UnknownPropertyError(Exception):
    """A property that the call has no member for, and that is not sent by another call."""


def call(client: Any, operation: str, properties: dict[str, Any], *separate: str) -> Any:
    """Call `operation` with the properties; `separate` names those that other calls send.

    Names differ in the first letter's case only. botocore refuses what the service's model does.
    """
    name = client.meta.method_to_api_mapping[operation]
    shape = client.meta.service_model.operation_model(name).input_shape
    sent = {key: value for key, value in properties.items() if key not in separate}
    return getattr(client, operation)(**shaped(shape, sent))


def shaped(shape: Any, value: Any) -> Any:
    """Return the value in the types of the shape; CloudFormation passes numbers as texts too."""
    match shape.type_name:
        case "structure":
            return _structure(shape, value)
        case "list":
            return [shaped(shape.member, item) for item in value]
        case "map":
            return {key: shaped(shape.value, item) for key, item in value.items()}
        case kind if kind in NUMBERS:
            return NUMBERS[kind](value)
        case _:
            return value if isinstance(value, str) else json.dumps(value)


def _structure(shape: Any, value: dict[str, Any]) -> dict[str, Any]:
    members = {key.lower(): key for key in shape.members}
    unknown = [key for key in value if key.lower() not in members]
    if unknown:
        raise UnknownPropertyError(f"{shape.name}: {unknown}")
    named = {members[key.lower()]: item for key, item in value.items()}
    return {key: shaped(shape.members[key], item) for key, item in named.items()}


NUMBERS = {
    "boolean": lambda value: TRUE[str(value).lower()],
    "integer": int,
    "long": int,
    "double": float,
    "float": float,
}
