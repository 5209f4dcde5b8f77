"""Leftovers of a failed creation: resources that still exist, and the commands that free each."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tidegen.cloudformation.schemas import primary_identifier
from tidegen.errors import Problem
from tidegen.planning.commands import aws_command, stack_command
from tidegen.planning.model import StackAddress, StackResource
from tidegen.planning.stack_events import StackEvent

#: Type → the command of the AWS CLI after which its service deletes a protected resource.
UNPROTECT: Mapping[str, str] = {
    "AWS::DynamoDB::Table": "dynamodb update-table --table-name {id}"
    " --no-deletion-protection-enabled",
    "AWS::EKS::Cluster": "eks update-cluster-config --name {id} --no-deletion-protection",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "elbv2 modify-load-balancer-attributes"
    " --load-balancer-arn {id}"
    " --attributes Key=deletion_protection.enabled,Value=false",
}


@dataclass(frozen=True, kw_only=True)
class Leftovers:
    """Resources that a failed creation left, by path.

    `kept` ones hold state; a service refuses to delete `protected` ones.

    `gone` are the kept resources that no stack has any more: the rollback skipped them.
    """

    kept: Mapping[str, StackResource] = field(default_factory=dict)
    protected: Mapping[str, StackResource] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.kept or self.protected)


def skipped_resources(events: Iterable[StackEvent]) -> dict[str, StackResource]:
    """Return the resources that an operation left alone by their DeletionPolicy, by path."""
    return {
        event.path: StackResource(
            logical_id=event.logical_id,
            physical_id=event.physical_id,
            type=event.type,
            status=event.status,
        )
        for event in events
        if event.status == "DELETE_SKIPPED" and event.physical_id
    }


def leftover_problems(
    environment: str, address: StackAddress, status: str, leftovers: Leftovers
) -> Iterator[Problem]:
    """Yield each leftover, by path, and last the commands after which a deploy creates the rest.

    The stack's first creation is over, so its deletion keeps resources with the policy
    RetainExceptOnCreate (AWS docs, "DeletionPolicy attribute").
    """
    for path, resource in leftovers.protected.items():
        text = UNPROTECT[resource.type].format(id=resource.physical_id)
        command = aws_command(address.place, text)
        yield Problem(path, f"{resource.type} is protected from its deletion; {command}")
    for path, resource in leftovers.kept.items():
        where = "is kept from" if path in leftovers.gone else "holds state in"
        text = f"{resource.type} {resource.physical_id} {where} a stack that is {status}"
        yield Problem(path, f"{text}; it will not be deleted or recreated")
    yield Problem(str(address), ", then ".join(_commands(environment, address, leftovers)))


def _commands(environment: str, address: StackAddress, leftovers: Leftovers) -> Iterator[str]:
    yield stack_command(address, "delete-stack") + (
        " (which keeps these)" if leftovers.kept else ""
    )
    requested = " ".join(
        f"{address.scope}:{path}='{resource.physical_id}'"
        for path, resource in leftovers.kept.items()
        if len(primary_identifier(resource.type)) == 1
    )
    if requested:
        yield f"tidegen import --env {environment} {requested}"
    yield "deploy"
