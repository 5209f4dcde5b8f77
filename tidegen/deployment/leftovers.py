"""Leftovers of a failed creation: resources with state, whose names are needed again."""

from collections.abc import Iterator, Mapping

from tidegen.cloudformation.schemas import primary_identifier
from tidegen.errors import Problem
from tidegen.planning.model import StackAddress, StackResource


def leftover_problems(
    environment: str, address: StackAddress, status: str, stateful: Mapping[str, StackResource]
) -> Iterator[Problem]:
    """Yield each leftover, by path, and the two commands after which a deploy creates the rest.

    The stack's first creation is over, so its deletion keeps resources with the policy
    RetainExceptOnCreate (AWS docs, "DeletionPolicy attribute").
    """
    for path, resource in stateful.items():
        text = f"{resource.type} {resource.physical_id} holds state in a stack that is {status}"
        yield Problem(path, f"{text}; it will not be deleted or recreated")
    region = address.place.region
    delete = f"aws cloudformation delete-stack --stack-name {address.name} --region {region}"
    requested = " ".join(
        f"{address.scope}:{path}='{resource.physical_id}'"
        for path, resource in stateful.items()
        if len(primary_identifier(resource.type)) == 1
    )
    imports = f"tidegen import --env {environment} {requested}"
    yield Problem(str(address), f"run {delete} (which keeps these), then {imports}, then deploy")
