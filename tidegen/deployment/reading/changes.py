"""The changes of a root and all stacks below: from its change set, else forecast."""

from tidegen.cloudformation.resources import Resources
from tidegen.deployment.reading.deployed_roots import (
    DeployedRoot,
    deployed_resources,
    wanted_resources,
)
from tidegen.deployment.run import Run
from tidegen.planning.changes import Change, ResourceChange
from tidegen.planning.comparison import merge_forecast
from tidegen.planning.forecast import forecast
from tidegen.planning.model import ResolvedStep, StackState
from tidegen.planning.states import keeps_failed


def changes_of(
    run: Run,
    step: ResolvedStep,
    state: StackState | None,
    change_set: tuple[ResourceChange, ...] | None,
) -> tuple[Change, ...]:
    """Return all changes, sorted by path; without a change set all are forecast."""
    old, new = _snapshots(run, step, state)
    expected = forecast(old, new)
    return expected if change_set is None else merge_forecast(expected, change_set, {**new, **old})


def changes_between(
    step: ResolvedStep, later: ResolvedStep, state: StackState | None
) -> tuple[Change, ...]:
    """Return the changes that a second update makes to what the first has created."""
    return forecast(wanted_resources(step, state), wanted_resources(later, state))


def _snapshots(
    run: Run, step: ResolvedStep, state: StackState | None
) -> tuple[Resources, Resources]:
    """Return the resources as deployed and as wanted."""
    wanted = wanted_resources(step, state)
    if state is None:
        return {}, wanted
    deployed = run.deployed_roots.of(run.cloud, state)
    old = deployed_resources(step, state, deployed.templates)
    return (_existing(old, deployed) if keeps_failed(state.status) else old), wanted


def _existing(resources: Resources, deployed: DeployedRoot) -> Resources:
    """Return the resources that a failed operation has created, without the planned ones."""
    listed = {path for path, item in deployed.resources.items() if not _failed(item.status)}
    return {path: resource for path, resource in resources.items() if path in listed}


def _failed(status: str) -> bool:
    return status in ("CREATE_FAILED", "CREATE_IN_PROGRESS")
