"""Reading what a recovery region has: preflight's answers, replicas, copies, zone and images."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tidegen.cloudformation.resources import Resources
from tidegen.contract import Scope
from tidegen.deployment.inspection import Inspect, read
from tidegen.deployment.port import Connect
from tidegen.deployment.reading.deployed_roots import wanted_resources
from tidegen.deployment.reading.preflight import preflight
from tidegen.deployment.run import Clouds
from tidegen.planning.model import OutputOf, Place, Plan, RootStep, StackAddress
from tidegen.planning.parameters import known_step
from tidegen.planning.recovery.facts import RecoveryFacts, recovery_questions
from tidegen.planning.recovery.model import RecoveryPlan
from tidegen.planning.recovery.objectives import objectives
from tidegen.planning.recovery.presence import planned
from tidegen.planning.recovery.steps import Words, steps_for


@dataclass(frozen=True, kw_only=True)
class Restored:
    """An environment to restore: its words, its plan in the region, and all steps at home.

    `own` are the steps of the environment and of its account's baseline, as they were deployed at
    home. Nothing is read from that region, which may be lost.
    """

    words: Words
    own: tuple[RootStep, ...]
    plan: Plan
    place: Place


def recovery_plan(
    restored: Restored, connect: Connect, inspect: Inspect, now: datetime
) -> RecoveryPlan:
    """Return the steps of the recovery, each with what the region has of it; change nothing."""
    facts = _facts(restored, connect, inspect, now)
    words = restored.words
    return RecoveryPlan(
        environment=words.environment,
        home=words.home,
        region=words.region,
        steps=planned(steps_for(words), facts),
        objectives=objectives(own_resources(restored.own), facts),
    )


def _facts(restored: Restored, connect: Connect, inspect: Inspect, now: datetime) -> RecoveryFacts:
    clouds, words, place = Clouds.of(connect), restored.words, restored.place
    name = Scope.RECOVERY.stack_name(words.project, words.environment)
    replicas = clouds.at(place).stack(name)
    asked = set(recovery_questions(words, replicas))
    return RecoveryFacts(
        words=words,
        report=preflight(restored.plan, clouds, inspect, thorough=True),
        now=now,
        missing=restored.plan.missing,
        replicas=replicas,
        answers=read(inspect, {place: asked})[place],
    )


def own_resources(steps: Iterable[RootStep]) -> Resources:
    """Return the resources of all steps, as if the roots that they need were deployed."""
    return {path: item for step in steps for path, item in _resources_of(step).items()}


def _resources_of(step: RootStep) -> Resources:
    outputs = (value for value in step.parameters.values() if isinstance(value, OutputOf))
    assumed: dict[StackAddress, dict[str, str]] = {}
    for value in outputs:
        assumed.setdefault(value.address, {})[value.output] = value.default or value.output
    return wanted_resources(known_step(step, assumed), None)
