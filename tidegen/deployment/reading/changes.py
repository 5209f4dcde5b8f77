"""The changes of a root and all stacks below: from its change set, else forecast."""

from tidegen.cloudformation.resources import Resources
from tidegen.deployment.reading.deployed_roots import deployed_resources, wanted_resources
from tidegen.deployment.run import Run
from tidegen.planning.changes import Change, ResourceChange
from tidegen.planning.comparison import merge_forecast
from tidegen.planning.forecast import forecast
from tidegen.planning.model import ResolvedStep, StackState


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
    return deployed_resources(step, state, deployed.templates), wanted
