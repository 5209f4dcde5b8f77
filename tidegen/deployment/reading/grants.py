"""Reading the grants on deployed resources that no template declares. It changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from tidegen.cloudformation.evaluation import evaluate
from tidegen.deployment.inspection import Inspect, read
from tidegen.deployment.port import Cloud, Connect
from tidegen.deployment.reading.deployed_roots import deployed_root
from tidegen.deployment.run import Clouds
from tidegen.planning.model import Place, StackAddress
from tidegen.planning.preflight import Question, Unchecked
from tidegen.planning.steps import Target, steps_of
from tidegen.planning.undeclared import Granted, Undeclared


@dataclass(frozen=True)
class GrantReport:
    """The undeclared grants, and the resources whose grants cannot be read."""

    undeclared: tuple[Undeclared, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()


def undeclared_grants(target: Target, connect: Connect, inspect: Inspect) -> GrantReport:
    """Return the grants on the deployed resources of `target` that no template declares."""
    clouds = Clouds.of(connect)
    roots = [
        (address.place, granted)
        for address in steps_of(target)
        for granted in _granted(clouds.at(address.place), address)
    ]
    asked: dict[Place, set[Question]] = {}
    for place, granted in roots:
        asked.setdefault(place, set()).update(granted.questions())
    facts = read(inspect, asked)
    return GrantReport(
        tuple(item for place, granted in roots for item in granted.undeclared(facts[place])),
        tuple(item for place, granted in roots for item in granted.unchecked(facts[place])),
    )


def _granted(cloud: Cloud, address: StackAddress) -> Iterator[Granted]:
    state = cloud.stack(address.name)
    if state is None:
        return
    deployed = deployed_root(cloud, state.stack_id)
    place = address.place
    pseudo = {"AWS::AccountId": place.account, "AWS::Region": place.region}
    yield Granted(
        resources=evaluate(deployed.templates, {**state.parameters, **pseudo}),
        stack=address.name,
        held={path: item.physical_id for path, item in deployed.resources.items()},
    )
