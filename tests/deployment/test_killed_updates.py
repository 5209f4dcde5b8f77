"""An update killed at any call: stateful resources end up in their stacks, and protected."""

import pytest
from killing import CHANGING, assert_all_alike, every_call
from snapshot import snapshot
from tiny_project import entry, network
from wire import killed_after

from tidegen.errors import DeploymentError


def replaced(project, name):
    """Rename the table, which replaces it, and change a value."""
    project.nested("environment", {"Network": network(f"{name}-2"), "Entry": entry("two")})


def extended(project, name):
    """Add a nested stack that holds state."""
    more = {"Extra": network(f"{name}-3")}
    project.nested("environment", {"Network": network(name), "Entry": entry(), **more})


@pytest.mark.parametrize(
    ("change", "allowed", "calls"),
    [(replaced, ("Network/Table",), ""), (extended, (), CHANGING)],
    ids=["replace", "add"],
)
def test_an_update(world, change, allowed, calls):
    def prepare(name):
        project, target = world.project(name), world.target(name, protected=True)
        world.wire.revive()
        world.deploy(project, target)
        change(project, name)
        return project, target, allowed

    results = every_call(world, killed_after, prepare, world.deploy, change.__name__, calls)
    assert_all_alike(results)


def test_a_killed_update_that_fails_leaves_no_state_unprotected(world):
    """Neither after the next run, which fails, nor after the one that reverts the update."""
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
