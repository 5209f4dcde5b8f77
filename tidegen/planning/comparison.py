"""A change set compared with the forecast: one list of changes, with the disagreements."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from tidegen.cloudformation.resources import EXPORT, STACK_TYPE, Resources
from tidegen.cloudformation.stateful import is_stateful
from tidegen.planning.changes import Action, Change, ChangeSource, ResourceChange, Verdict


def merge_forecast(
    expected: tuple[Change, ...], change_set: tuple[ResourceChange, ...], resources: Resources
) -> tuple[Change, ...]:
    """Return all changes, sorted by path; `resources` has the resource of each path.

    CloudFormation's change comes first, with the forecast's values where the change set has none. A
    change that only the forecast has is listed and marked. A nested stack for which the engine
    gives no change set is forecast; elsewhere the change set decides what cannot be forecast.
    """
    reported = {change.path: change for change in _flat(change_set, "", resources)}
    mute = set(_mute(change_set, ""))
    known = {change.path: change for change in expected}
    merged = [_merged(change, known.get(path)) for path, change in reported.items()]
    alone = [
        _alone(change, mute)
        for path, change in known.items()
        if path not in reported and (not change.unforeseen or _parent(path) in mute)
    ]
    return tuple(sorted((*merged, *alone), key=lambda change: change.path))


def _merged(reported: Change, forecast: Change | None) -> Change:
    """Return CloudFormation's change, with the forecast's values and its disagreement."""
    if forecast is None:
        # A value known after deployment is not a disagreement: the forecast sees no new one.
        return (
            replace(reported, otherwise=Verdict(ChangeSource.FORECAST))
            if reported.certain
            else reported
        )
    agrees = (reported.action, reported.replacement) == (forecast.action, forecast.replacement)
    return replace(
        reported,
        certain=True,
        details=forecast.details or reported.details,
        name=forecast.name,
        # A change set has no moves: it shows a removal and an addition.
        moved_from=forecast.moved_from,
        stateful=reported.stateful or bool(forecast.moved_from and forecast.stateful),
        otherwise=None if agrees else forecast.verdict,
    )


def _alone(forecast: Change, mute: set[str]) -> Change:
    """Return a change that only the forecast has; a disagreement if a change set could have it."""
    covered = _parent(forecast.path) not in mute and forecast.type != EXPORT
    return replace(forecast, otherwise=Verdict(ChangeSource.CHANGE_SET)) if covered else forecast


def _flat(changes: Iterable[ResourceChange], parent: str, resources: Resources) -> Iterator[Change]:
    for item in changes:
        path = f"{parent}/{item.logical_id}" if parent else item.logical_id
        if item.type == STACK_TYPE:
            yield from _flat(item.children or (), path, resources)
        else:
            yield _change(item, path, resources)


def _change(item: ResourceChange, path: str, resources: Mapping[str, dict[str, object]]) -> Change:
    return Change(
        path=path,
        type=item.type,
        action=item.action,
        source=ChangeSource.CHANGE_SET,
        replacement=item.replacement,
        properties=item.properties,
        stateful=item.action is not Action.ADD and is_stateful(resources.get(path, {})),
        details=item.details,
        certain=item.certain,
    )


def _mute(changes: Iterable[ResourceChange], parent: str) -> Iterator[str]:
    """Yield the changing nested stacks for which the engine gives no change set."""
    for item in changes:
        if item.type == STACK_TYPE:
            path = f"{parent}/{item.logical_id}" if parent else item.logical_id
            yield from [path] if item.children is None else _mute(item.children, path)


def _parent(path: str) -> str:
    return path.rpartition("/")[0]
