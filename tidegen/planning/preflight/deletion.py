"""Checks for anything that would make a deletion fail.

Each check looks at deployed resources: `removed` has all of `resources` that are not kept.
"""

from collections.abc import Iterable

from tidegen.cloudformation.protection import enabled_protections
from tidegen.contract import Topic
from tidegen.planning.preflight.check import Answer, Ask, Checks, about_each
from tidegen.planning.preflight.model import PreflightFinding
from tidegen.planning.preflight.network import foreign_interfaces
from tidegen.planning.preflight.subject import Subject

_BUCKET, _SERVICE = "AWS::S3::Bucket", "AWS::EC2::VPCEndpointService"
_VPC = "AWS::EC2::VPC"
_GUARDDUTY = ".guardduty-data"
#: Types that GuardDuty's agents run on.
_MONITORED = ("AWS::AutoScaling::AutoScalingGroup", "AWS::EKS::Nodegroup")

CHECKS = Checks([foreign_interfaces])


def _about_deleted(topic: Topic, type_name: str) -> Ask:
    return about_each(topic, lambda subject: subject.deleted(type_name))


@CHECKS.add(
    "buckets that are not empty",
    failures=("bucket-not-empty",),
    ask=_about_deleted(Topic.CONTENTS, _BUCKET),
)
def _full_buckets(subject: Subject, full: Answer) -> Iterable[PreflightFinding]:
    for name, path in subject.deleted(_BUCKET).items():
        if name in full:
            problem = f"bucket '{name}' is deleted with its stack and is not empty"
            yield PreflightFinding(
                path, f"{problem}; empty it, or keep it with a DeletionPolicy", "bucket-not-empty"
            )


@CHECKS.add("endpoints in use", ask=_about_deleted(Topic.CONNECTIONS, _SERVICE))
def _connections(subject: Subject, connections: Answer) -> Iterable[PreflightFinding]:
    for service, path in subject.deleted(_SERVICE).items():
        ends = connections.get(service, ())
        if ends:
            problem = f"endpoint service {service} is in use by {', '.join(ends)}"
            yield PreflightFinding(
                path, f"{problem}; delete those endpoints, or reject them, first"
            )


@CHECKS.add("GuardDuty's endpoints", ask=_about_deleted(Topic.ENDPOINTS, _VPC))
def _runtime_endpoints(subject: Subject, endpoints: Answer) -> Iterable[PreflightFinding]:
    """Yield the endpoint and group that Runtime Monitoring creates in our VPC and never deletes.

    While agents run GuardDuty would recreate them: then the finding is only a warning, as the
    deletion fails after the agents are deleted, and the same commands let the next run succeed.
    """
    running = any(subject.deleted(type_name) for type_name in _MONITORED)
    for service, endpoint in endpoints.items():
        if not service.endswith(_GUARDDUTY) or endpoint in subject.held.values():
            continue
        for vpc, path in subject.deleted(_VPC).items():
            problem = f"GuardDuty has created endpoint {endpoint} and a security group in {vpc}"
            when = "when the deletion fails on them, " if running else ""
            yield PreflightFinding(
                path,
                f"{problem}; {when}run {_removal_commands(subject, endpoint, vpc)}",
                blocking=not running,
            )


def _removal_commands(subject: Subject, endpoint: str, vpc: str) -> str:
    region = f"--region {subject.region}"
    group = f"GuardDutyManagedSecurityGroup-{vpc}"
    group_id = (
        f"aws ec2 describe-security-groups {region} --filters Name=group-name,Values={group} "
        "--query SecurityGroups[].GroupId --output text"
    )
    return (
        f"'aws ec2 delete-vpc-endpoints {region} --vpc-endpoint-ids {endpoint}', and once that is "
        f"deleted 'aws ec2 delete-security-group {region} --group-id $({group_id})', "
        "then destroy again"
    )


@CHECKS.add("deletion protection", failures=("deletion-protected",))
def _protected(subject: Subject) -> Iterable[PreflightFinding]:
    for path in sorted(subject.removed & subject.resources.keys()):
        resource = subject.resources[path]
        for name in enabled_protections(resource["Type"], resource.get("Properties", {})):
            problem = f"{resource['Type']} has {name} switched on"
            yield PreflightFinding(
                path,
                f"{problem}; set 'protected: false' in its file and deploy first",
                "deletion-protected",
            )
