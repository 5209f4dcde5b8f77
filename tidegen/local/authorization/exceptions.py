"""Calls that the registry's schemas list, and a handler makes for some resources only.

`tidegen.concerns.access.exceptions` lists those that it makes for none of ours.
"""

import functools
import re
from collections.abc import Mapping

from tidegen.iam.subject import Subject

#: Resource type → calls that are made only for a resource with this property.
_ONLY_WITH: Mapping[str, Mapping[str, str]] = {
    "AWS::IAM::Role": {
        r"iam:(Put|Get|Delete)RolePolicy": "Policies",
        r"iam:(Attach|Detach)RolePolicy": "ManagedPolicyArns",
        r"iam:(Put|Delete)RolePermissionsBoundary": "PermissionsBoundary",
    },
    "AWS::IAM::ManagedPolicy": {r"iam:(Attach|Detach)RolePolicy": "Roles"},
    "AWS::SSM::Document": {r"s3:GetObject": "Attachments"},
    "AWS::DynamoDB::Table": {r"s3:.*": "ImportSourceSpecification"},
}
#: Resource type → calls that the service makes only where another way is missing → reason.
_NOT_NEEDED: Mapping[str, Mapping[str, str]] = {
    "AWS::EC2::FlowLog": {
        # VPC guide, "Publish flow logs to Amazon S3": VPC adds the policy itself if it may; without
        # these permissions the owner of the bucket must have added it.
        r"s3:(Get|Put)BucketPolicy": "the bucket's own template has the policy",
    },
}
#: Resource type → service → the properties that hold what its calls act on.
_NAMED_IN: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    # Firehose API, DeliveryStreamEncryptionConfigurationInput: the grant is for this key. That of
    # the objects in S3 is used by the delivery role.
    "AWS::KinesisFirehose::DeliveryStream": {"kms": ("keyarn",)},
}


def is_made(action: str, subject: Subject) -> bool:
    """Return whether the handler of this resource makes a call."""
    if _matches(action, tuple(_NOT_NEEDED.get(subject.type_name, ()))):
        return False
    needed = [
        name
        for pattern, name in _ONLY_WITH.get(subject.type_name, {}).items()
        if re.fullmatch(pattern, action)
    ]
    return all(name in subject.properties or name in subject.previous for name in needed)


def named_in(action: str, subject: Subject) -> tuple[str, ...] | None:
    """Return the properties, in lower case, with what a call acts on; None for all."""
    service = action.partition(":")[0]
    return _NAMED_IN.get(subject.type_name, {}).get(service)


@functools.cache
def _matches(action: str, patterns: tuple[str, ...]) -> bool:
    return any(re.fullmatch(pattern, action) for pattern in patterns)
