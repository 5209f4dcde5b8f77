"""What a deletion would get stuck on, before it begins.

Each check looks at what stands: `resources` as deployed, all of it in `removed` that is not kept.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from tidegen.cloudformation.resources import Properties
from tidegen.contract.topics import Topic
from tidegen.planning.preflight.check import Answer, Check, about
from tidegen.planning.preflight.model import PreflightFinding, Question
from tidegen.planning.preflight.network import INTERFACES
from tidegen.planning.preflight.subject import Subject

_BUCKET, _SERVICE = "AWS::S3::Bucket", "AWS::EC2::VPCEndpointService"
_VPC = "AWS::EC2::VPC"
_GUARDDUTY = ".guardduty-data"
#: What GuardDuty's agents run on.
_MONITORED = ("AWS::AutoScaling::AutoScalingGroup", "AWS::EKS::Nodegroup")
_NO_FAILURE = ""  # of the catalogue, which knows only what has failed somebody's deploy
#: Boolean properties with which a service refuses to delete what has them.
_PROTECTING = ("DeletionProtection", "DeletionProtectionEnabled", "DisableApiTermination")
_ATTRIBUTES = ("LoadBalancerAttributes", "deletion_protection.enabled")


def _going(subject: Subject, type_name: str) -> dict[str, str]:
    """Physical id → path of what of a type is deleted."""
    return {
        subject.held[path]: path
        for path in sorted(subject.removed)
        if subject.types_held.get(path) == type_name and subject.held.get(path)
    }


def _full_buckets(subject: Subject, found: Answer) -> Iterable[PreflightFinding]:
    for name, path in _going(subject, _BUCKET).items():
        if name in found:
            told = f"bucket '{name}' is deleted with its stack and is not empty"
            yield PreflightFinding(
                path, f"{told}; empty it, or keep it with a DeletionPolicy", "bucket-not-empty"
            )


def _connections(subject: Subject, found: Answer) -> Iterable[PreflightFinding]:
    for service, path in _going(subject, _SERVICE).items():
        ends = found.get(service, ())
        if ends:
            told = f"endpoint service {service} is in use by {', '.join(ends)}"
            yield PreflightFinding(
                path, f"{told}; delete those endpoints, or reject them, first", _NO_FAILURE
            )


def _runtime_endpoints(subject: Subject, found: Answer) -> Iterable[PreflightFinding]:
    """GuardDuty's own endpoint and group, which Runtime Monitoring made in our VPC and never takes.

    As long as agents run it would make them anew: then it is only told, as the deletion gets stuck
    after they have gone, and the same commands let the next one go on.
    """
    running = any(_going(subject, type_name) for type_name in _MONITORED)
    for service, endpoint in found.items():
        if not service.endswith(_GUARDDUTY) or endpoint in subject.held.values():
            continue
        for vpc, path in _going(subject, _VPC).items():
            told = f"GuardDuty has made endpoint {endpoint} and a security group in {vpc}"
            when = "when the deletion is stuck on them, " if running else ""
            yield PreflightFinding(
                path, f"{told}; {when}run {_away(subject, endpoint, vpc)}", _NO_FAILURE, not running
            )


def _away(subject: Subject, endpoint: str, vpc: str) -> str:
    region = f"--region {subject.region}"
    group = f"GuardDutyManagedSecurityGroup-{vpc}"
    found = (
        f"aws ec2 describe-security-groups {region} --filters Name=group-name,Values={group} "
        "--query SecurityGroups[].GroupId --output text"
    )
    return (
        f"'aws ec2 delete-vpc-endpoints {region} --vpc-endpoint-ids {endpoint}', and once that is "
        f"gone 'aws ec2 delete-security-group {region} --group-id $({found})', then destroy again"
    )


def _protected(subject: Subject) -> Iterable[PreflightFinding]:
    for path in sorted(subject.removed & subject.resources.keys()):
        resource = subject.resources[path]
        for name in _switched_on(resource.get("Properties", {})):
            told = f"{resource['Type']} has {name} switched on"
            yield PreflightFinding(
                path, f"{told}; set 'protected: false' in its file and deploy first", _NO_FAILURE
            )


def _switched_on(properties: Properties) -> Iterator[str]:
    for name in _PROTECTING:
        if _is_true(properties.get(name)):
            yield name
    listed, key = properties.get(_ATTRIBUTES[0], []), _ATTRIBUTES[1]
    for item in listed if isinstance(listed, list) else []:
        if isinstance(item, dict) and item.get("Key") == key and _is_true(item.get("Value")):
            yield key


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def _asks(type_name: str, topic: Topic) -> Any:
    def ask(subject: Subject) -> Iterable[Question]:
        return about(topic, _going(subject, type_name))

    return ask


DELETION_CHECKS: tuple[Check, ...] = (
    INTERFACES,
    Check(
        "buckets that are not empty",
        ("bucket-not-empty",),
        _asks(_BUCKET, Topic.CONTENTS),
        _full_buckets,
    ),
    Check("endpoints in use", (), _asks(_SERVICE, Topic.CONNECTIONS), _connections),
    Check("GuardDuty's endpoints", (), _asks(_VPC, Topic.ENDPOINTS), _runtime_endpoints),
    Check("deletion protection", (), None, _protected),
)
