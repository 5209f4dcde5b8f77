"""What every command that reaches AWS needs: the project's files, the release, a connection."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from tidegen.cli.common import concerns, project_folder, template_folder, template_paths
from tidegen.cli.targets import target_of, values_of
from tidegen.deployment.port import Connect
from tidegen.deployment.reading.planner import Release, build_plan
from tidegen.deployment.run import Clouds
from tidegen.errors import RefusedError
from tidegen.planning.model import Plan
from tidegen.planning.steps import Target


@dataclass(frozen=True)
class Session:
    """A project, its environment files, and how AWS is reached."""

    project: Path
    files: Sequence[Any]
    connect: Connect
    local: bool
    #: Whether the local engine was started by this command and ends with it.
    own_engine: bool = False

    def file(self, name: str) -> Any:
        """The environment file of that name; InputError with the closest one if there is none."""
        from tidegen.environments import load_environment

        found = [file for file in self.files if file.name == name]
        return found[0] if found else load_environment(self.project, name)

    def target(self, name: str) -> Target:
        """The target of an environment."""
        return target_of(self.file(name), self.files)

    def release(self, name: str) -> Release:
        """The committed templates of the environment's release, checked against the source."""
        release = self.file(name).release
        folder = template_folder(self.project, release)
        return Release(release, folder, checked_assets(folder))

    def plan(self, name: str) -> Plan:
        """What deploying the environment would do."""
        file = self.file(name)
        values = values_of(file, self.files)
        return build_plan(self.target(name), values, self.release(name), self.connect)


@contextmanager
def open_session(directory: str, *, local: bool = False) -> Iterator[Session]:
    """A session; with `local` an embedded engine runs for its duration, unless one runs already."""
    from tidegen.aws import connect
    from tidegen.aws.sessions import local_endpoint
    from tidegen.environments import load_all

    project = project_folder(directory)
    files = load_all(project)
    if not local or local_endpoint():
        yield Session(project, files, Clouds(connect), local=bool(local_endpoint()))
        return
    from tidegen.local import running_engine

    with running_engine() as engine:
        os.environ.update(engine.environment_variables())
        click.echo(f"local AWS at {engine.endpoint}; its state is gone when it ends", err=True)
        yield Session(project, files, Clouds(connect), local=True, own_engine=True)


def checked_assets(folder: Path) -> dict[str, bytes]:
    """Assets by object key, once the templates are what was reviewed; RefusedError otherwise.

    The working set has to be what the source renders. A release has to be what was frozen, and
    carries its assets itself.
    """
    from tidegen.rendering import file_changes, render, require_frozen

    if folder.name != "current":
        require_frozen(folder)
        return {}
    rendered = render(concerns())
    changes = file_changes(folder, rendered.files)
    if changes:
        names = ", ".join(change.path.name for change in changes[:5])
        raise RefusedError(
            f"{folder}: {len(changes)} files are not what the source renders ({names}); "
            "run 'tidegen render', review and commit"
        )
    return {asset.key: asset.content for asset in rendered.assets.values()}


def require_clean_lint(session: Session, name: str) -> None:
    """Lint the release's templates in every region the files name; RefusedError on a finding."""
    from tidegen.environments import regions
    from tidegen.linting import lint

    paths = template_paths(template_folder(session.project, session.file(name).release))
    findings = lint(paths, regions(session.files)).findings
    if findings:
        raise RefusedError(*map(str, findings[:20]), f"{len(findings)} findings; nothing deployed")
