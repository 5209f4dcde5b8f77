"""A process killed at any call: the same command run again ends where an undisturbed one ends.

Killed before call n + 1 is, for the engine, killed after call n; both are run for the first deploy,
since what the engine still has under way differs.
"""

import itertools
import time
from dataclasses import replace

import pytest
from snapshot import snapshot
from tiny_project import REGION, VALUES, Project, entry, network
from wire import Killed, Wire, killed_after, killed_before

from tidegen.contract import Scope
from tidegen.deployment import build_plan, destroy_plan, execute, execute_destroy
from tidegen.planning import Place, Target

NUMBER = "111122223333"
_READS = ("Describe", "Get", "List", "Head")


def pause(seconds):
    time.sleep(0.004)  # the tiny project takes no longer


class World:
    """One account on the engine, in which each try has an environment of its own."""

    def __init__(self, folder):
        self.wire = Wire()
        self.folder = folder
        self.cloud = self.wire(Place(NUMBER, REGION))
        project = self.project("account")
        self.deploy(project, Target("account", "tide", Scope.ACCOUNT, NUMBER, REGION, REGION))
        self.bucket = self.cloud.stack("tide-bootstrap").outputs["ArtifactsBucketName"]

    def project(self, name):
        folder = self.folder / name
        folder.mkdir()
        project = Project(folder)
        project.nested("environment", {"Network": network(name), "Entry": entry()})
        return project

    def target(self, name, *, protected):
        target = Target(name, "tide", Scope.ENVIRONMENT, NUMBER, REGION, REGION)
        return replace(target, protected=protected)

    def deploy(self, project, target, allowed=()):
        plan = build_plan(target, VALUES, project.release, self.wire)
        return execute(plan, self.wire, approve=lambda shown: True, allowed=allowed, pause=pause)

    def destroy(self, target):
        execute_destroy(destroy_plan(target, self.wire), self.wire, pause=pause)

    def harmed(self, harm, n, command, arguments):
        """Run `command`, harmed at call `n`; the operation at which it was killed."""
        self.wire.arm(harm, n)
        try:
            command(*arguments)
        except Killed:
            return self.wire.calls[-1]
        finally:
            self.wire.revive()
        return ""

    def third(self, command, *arguments):
        """What running `command` yet again calls that is more than reading: nothing."""
        self.wire.revive()
        command(*arguments)
        return [call for call in self.wire.calls if not call.startswith(_READS)]


@pytest.fixture(scope="module")
def world(engine, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", engine.endpoint)
        yield World(tmp_path_factory.mktemp("world"))


def replaced(project, name):
    """The table gets another name, which replaces it; a value changes."""
    project.nested("environment", {"Network": network(f"{name}-2"), "Entry": entry("two")})


def extended(project, name):
    """A nested stack more, which holds state."""
    more = {"Extra": network(f"{name}-3")}
    project.nested("environment", {"Network": network(name), "Entry": entry(), **more})


def tries(prefix, harm):
    """Names of environments: the first is left alone, the others are harmed at call 1, 2, ..."""
    tag = harm.__name__[7:8]
    return ((n, f"{prefix}{tag}{n:03d}") for n in itertools.count(0))


def every_call(world, harm, prepare, command, prefix):
    """Harm `command` at each call, run it again; what it left, beside what it should have left."""
    found = {}
    for n, name in tries(prefix, harm):
        arguments = prepare(name)
        where = world.harmed(harm, n, command, arguments)
        if where:
            command(*arguments)
        found[n, where] = snapshot(world.cloud, name), world.third(command, *arguments)
        if n and not where:
            break
    return found


def assert_all_alike(found):
    (_, wanted), *others = found.items()
    assert len(others) > 10
    different = {where: _difference(wanted, left) for where, left in others if left != wanted}

    assert different == {}


def _difference(wanted, left):
    expected = str(wanted)
    return left[1], [
        {key: value for key, value in stack.items() if value not in expected} for stack in left[0]
    ]


@pytest.mark.parametrize("harm", [killed_before, killed_after])
def test_a_first_deploy(world, harm):
    def prepare(name):
        return world.project(name), world.target(name, protected=True)

    assert_all_alike(every_call(world, harm, prepare, world.deploy, "first"))


@pytest.mark.parametrize(
    ("change", "allowed"), [(replaced, ("Network/Table",)), (extended, ())], ids=["replace", "add"]
)
def test_an_update(world, change, allowed):
    def prepare(name):
        project, target = world.project(name), world.target(name, protected=True)
        world.wire.revive()
        world.deploy(project, target)
        change(project, name)
        return project, target, allowed

    assert_all_alike(every_call(world, killed_after, prepare, world.deploy, change.__name__))


def test_a_destroy(world):
    def prepare(name):
        project, target = world.project(name), world.target(name, protected=False)
        world.wire.revive()
        world.deploy(project, target)
        return (target,)

    found = every_call(world, killed_after, prepare, world.destroy, "gone")
    assert_all_alike(found)
    assert found[0, ""] == ([], [])
