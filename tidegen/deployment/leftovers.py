"""What a failed creation has left: things that hold state, under names that are wanted again."""

from collections.abc import Iterator, Mapping

from tidegen.cloudformation.schemas import primary_identifier
from tidegen.errors import Problem
from tidegen.planning.model import StackAddress, StackResource


def leftover_problems(
    environment: str, address: StackAddress, status: str, found: Mapping[str, StackResource]
) -> Iterator[Problem]:
    """Each of them, by path, and the two commands after which a deploy makes the rest around them.

    The stack's first creation is over, so that deleting the stack keeps what has the policy
    RetainExceptOnCreate (AWS docs, "DeletionPolicy attribute").
    """
    for path, resource in found.items():
        told = f"{resource.type} {resource.physical_id} holds state in a stack that is {status}"
        yield Problem(path, f"{told}; it is neither deleted nor made anew")
    region = address.place.region
    delete = f"aws cloudformation delete-stack --stack-name {address.name} --region {region}"
    wishes = " ".join(
        f"{address.scope}:{path}='{resource.physical_id}'"
        for path, resource in found.items()
        if len(primary_identifier(resource.type)) == 1
    )
    imports = f"tidegen import --env {environment} {wishes}"
    yield Problem(str(address), f"run {delete} (which keeps these), then {imports}, then deploy")
