"""A rehearsal on a new local engine, in a copy of the project that is removed afterwards."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tidegen.cli.commands.restoring import moved_session, words_of
from tidegen.cli.session import Session
from tidegen.deployment.rehearsal.run import rehearse
from tidegen.deployment.rehearsal.stages import ON_ENGINE, Stage
from tidegen.deployment.rehearsal.world import World
from tidegen.planning.model import Place
from tidegen.planning.rehearsal import Rehearsal

if TYPE_CHECKING:
    from tidegen.local.member import LocalMember

_COPIED = ("environments", "templates")


def rehearse_locally(directory: str, name: str, region: str | None) -> Rehearsal:
    """Return the rehearsal of an environment on an engine that ends with it."""
    from tidegen.cli.common import project_folder
    from tidegen.local.engine import running_engine
    from tidegen.local.sealing import seal

    project = project_folder(directory)
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


def world_on(folder: Path, name: str, region: str | None, endpoint: str) -> World:
    """Return the world of a rehearsal on an engine, with the project's copy in `folder`."""
    from tidegen.aws.adapter import connect
    from tidegen.aws.stores import store_at
    from tidegen.cli import COMMANDS
    from tidegen.deployment.run import Clouds
    from tidegen.local.engine import lose_region, refused_calls
    from tidegen.local.shell import LocalShell, search_path

    session = _session(folder / "project")
    moved = moved_session(session, name, region)
    words = words_of(session, moved, name)
    path = search_path(_made(folder / "bin"))
    shell = LocalShell(folder / "project", path, name, ["--local"])
    shell.install(folder / "bin")
    target = session.target(name)
    return World(
        words=words,
        here=target.place(),
        there=target.place(words.region),
        connect=Clouds(connect),
        shell=shell,
        store=store_at,
        member=partial(_member, folder, path),
        lose=partial(lose_region, endpoint, words.home),
        refused=partial(refused_calls, endpoint, words.home),
        is_restored_file=partial(_is_restored, folder / "project", moved, name),
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
