"""A rehearsal on a new local engine or in an account, in a copy of the project."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tidegen.cli.commands.restoring import moved_session, words_of
from tidegen.cli.confirm import confirm
from tidegen.cli.session import Session
from tidegen.contract import Scope
from tidegen.deployment.rehearsal.run import rehearse
from tidegen.deployment.rehearsal.stages import ON_ACCOUNT, ON_ENGINE, REMOVAL, Stage
from tidegen.deployment.rehearsal.world import World
from tidegen.errors import Problem, RefusedError
from tidegen.planning.model import Place, Plan
from tidegen.planning.rehearsal import Rehearsal
from tidegen.planning.steps import Target

if TYPE_CHECKING:
    from tidegen.local.member import LocalMember

_COPIED = ("environments", "templates")


def rehearse_locally(directory: str, name: str, region: str | None) -> Rehearsal:
    """Return the rehearsal of an environment on an engine that ends with it."""
    from tidegen.cli.common import project_folder
    from tidegen.local.engine import running_engine
    from tidegen.local.sealing import seal

    project = project_folder(directory)
    moved_session(_session(project), name, region)  # raises before an engine starts
    with copied(project) as folder, running_engine() as engine:
        world = world_on(folder, name, region, engine.endpoint)
        words = world.words
        seal(engine.environment_variables(words.account, words.region))
        return rehearse(world, ON_ENGINE, _echo)


@contextmanager
def copied(project: Path) -> Iterator[Path]:
    """Yield a folder with a copy of the project."""
    with tempfile.TemporaryDirectory(prefix="tidegen-rehearsal-") as made:
        folder = Path(made)
        for name in _COPIED:
            shutil.copytree(project / name, folder / "project" / name)
        yield folder


def rehearse_in_account(directory: str, name: str, region: str | None, *, yes: bool) -> Rehearsal:
    """Return the rehearsal of an environment of its own in its account, which is deleted again.

    Raises RefusedError for a protected or deployed environment, and without its prerequisites.
    """
    from tidegen.cli.common import project_folder
    from tidegen.cli.session import open_session, require_prerequisites

    project = project_folder(directory)
    with copied(project) as folder, open_session(str(folder / "project")) as session:
        target = session.target(name)
        _require_own(target)
        moved = moved_session(session, name, region)
        plan = session.plan(name)
        _require_new((plan, moved.plan(name)))
        require_prerequisites(plan)
        click.echo(_ANNOUNCED.format(name=name, account=target.account), err=True)
        confirm(name, "rehearse", yes=yes)
        world = _world(session, moved, folder, name, [])
        with _saying_what_is_left(name):
            return rehearse(world, ON_ACCOUNT, _echo, removal=REMOVAL)


@contextmanager
def _saying_what_is_left(name: str) -> Iterator[None]:
    """Print how to delete the environment if the rehearsal is interrupted."""
    try:
        yield
    except BaseException:
        way = f"'tidegen status --env {name}' shows what is deployed, 'tidegen destroy' deletes it"
        click.echo(f"stopped {name}: {way}; in both regions", err=True)
        raise


_ANNOUNCED = (
    "deploys {name} in two regions of account {account}, writes data, and deletes it again; "
    "this takes hours and costs money"
)


def _require_own(target: Target) -> None:
    """Raise RefusedError for an environment that is not for rehearsals."""
    if target.protected:
        problem = "is protected; name an environment of its own, or rehearse with --local"
        raise RefusedError(Problem(target.name, problem))


def _require_new(plans: Iterable[Plan]) -> None:
    """Raise RefusedError if the environment exists in one of the regions: it would be deleted."""
    deployed = [
        Problem(str(step.address), "is deployed; a rehearsal deletes what it deploys, destroy it")
        for plan in plans
        for step in plan.steps
        if step.scope is not Scope.ACCOUNT and plan.states.get(step.address)
    ]
    if deployed:
        raise RefusedError(*dict.fromkeys(deployed))


def world_on(folder: Path, name: str, region: str | None, endpoint: str) -> World:
    """Return the world of a rehearsal on an engine, with the project's copy in `folder`."""
    from tidegen.local.engine import lose_region, refused_calls

    session = _session(folder / "project")
    moved = moved_session(session, name, region)
    home = session.file(name).region
    return replace(
        _world(session, moved, folder, name, ["--local"]),
        lose=partial(lose_region, endpoint, home),
        refused=partial(refused_calls, endpoint, home),
    )


def _world(
    session: Session, moved: Session, folder: Path, name: str, options: Sequence[str]
) -> World:
    """Return the world of a rehearsal: no region of it can be lost."""
    from tidegen.aws.adapter import connect
    from tidegen.aws.stores import store_at
    from tidegen.cli import COMMANDS
    from tidegen.deployment.run import Clouds
    from tidegen.local.shell import LocalShell, search_path

    words = words_of(session, moved, name)
    path = search_path(_made(folder / "bin"))
    shell = LocalShell(folder / "project", path, name, options)
    shell.install(folder / "bin")
    file = folder / "project" / "environments" / f"{name}.yaml"
    target = session.target(name)
    return World(
        words=words,
        here=target.place(),
        there=target.place(words.region),
        connect=Clouds(connect),
        shell=shell,
        store=store_at,
        member=partial(_member, folder, path),
        lose=lambda: None,
        refused=list,
        is_restored_file=partial(_is_restored, folder / "project", moved, name),
        undo_edit=partial(file.write_bytes, file.read_bytes()),
        commands=frozenset(COMMANDS),
    )


def _session(project: Path) -> Session:
    from tidegen.aws.adapter import connect
    from tidegen.environments import read_all

    files, problems = read_all(project)
    return Session(
        project=project,
        files=files,
        connect=connect,
        local=True,
        problems=problems,
        own_engine=True,
        local_wanted=True,
    )


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _member(folder: Path, path: str, place: Place) -> "LocalMember":
    from tidegen.local.member import LocalMember

    return LocalMember(_made(folder / f"member-{place.region}"), path)


def _is_restored(project: Path, moved: Session, name: str) -> bool:
    """Return whether the edited file says the same as the restored one."""
    from tidegen.environments import load_environment

    edited = load_environment(project, name)
    return bool(edited.model_dump() == moved.file(name).model_dump())


def _echo(number: int, count: int, stage: Stage) -> None:
    """Print a stage as it begins."""
    click.echo(f"[{number}/{count}] {stage.title}", err=True)
