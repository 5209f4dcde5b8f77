"""Faults of the network and of AWS: transient ones are retried, after all others a deploy resumes.

Retries decide as botocore does; only their waiting is cut short.
"""

import itertools
import re
import time
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from snapshot import snapshot
from tiny_project import entry, network
from wire import answered, reset, rewritten, timed_out

from tidegen.deployment.events import Result
from tidegen.errors import AccessError, DeploymentError

TRANSIENT = {
    "reset": reset,
    "timed out": timed_out,
    "throttled": answered(400, "Throttling", "Rate exceeded"),
    "500": answered(500, "InternalFailure"),
    "503": answered(503, "ServiceUnavailable"),
}
EXPIRED = answered(400, "ExpiredToken", "The security token included in the request is expired")
SKEWED = answered(403, "RequestTimeTooSkewed", "The difference is too large.")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    hurried = SimpleNamespace(sleep=lambda seconds: None, time=time.time)
    monkeypatch.setattr("botocore.endpoint.time", hurried)


@pytest.fixture(scope="module")
def wanted(world):
    """The result of an undisturbed first deploy."""
    world.deploy(world.project("wanted"), world.target("wanted", protected=True))
    return snapshot(world.cloud, "wanted")


def test_transient_faults_at_any_call_are_not_noticed(world, wanted):
    quick = [kind for kind in TRANSIENT if kind != "throttled"]  # its wait is not shortened
    results = {}
    for n in itertools.count(1):
        kind = quick[n % len(quick)]
        name = f"transient{n:03d}"
        arguments = world.project(name), world.target(name, protected=True)
        world.wire.arm(TRANSIENT[kind], n)
        outcomes = world.deploy(*arguments)
        struck = len(world.wire.calls) > n
        world.wire.revive()
        left = snapshot(world.cloud, name)
        if [o.result for o in outcomes] != [Result.CREATED] * 2 or left != wanted:
            results[n, kind] = left
        if not struck:
            break
    assert n > 20
    assert results == {}


@pytest.mark.parametrize("kind", TRANSIENT)
@pytest.mark.parametrize(
    "operation", ["CreateChangeSet", "ExecuteChangeSet", "SetStackPolicy", "PutObject"]
)
def test_writes_are_made_once(world, wanted, kind, operation):
    name = f"once-{kind}-{operation}".replace(" ", "-").lower()
    arguments = world.project(name), world.target(name, protected=True)
    world.wire.arm(TRANSIENT[kind], 1, only=operation)
    world.deploy(*arguments)
    world.wire.revive()
    assert snapshot(world.cloud, name) == wanted


@pytest.mark.parametrize(
    ("harm", "kind", "words"),
    [
        (EXPIRED, AccessError, "have expired; CloudFormation continues; renew them, then run"),
        (SKEWED, AccessError, "clock is off"),
        (TRANSIENT["503"], DeploymentError, "AWS could not answer"),
        (TRANSIENT["throttled"], DeploymentError, "AWS throttles"),
        (reset, AccessError, "AWS cannot be reached"),
    ],
    ids=["expired", "skewed", "503", "throttled", "reset"],
)
def test_a_lasting_fault_ends_in_one_line_and_is_resumed(world, wanted, harm, kind, words):
    ended = 0
    for n in itertools.count(1, 1 if harm is EXPIRED else 9):
        name = f"lasting-{kind.__name__[:3]}-{len(words)}-{n:03d}".lower()
        arguments = world.project(name), world.target(name, protected=True)
        world.wire.arm(harm, n, times=10_000)
        try:
            world.deploy(*arguments)
            break  # the command makes fewer calls than n
        except kind as error:
            (problem,) = error.problems
        finally:
            world.wire.revive()
        ended += 1
        assert words in problem.message
        assert "run the same command again" in problem.message
        world.deploy(*arguments)
        assert snapshot(world.cloud, name) == wanted, n
    assert ended > 2


def test_a_new_stack_that_is_not_visible_yet(world, wanted):
    missing = answered(400, "ValidationError", "Stack with id arn does not exist")
    for n in range(6, 13):
        name = f"eventual{n:03d}"
        world.wire.arm(missing, n, times=2, only="DescribeStacks")
        arguments = world.project(name), world.target(name, protected=True)
        assert world.deploy(*arguments)[-1].result is Result.CREATED
        world.wire.revive()
        assert snapshot(world.cloud, name) == wanted


def test_a_change_set_that_is_not_visible_yet(world, wanted):
    missing = answered(404, "ChangeSetNotFound", "ChangeSet [c] does not exist")
    world.wire.arm(missing, 1, times=2, only="DescribeChangeSet")
    arguments = world.project("early"), world.target("early", protected=True)
    assert world.deploy(*arguments)[-1].result is Result.CREATED
    world.wire.revive()
    assert snapshot(world.cloud, "early") == wanted


def test_an_object_that_is_not_visible_is_uploaded_again(world, wanted):
    project, target = world.project("unseen"), world.target("unseen", protected=True)
    world.deploy(project, target)
    project.nested("environment", {"Network": network("unseen"), "Entry": entry("two")})
    world.wire.arm(answered(404, "NoSuchKey"), 1, times=3, only="HeadObject")
    assert world.deploy(project, target)[-1].result is Result.UPDATED
    assert world.wire.calls.count("PutObject") == 3
    world.wire.revive()


@pytest.mark.parametrize("hours", [-30, 30])
def test_nothing_depends_on_this_machines_clock(world, wanted, hours):
    """AWS's clock is hours off this machine's: AWS's times are compared only with each other."""
    name = f"clock{hours}".replace("-", "m")
    shift = rewritten(lambda text: re.sub(r"20\d\d-\d\d-\d\dT\d\d", _shifted(hours), text))
    world.wire.arm(shift, 1, times=10_000, only="Describe")
    arguments = world.project(name), world.target(name, protected=True)
    assert world.deploy(*arguments)[-1].result is Result.CREATED
    world.wire.revive()
    assert snapshot(world.cloud, name) == wanted


def _shifted(hours):
    def shift(match):
        moved = datetime.strptime(match[0], "%Y-%m-%dT%H") + timedelta(hours=hours)
        return moved.strftime("%Y-%m-%dT%H")

    return shift
