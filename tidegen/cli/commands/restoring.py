"""The plan of a recovery: the environment as its file would be in the other region."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from tidegen.cli.session import Session
from tidegen.cli.targets import target_of, values_of
from tidegen.contract import Scope
from tidegen.deployment.reading.planner import planned_steps
from tidegen.deployment.reading.recovery import Restored, recovery_plan
from tidegen.planning.model import RootStep
from tidegen.planning.recovery.model import RecoveryPlan
from tidegen.planning.recovery.steps import Words


def recovery_of(session: Session, name: str, region: str | None) -> RecoveryPlan:
    """Return the plan to restore an environment in its recovery region, or in `region`."""
    from tidegen.aws.inspection import inspect

    moved = moved_session(session, name, region)
    target = moved.target(name)
    restored = Restored(
        words=words_of(session, moved, name),
        own=_own(session, name, target.region),
        plan=moved.plan(name),
        place=target.place(),
    )
    return recovery_plan(restored, session.connect, inspect, datetime.now(UTC))


def _own(session: Session, name: str, region: str) -> tuple[RootStep, ...]:
    """Return the steps whose data is copied to a region; none if it is copied to another."""
    recovery = session.file(name).recovery
    if recovery is None or recovery.region != region:
        return ()
    return tuple(step for owner in _owners(session, name) for step in _steps(session, owner))


def _owners(session: Session, name: str) -> Iterator[str]:
    """Yield the environment, and the baseline of its account in its home region."""
    yield name
    home = session.file(name)
    for file in session.files:
        if file.scope == Scope.ACCOUNT and (file.account, file.region) == (
            home.account,
            home.region,
        ):
            yield file.name


def _steps(session: Session, name: str) -> tuple[RootStep, ...]:
    file = session.file(name)
    values = values_of(file, session.files)
    return planned_steps(target_of(file, session.files), values, session.release(name))


def moved_session(session: Session, name: str, region: str | None) -> Session:
    """Return the session with the environment's file as after the loss of its region."""
    from tidegen.environments import restored_in

    moved = restored_in(session.file(name), region)
    files = tuple(moved if file.name == name else file for file in session.files)
    return replace(session, files=files)


def words_of(session: Session, moved: Session, name: str) -> Words:
    """Return the words of a recovery, from the file before and after the loss."""
    before, after = session.file(name), moved.file(name)
    return Words(
        project=before.project,
        environment=name,
        account=before.account,
        home=before.region,
        region=after.region,
        domain=before.domain,
        cidr=after.network.cidr,
        former_cidr=before.network.cidr,
    )
