"""The deployed stacks of a project, with and without an environment file."""

from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tidegen.cloudformation.text import parse_template
from tidegen.contract import Scope
from tidegen.deployment.port import READERS, Connect
from tidegen.deployment.run import Clouds
from tidegen.errors import InputError, Problem, TidegenError
from tidegen.planning.model import Place, StackState
from tidegen.planning.steps import Target, steps_of


@dataclass(frozen=True, kw_only=True)
class DeployedStack:
    """A root stack of the project; `file` is the name of its environment file, empty without one.

    `environment` is that of its tags; empty for stacks of an account.
    """

    place: Place
    state: StackState
    environment: str
    file: str


@dataclass(frozen=True, kw_only=True)
class Unread:
    """A place that could not be read, and the reason."""

    place: Place
    reason: str


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """The stacks of all places, by place and name, and the places that could not be read."""

    stacks: tuple[DeployedStack, ...]
    unread: tuple[Unread, ...]


def read_inventory(targets: Sequence[Target], connect: Connect) -> Inventory:
    """Return the root stacks of the targets' projects in every account and region of theirs."""
    clouds = Clouds.of(connect)
    owners = {(a.place.account, a.place.region, a.name): t for t in targets for a in steps_of(t)}
    with ThreadPoolExecutor(READERS) as pool:
        answers = pool.map(lambda item: _stacks(clouds, *item), _places(targets))
    stacks: list[DeployedStack] = []
    unread = []
    for place, answer in answers:
        if isinstance(answer, str):
            unread.append(Unread(place=place, reason=answer))
            continue
        for state in answer:
            owner = owners.get((place.account, place.region, state.name))
            environment = state.tags.get("environment", "")
            name = owner.name if owner else ""
            stacks.append(
                DeployedStack(place=place, state=state, environment=environment, file=name)
            )
    return Inventory(stacks=tuple(stacks), unread=tuple(unread))


def _places(targets: Iterable[Target]) -> list[tuple[Place, set[str]]]:
    """Return each account and region once, with the projects in it; an account's file leads."""
    places: dict[tuple[str, str], tuple[Place, set[str]]] = {}
    for target in sorted(targets, key=lambda target: target.scope is not Scope.ACCOUNT):
        for region in filter(None, (target.region, target.recovery_region)):
            place = target.place(region)
            _, projects = places.setdefault((place.account, region), (place, set()))
            projects.add(target.project)
    return [places[key] for key in sorted(places)]


def _stacks(
    clouds: Clouds, place: Place, projects: Collection[str]
) -> tuple[Place, list[StackState] | str]:
    """Return the place and its stacks, or the reason why they cannot be read."""
    try:
        cloud = clouds.at(place)
        return place, [s for project in sorted(projects) for s in cloud.project_stacks(project)]
    except TidegenError as error:
        return place, error.problems[0].message


def target_without_file(
    name: str, account: Target, others: Sequence[Target], connect: Connect
) -> Target:
    """Return the target of an environment whose file is gone, from its stacks.

    `account` is the target of the account file of its region, `others` those of all files. Raises
    InputError if there are no such stacks, or if they are not all readable.
    """
    if account.scope is not Scope.ACCOUNT:
        problem = f"is of scope {account.scope}; name the account file of the stacks' region"
        raise InputError(Problem(f"--account {account.name}", problem))
    same = [t for t in others if (t.account, t.project) == (account.account, account.project)]
    inventory = read_inventory(same, connect)
    if inventory.unread:
        raise InputError.of(Problem(str(item.place), item.reason) for item in inventory.unread)
    stacks = [s for s in inventory.stacks if s.environment == name and not s.file]
    here = {s.state.name: s for s in stacks if s.place.region == account.region}
    names = {scope: scope.stack_name(account.project, name) for scope in Scope}
    if not here.keys() & {names[Scope.ENVIRONMENT], names[Scope.ACCESS]}:
        known = sorted({s.environment for s in inventory.stacks if s.environment and not s.file})
        hint = f"; without a file: {', '.join(known)}" if known else ""
        problem = f"has no stacks without a file in {account.account}/{account.region}{hint}"
        raise InputError(Problem(f"environment {name}", problem))
    recovery = [s.place.region for s in stacks if s.state.name == names[Scope.RECOVERY]]
    return Target(
        name=name,
        project=account.project,
        scope=_scope(here.get(names[Scope.ENVIRONMENT]), connect),
        account=account.account,
        region=account.region,
        home_region=account.home_region,
        recovery_region=recovery[0] if recovery else None,
        credentials=account.credentials,
    )


def _scope(stack: DeployedStack | None, connect: Connect) -> Scope:
    """Return the scope that the root's template names: environments and shared services differ."""
    if stack is None:
        return Scope.ENVIRONMENT
    text = Clouds.of(connect).at(stack.place).template(stack.state.stack_id)
    about = parse_template(text, stack.state.name).get("Metadata", {}).get("Tidegen", {})
    return Scope.SHARED if about.get("Scope") == Scope.SHARED else Scope.ENVIRONMENT
