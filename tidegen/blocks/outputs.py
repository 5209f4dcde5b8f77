"""Values of outputs that several concerns have."""

from typing import Any

from troposphere import AWSObject, GetAtt, Ref


def name_and_arn(resource: AWSObject) -> dict[str, Any]:
    """Return the outputs `<logical id>Name` and `<logical id>Arn` of a resource."""
    return {f"{resource.title}Name": Ref(resource), f"{resource.title}Arn": GetAtt(resource, "Arn")}
