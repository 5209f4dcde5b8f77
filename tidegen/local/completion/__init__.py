"""Set properties that ministack's handlers drop, through the services' APIs.

Each type's function is called after upstream's create or update, with the physical id, and
returns attributes that upstream does not return, or invents.
"""

from collections.abc import Callable

from tidegen.local.completion import (
    buckets,
    certificates,
    clusters,
    endpoints,
    functions,
    mail,
    tables,
    topics,
)
from tidegen.local.handlers.base import Properties, Resource, Result

_COMPLETIONS: dict[str, Callable[[Resource, str], Properties]] = {
    "AWS::S3::Bucket": buckets.complete,
    "AWS::CertificateManager::Certificate": certificates.complete,
    "AWS::DynamoDB::Table": tables.complete,
    "AWS::EC2::VPCEndpoint": endpoints.complete,
    "AWS::EKS::Cluster": clusters.complete,
    "AWS::Lambda::Function": functions.complete,
    "AWS::SES::EmailIdentity": mail.complete,
    "AWS::SNS::Topic": topics.complete,
}


_CLEAN_UPS: dict[str, Callable[[Resource], None]] = {
    "AWS::EKS::Cluster": clusters.clean_up,
}


def clean_up(resource: Resource) -> None:
    """Delete the resources that `complete` created, and that AWS deletes with this one."""
    if resource.identity.type_name in _CLEAN_UPS:
        _CLEAN_UPS[resource.identity.type_name](resource)


def complete(resource: Resource, made: Result) -> Result:
    """Set the properties that upstream drops for the type; return the completed result."""
    completion = _COMPLETIONS.get(resource.identity.type_name)
    if completion is None:
        return made
    completed = completion(resource, made.physical_id)
    return Result(made.physical_id, {**made.attributes, **completed})
