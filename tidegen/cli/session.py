"""Sessions: a project's environment files, its release and a connection to AWS."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tidegen.cli.checkout import head
from tidegen.cli.common import concerns, project_folder, template_folder, template_paths
from tidegen.cli.endpoints import check_endpoints
from tidegen.cli.progress import Watcher, watching
from tidegen.cli.targets import target_of, values_of
from tidegen.counting import counted
from tidegen.deployment.port import Connect
from tidegen.deployment.reading.planner import Release, build_plan
from tidegen.deployment.run import Clouds
from tidegen.errors import InputError, Problem, RefusedError
from tidegen.planning.model import Plan
from tidegen.planning.ownership import with_consent
from tidegen.planning.policies import with_override
from tidegen.planning.steps import Target
from tidegen.reporting.style import warned

if TYPE_CHECKING:
    from tidegen.environments import FileProblems
    from tidegen.rendering import Rendered


@dataclass(frozen=True, kw_only=True)
class Session:
    """A project, its environment files, and the connection to AWS."""

    project: Path
    files: Sequence[Any]
    connect: Connect
    local: bool
    #: The problems of the environment files; `files` are the valid ones.
    problems: "FileProblems | None" = None
    #: Whether the local engine was started by this command and ends with it.
    own_engine: bool = False
    #: Whether the user said --local.
    local_wanted: bool = False

    def file(self, name: str) -> Any:
        """Return the environment file of that name; raise InputError with the closest name."""
        from tidegen.environments import load_environment

        named = (file for file in self.files if file.name == name)
        return next(named, None) or load_environment(self.project, name)

    def fingerprint(self, name: str) -> str:
        """Return a hash of an environment file's values; comments and order do not count."""
        return sha256(self.file(name).model_dump_json().encode()).hexdigest()

    def target(self, name: str) -> Target:
        """Return the target of an environment; problems of other files are warnings."""
        file = self.file(name)
        if self.problems:
            self.problems.require_home(file)
            warn_of_problems(self.problems)
        target = target_of(file, self.files)
        check_endpoints(target, local=self.local_wanted, announced=self.own_engine)
        return target

    def target_without_file(self, name: str, account: str) -> Target:
        """Return the target of an environment whose file is gone, in an account file's region."""
        from tidegen.deployment.reading.inventory import target_without_file
        from tidegen.environments import names

        if name in names(self.project):
            problem = f"has a file, environments/{name}.yaml; leave out --account"
            raise InputError(Problem(f"environment {name}", problem))
        home = self.target(account)
        targets = [target_of(file, self.files) for file in self.files]
        return target_without_file(name, home, targets, self.connect)

    def require_valid(self, name: str) -> None:
        """Raise InputError with the problems that concern a deploy of the environment."""
        file = self.file(name)
        if self.problems:
            self.problems.require(file)

    def watching(self, name: str, *, as_json: bool = False) -> AbstractContextManager[Watcher]:
        """Yield the watcher of an operation on an environment, which says where it stopped."""
        return watching(name, continues=not self.own_engine, as_json=as_json)

    def release(self, name: str) -> Release:
        """Return the environment's release: committed templates, checked against the source."""
        self.require_valid(name)
        release = self.file(name).release
        folder = template_folder(self.project, release)
        return Release(release, folder, checked_assets(folder), head(self.project))

    def plan(
        self, name: str, taken_over: Collection[str] = (), overridden: Collection[str] = ()
    ) -> Plan:
        """Return the plan of deploying the environment.

        `taken_over` names stacks of others, `overridden` those with policies set by hand.
        """
        self.require_valid(name)
        values = values_of(self.file(name), self.files)
        plan = build_plan(self.target(name), values, self.release(name), self.connect)
        return with_override(with_consent(plan, taken_over), overridden)


