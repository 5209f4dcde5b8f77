"""A process killed at any call: the same command run again ends where an undisturbed one ends.

Killed before call n + 1 is, for the engine, killed after call n; both are run for the first deploy,
since what the engine still has under way differs.
"""

import itertools

import pytest
from snapshot import snapshot
from tiny_project import entry, network
from wire import killed_after, killed_before

from tidegen.errors import DeploymentError


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


def test_a_killed_update_that_fails_leaves_no_state_unprotected(world):
    """Neither by the next run, which fails, nor by the one after, which takes it back."""
    project, target = world.project("failing"), world.target("failing", protected=True)
    world.deploy(project, target)
    before = snapshot(world.cloud, "failing")
    broken = {"Network": network("failing"), "Entry": entry(timeout=99999999)}
    project.nested("environment", broken)
    arguments = (project, target, ("Network/Table",))
    assert world.harmed(killed_after, 1, world.deploy, arguments, only="ExecuteChangeSet")
    with pytest.raises(DeploymentError, match="Entry/Queue"):
        world.deploy(*arguments)
    (child,) = [r for r in world.cloud.resources("tide-failing") if r.logical_id == "Network"]
    assert "LogicalResourceId/Table" in world.cloud.stack_policy(child.physical_id)
    sound = {"Network": network("failing"), "Entry": entry()}
    project.nested("environment", sound)
    world.deploy(project, target)
    policies = [stack["policy"] for stack in before]
    assert [stack["policy"] for stack in snapshot(world.cloud, "failing")] == policies
