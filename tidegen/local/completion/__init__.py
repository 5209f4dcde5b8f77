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
    roles,
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
    "AWS::IAM::Role": roles.complete,
    "AWS::Lambda::Function": functions.complete,
    "AWS::SES::EmailIdentity": mail.complete,
    "AWS::SNS::Topic": topics.complete,
}


def clean_up(type_name: str, physical_id: str) -> None:
    """Delete what the service deletes together with a resource."""
    if type_name == "AWS::EKS::Cluster":
        clusters.delete_group(physical_id)


def complete(resource: Resource, made: Result) -> Result:
    """Set the properties that upstream drops for the type; return the completed result."""
    completion = _COMPLETIONS.get(resource.identity.type_name)
    if completion is None:
        return made
    completed = completion(resource, made.physical_id)
    return Result(made.physical_id, {**made.attributes, **completed})
