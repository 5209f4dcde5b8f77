"""The surroundings of a rehearsal, and what it remembers of the data that it has written."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.contract import Scope
from tidegen.counting import first_of
from tidegen.deployment.port import Cloud, Connect
from tidegen.deployment.rehearsal.ports import Member, Shell, Store, StoredObject, TableCopy
from tidegen.errors import DeploymentError, Problem
from tidegen.planning.model import Place
from tidegen.planning.recovery.model import RecoveryStep
from tidegen.planning.recovery.steps import Words, steps_for

UPLOADS, ASSETS, BACKUPS = "UploadsBucketName", "AssetsBucketName", "BackupsBucketName"
TABLES = ("MetricsTable", "AnalyticsTable")


@dataclass(kw_only=True)
class Written:
    """The data as it was before the loss."""

    buckets: dict[str, Mapping[str, StoredObject]] = field(default_factory=dict)
    tables: dict[str, TableCopy] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    database: bytes = b""
    #: The folder of the dump.
    dump: str = ""
    #: The members' volumes before they were replaced, and the snapshot of which the others are.
    volumes: tuple[str, ...] = ()
    snapshot: str = ""


@dataclass(frozen=True, kw_only=True)
class World:
    """The surroundings of one rehearsal; `here` is the home region, `there` the other."""

    words: Words
    here: Place
    there: Place
    connect: Connect
    shell: Shell
    store: Callable[[Place], Store]
    member: Callable[[Place], Member]
    lose: Callable[[], None]
    refused: Callable[[], list[str]]
    #: Whether the file, as the runbook has edited it, is the restored one.
    is_restored_file: Callable[[], bool]
    #: Puts the file back as it was before the runbook's edit.
    undo_edit: Callable[[], object] = lambda: None
    commands: frozenset[str] = frozenset()
    pause: Callable[[float], None] = time.sleep
    written: Written = field(default_factory=Written)

    @cached_property
    def steps(self) -> Mapping[str, RecoveryStep]:
        """The steps of the recovery, by slug."""
        return {step.slug: step for step in steps_for(self.words)}

    def cloud(self, place: Place) -> Cloud:
        """Return the port to an account and region."""
        return self.connect(place)

    def outputs(self, place: Place) -> Mapping[str, str]:
        """Return the outputs of the environment's root in a region."""
        name = Scope.ENVIRONMENT.stack_name(self.words.project, self.words.environment)
        state = self.cloud(place).stack(name)
        if state is None:
            raise DeploymentError(Problem(f"{name} ({place})", "is not deployed"))
        return state.outputs

    def physical_id(self, place: Place, nested: str, logical_id: str) -> str:
        """Return the physical id of a resource in a nested stack of the environment's root."""
        root = Scope.ENVIRONMENT.stack_name(self.words.project, self.words.environment)
        cloud = self.cloud(place)
        stacks = {r.logical_id: r for r in cloud.resources(root) if r.type == STACK_TYPE}
        inner = cloud.resources(stacks[nested].physical_id)
        return next(r.physical_id for r in inner if r.logical_id == logical_id)


def require(lines: Iterable[str]) -> None:
    """Raise DeploymentError with the first differences, if there are any."""
    problems = list(lines)
    if problems:
        raise DeploymentError(Problem("data", first_of(problems)))
