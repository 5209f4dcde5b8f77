"""Drift detection over root stacks and all stacks below them. It changes nothing."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.deployment.port import READERS, Cloud, Connect
from tidegen.deployment.reading.deployed_roots import existing_resources, nested_by_hand
from tidegen.deployment.run import Clouds
from tidegen.errors import InputError, TidegenError
from tidegen.planning.drift import (
    DriftCheck,
    DriftPlan,
    ResourceDrift,
    StackDrift,
    all_resources,
)
from tidegen.planning.model import StackAddress
from tidegen.planning.steps import Target, steps_of


def drift_plan(target: Target, connect: Connect) -> DriftPlan:
    """Return the deployed stacks of `target`; raise InputError where there is none."""
    clouds = Clouds.of(connect)
    checks = [
        check
        for address in steps_of(target)
        for check in drift_checks(clouds.at(address.place), address)
    ]
    if not checks:
        raise InputError(f"environment '{target.name}' is not deployed; there is no drift")
    return DriftPlan(target.name, tuple(checks))


def detect_drift(
    plan: DriftPlan, connect: Connect, *, pause: Callable[[float], None] = time.sleep
) -> tuple[StackDrift, ...]:
    """Detect the drift of each stack of `plan`, in parallel; return the results in its order.

    CloudFormation leaves nested stacks out of a root's detection (API_DetectStackDrift), so each
    has a detection of its own. The result of a stack that cannot be checked gives the reason.
    """
    clouds = Clouds.of(connect)
    with ThreadPoolExecutor(READERS) as pool:
        pending = [
            pool.submit(_checked, clouds.at(check.address.place), check, pause)
            for check in plan.checks
        ]
        return tuple(future.result() for future in pending)


def drift_checks(cloud: Cloud, address: StackAddress) -> Iterator[DriftCheck]:
    """Yield a check of the root at `address` and of each stack below it; none if it is missing."""
    state = cloud.stack(address.name)
    if state is not None:
        yield from _checks(cloud, address, "", state.stack_id)


def _checks(
    cloud: Cloud, address: StackAddress, path: str, stack_id: str, *, by_hand: bool = False
) -> Iterator[DriftCheck]:
    resources = existing_resources(cloud, stack_id)
    yield DriftCheck(address, path, stack_id, resources, by_hand)
    changed = nested_by_hand(cloud, stack_id, resources)
    for resource in resources:
        if resource.type == STACK_TYPE and resource.physical_id:
            name = resource.logical_id
            below = f"{path}/{name}" if path else name
            yield from _checks(cloud, address, below, resource.physical_id, by_hand=name in changed)


def _checked(cloud: Cloud, check: DriftCheck, pause: Callable[[float], None]) -> StackDrift:
    try:
        detection_id = cloud.detect_drift(check.stack_id)
        while (detection := cloud.drift_detection(detection_id)).running:
            pause(cloud.poll_seconds)
        drifts = cloud.resource_drifts(check.stack_id)
    except TidegenError as error:
        problem = error.problems[0].message
        return _drift(check, (), problem)
    return _drift(check, drifts, detection.reason)


def _drift(check: DriftCheck, drifts: tuple[ResourceDrift, ...], problem: str) -> StackDrift:
    resources = all_resources(check, drifts)
    return StackDrift(check.address, check.path, resources, problem, check.by_hand)