@contextmanager
def open_session(directory: str, *, local: bool = False) -> Iterator[Session]:
    """Yield a session; with `local`, on the running engine or on a new one.

    Then no variable of the shell decides anything, but AWS_ENDPOINT_URL where an engine answers.
    """
    from tidegen.aws.adapter import connect
    from tidegen.aws.sessions import local_endpoint
    from tidegen.aws.waiting import listen
    from tidegen.environments import read_all

    listen(lambda text: click.echo(text, err=True))
    project = project_folder(directory)
    files, problems = read_all(project)
    session = partial(
        Session, project=project, files=files, problems=problems, connect=Clouds(connect)
    )
    if not local:
        yield session(local=bool(local_endpoint()))
        return
    from tidegen.local.engine import environment_variables, running_engine
    from tidegen.local.sealing import answers, seal

    running = local_endpoint()
    if running and answers(running):
        seal(environment_variables(running))
        yield session(local=True, local_wanted=True)
        return
    with running_engine() as engine:
        seal(engine.environment_variables())
        click.echo(f"local AWS at {engine.endpoint}; its state is lost when it stops", err=True)
        yield session(local=True, own_engine=True, local_wanted=True)


@cache
def _warn(line: str) -> None:
    """Print a warning, once."""
    click.echo(f"{warned('warning:')} {line}", err=True)


def warn_of_problems(problems: "FileProblems") -> None:
    """Print one line for each environment file that has problems, once."""
    for line in problems.warnings():
        _warn(line)


def checked_assets(folder: Path) -> dict[str, bytes]:
    """Return assets by object key; raise RefusedError if the templates are not as reviewed.

    The current templates have to equal what the source renders. A release has to equal its
    manifest, and contains its assets.
    """
    from tidegen.rendering import file_changes, require_frozen

    if folder.name != "current":
        require_frozen(folder)
        return {}
    rendered = _rendered()
    changes = file_changes(folder, rendered.files)
    if changes:
        names = ", ".join(change.path.name for change in changes[:5])
        raise RefusedError(
            f"{folder}: differs from the source in {counted(len(changes), 'file')} ({names}); "
            "run 'tidegen render', review and commit"
        )
    return {asset.key: asset.content for asset in rendered.assets.values()}


@cache
def _rendered() -> "Rendered":
    """Return what the source renders, once: a deploy compares it before and after the lint."""
    from tidegen.rendering import render

    return render(concerns())


def echo_missing(plan: Plan) -> None:
    """Print the missing roots, each with the command that creates it."""
    for item in plan.missing:
        click.echo(f"{warned('missing:')} {item}", err=True)


def echo_refusal(problems: Sequence[Problem], name: str) -> None:
    """Print that a deploy of the plan would be refused, and each reason."""
    if problems:
        text = f"a deploy of {name} would be refused: {counted(len(problems), 'problem')}"
        click.echo(
            f"{warned(text)}; 'tidegen preflight --env {name}' checks the account too", err=True
        )
        for problem in problems:
            click.echo(f"  {problem}", err=True)


def require_prerequisites(plan: Plan) -> None:
    """Raise RefusedError that names each missing root and the command that creates it."""
    if plan.missing:
        raise RefusedError(*map(str, plan.missing))


def require_clean_lint(session: Session, name: str) -> None:
    """Lint the environment's templates as 'tidegen lint' does; raise RefusedError on a finding.

    In its own regions, and its own roots: findings of other environments do not concern it. After
    a clean 'tidegen lint' nothing is checked again.
    """
    from tidegen.environments import regions
    from tidegen.linting.deploys import deploy_findings

    file = session.file(name)
    folder = template_folder(session.project, file.release)
    findings = deploy_findings(
        session.project,
        folder,
        template_paths(folder),
        name=name,
        regions=regions([file]),
        all_regions=regions(session.files),
    )
    if findings:
        raise RefusedError(
            *map(str, findings[:20]), f"{counted(len(findings), 'finding')}; nothing deployed"
        )
