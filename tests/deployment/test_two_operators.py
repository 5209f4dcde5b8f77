"""Two operators at once: the second follows, or gets one line with the remedy; nothing is lost."""

import pytest
from snapshot import snapshot
from tiny_project import entry, network
from wire import rewritten

from tidegen.deployment.destroy import destroy_plan
from tidegen.deployment.events import Attached, Executing, Result
from tidegen.errors import OvertakenError, RefusedError


@pytest.fixture
def name(request):
    """An environment for this test only."""
    return request.node.name.replace("_", "-").replace("[", "-").replace("]", "")[-40:]


@pytest.fixture
def first(world, name):
    """The first operator's project, and the environment."""
    return world.project(name), world.target(name, protected=True)


@pytest.fixture
def second(world, first, name):
    """The second operator's project, with a changed value and another table."""
    project = world.project(f"{name}-2")
    project.nested("environment", {"Network": network(f"{name}-2"), "Entry": entry("two")})
    return project, first[1]


def meanwhile(world, command, answer=True):
    """Return an approval during which another operator's command runs once, from start to end."""
    waiting = [command]

    def approve(shown):
        if shown.step.scope == "environment" and waiting:
            waiting.pop()()
        return answer

    return approve


def on_update(command):
    """Return an emit that runs another operator's command once the update has begun."""
    waiting = [command]

    def emit(event):
        if isinstance(event, Executing) and event.operation == "update" and waiting:
            waiting.pop()()

    return emit


def under_way(world, calls):
    """Let the engine, which is too fast, answer so many times that the operation is in progress."""
    still = rewritten(lambda text: text.replace("CREATE_COMPLETE", "CREATE_IN_PROGRESS"))
    world.wire.arm(still, 1, times=calls, only="DescribeStacks")


def one_line(raised):
    (problem,) = raised.value.problems
    assert "\n" not in problem.message
    assert "run the same command again" in problem.message
    return problem.message


def test_a_first_deploy_overtaken_during_its_approval_is_refused(world, first, second, name):
    approve = meanwhile(world, lambda: world.deploy(*first))
    with pytest.raises(OvertakenError) as raised:
        world.deploy(*second, approve=approve)
    assert "another operation on this stack was first" in one_line(raised)
    left = snapshot(world.cloud, name)
    assert {stack["status"] for stack in left} == {"CREATE_COMPLETE"}
    assert {stack["left over"] for stack in left} == {"[]"}


def test_declining_does_not_touch_another_runs_operation(world, first, second, name):
    approve = meanwhile(world, lambda: world.deploy(*first), answer=False)
    access = meanwhile(world, lambda: None)

    def answer(shown):
        return access(shown) if shown.step.scope == "access" else approve(shown)

    assert world.deploy(*second, approve=answer)[-1].result is Result.DECLINED
    assert {stack["status"] for stack in snapshot(world.cloud, name)} == {"CREATE_COMPLETE"}


@pytest.mark.parametrize("allowed", [(), ("Network/Table",)])
def test_an_update_overtaken_during_its_approval_is_refused(world, first, second, name, allowed):
    world.deploy(*first)
    first[0].nested("environment", {"Network": network(name), "Entry": entry("three")})
    if not allowed:
        second[0].nested("environment", {"Network": network(name), "Entry": entry("two")})
    approve = meanwhile(world, lambda: world.deploy(*first))
    with pytest.raises(OvertakenError) as raised:
        world.deploy(*second, allowed=allowed, approve=approve)
    assert "another operation on this stack was first" in one_line(raised)
    left = snapshot(world.cloud, name)
    assert world.deploy(*first)[-1].result is Result.UNCHANGED
    assert snapshot(world.cloud, name) == left
    assert {stack["left over"] for stack in left} == {"[]"}
    assert world.deploy(*second, allowed=allowed)[-1].result is Result.UPDATED


def test_an_older_plan_is_refused_during_another_deploy(world, first, second):
    world.deploy(*first)
    plan = world.plan(*second)
    first[0].nested("environment", {"Network": network("x-" + first[1].name), "Entry": entry("4")})
    seen = []

    def late():
        with pytest.raises(OvertakenError) as raised:
            world.deploy(*second, plan=plan, allowed=["Table"])
        seen.append(one_line(raised))

    emit = on_update(late)
    assert world.deploy(*first, allowed=["Table"], emit=emit)[-1].result is Result.UPDATED
    assert len(seen) == 1


def test_a_plan_made_during_another_deploy_follows_it(world, first):
    world.deploy(*first)
    plan_reads, seen = 5, []
    under_way(world, plan_reads)
    assert world.deploy(*first, emit=seen.append)[-1].result is Result.UNCHANGED
    world.wire.revive()
    followed = [event.address.scope for event in seen if isinstance(event, Attached)]
    assert followed == ["access", "environment"]


def test_nothing_is_destroyed_during_a_deploy(world, name):
    target = world.target(name, protected=False)
    world.deploy(world.project(name), target)
    under_way(world, 1)
    with pytest.raises(RefusedError, match="wait until it has ended"):
        destroy_plan(target, world.wire)
    world.wire.revive()
