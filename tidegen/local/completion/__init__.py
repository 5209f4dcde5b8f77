"""Properties that ministack's own handlers drop, set through the services' APIs.

Each type's function is called after upstream's create or update, with the physical id, and
returns attributes that upstream does not give, or only makes up.
"""

from collections.abc import Callable

from tidegen.local.completion import buckets, clusters, endpoints, functions, mail, tables, topics
from tidegen.local.handlers.base import Properties, Resource, Result

_COMPLETIONS: dict[str, Callable[[Resource, str], Properties]] = {
    "AWS::S3::Bucket": buckets.complete,
    "AWS::DynamoDB::Table": tables.complete,
    "AWS::EC2::VPCEndpoint": endpoints.complete,
    "AWS::EKS::Cluster": clusters.complete,
    "AWS::Lambda::Function": functions.complete,
    "AWS::SES::EmailIdentity": mail.complete,
    "AWS::SNS::Topic": topics.complete,
}


def complete(resource: Resource, made: Result) -> Result:
    """Return `made` once the properties that upstream drops for its type are set as well."""
    completion = _COMPLETIONS.get(resource.identity.type_name)
    if completion is None:
        return made
    found = completion(resource, made.physical_id)
    return Result(made.physical_id, {**made.attributes, **found})
