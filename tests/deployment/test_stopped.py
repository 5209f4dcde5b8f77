"""Ctrl-C at every call of a deploy and of a destroy: what is printed is so, by the engine's stacks.

Each attempt has an environment of its own; the ledger gets the events that the command line gets.
"""

import itertools

import pytest
from wire import executed

from tidegen.deployment.destroy import destroy_plan, execute_destroy
from tidegen.deployment.protection import is_protected
from tidegen.deployment.reading.status import environment_status
from tidegen.deployment.run import Run
from tidegen.reporting.status import status_text
from tidegen.reporting.stopped import Ledger


def before(request):
    raise KeyboardInterrupt


def after(request):
    executed(request)
    raise KeyboardInterrupt


def stopped_at(world, harm, n, command, only=""):
    """Run the command with Ctrl-C at call `n`; return its ledger and the call, empty at the end."""
    ledger = Ledger()
    world.wire.arm(harm, n, only=only)
    try:
        command(ledger.note)
    except KeyboardInterrupt:
        return ledger, world.wire.calls[-1]
    finally:
        world.wire.revive()
    return ledger, ""


def at_every_call(world, harm, prefix, prepare, only=""):
    """Yield (ledger, call, roots) for Ctrl-C at call 1, 2, ... of the prepared command."""
    for n in itertools.count(1):
        name = f"{prefix}{harm.__name__[0]}{n:03d}"
        command = prepare(name)
        ledger, call = stopped_at(world, harm, n, command, only)
        yield ledger, call, {r: f"tide-{name}{r}" for r in ("", "-access")}
        if not call:
            return


def is_begun(world, stack):
    state = world.cloud.stack(stack)
    return state is not None and state.status != "REVIEW_IN_PROGRESS"


@pytest.mark.parametrize("harm", [before, after])
def test_a_deploy_says_what_is_so(world, harm):
    plans = {}

    def prepare(name):
        project, target = world.project(name), world.target(name, protected=True)
        world.wire.revive()
        plans[name] = world.plan(project, target)
        return lambda emit: world.deploy(project, target, plan=plans[name], emit=emit)

    seen = set()
    for ledger, call, roots in at_every_call(world, harm, "stop", prepare):
        data, text = ledger.data(), ledger.text("run it again")
        if not call:
            assert data["done"] == [roots["-access"], roots[""]]
            assert data["not_begun"] == data["in_progress"] == data["not_protected"] == []
            break
        for stack in data["not_begun"]:
            assert not is_begun(world, stack), (call, text)
            assert f"not begun: {', '.join(data['not_begun'])}" in text
        for stack in data["in_progress"]:
            assert not data["certain"] or is_begun(world, stack), (call, text)
        for stack in data["done"]:
            state = world.cloud.stack(stack)
            assert state.protected, (call, text)
            assert state.status.endswith("_COMPLETE")
        named = {*data["done"], *data["not_begun"], *data["in_progress"], ledger.current} - {""}
        begun = {stack for stack in roots.values() if is_begun(world, stack)}
        assert begun <= named, (call, text)
        if not begun and call not in ("ExecuteChangeSet",):
            assert text.startswith("no operation was begun in AWS"), (call, text)
            assert "not begun: " in text, (call, text)
        assert_status_names_what_is_missing(world, call, roots[""], plans)
        seen.add(ledger.phase)
    assert len(seen) == 4
    assert_the_next_deploy_protects(world, plans)


def assert_status_names_what_is_missing(world, call, stack, plans):
    """`status` names missing protection if and only if it is missing, as the engine has it."""
    name = stack.removeprefix("tide-")
    *_, root = environment_status(world.target(name, protected=True), world.wire)
    state = world.cloud.stack(stack)
    if state is None or not state.status.endswith("COMPLETE"):
        assert root.incomplete == (), call
        return
    *_, step = plans[name].steps
    run = Run(cloud=world.cloud, address=step.address)
    named = {text.partition(" ")[0] for text in root.incomplete}
    assert ("termination" in named) == (not state.protected), call
    assert ("stack" in named) == (not is_protected(run, step, state)), call
    assert root.is_healthy == (not named)
    assert ("incomplete" in status_text([root])) == bool(named)


def assert_the_next_deploy_protects(world, plans):
    """The advice is true: the same command again completes what Ctrl-C left without protection."""
    for name in list(plans)[-3:]:
        target = world.target(name, protected=True)
        plan = plans[name]
        for step in plan.steps:
            state = world.cloud.stack(step.stack_name)
            run = Run(cloud=world.cloud, address=step.address)
            if state and state.protected:
                assert is_protected(run, step, state), target


@pytest.mark.parametrize("only", ["", "DeleteStack"])
def test_a_destroy_says_what_is_so(world, only):
    def prepare(name):
        project, target = world.project(name), world.target(name, protected=False)
        world.wire.revive()
        world.deploy(project, target)
        plan = destroy_plan(target, world.wire)
        return lambda emit: execute_destroy(plan, world.wire, emit=emit, pause=lambda seconds: None)

    stops = 0
    for ledger, call, roots in at_every_call(world, after, f"go{len(only)}", prepare, only):
        data, text = ledger.data(), ledger.text("run it again")
        for stack in data["not_begun"]:
            assert world.cloud.stack(stack).status.endswith("_COMPLETE"), (call, text)
        for stack in data["done"]:
            assert world.cloud.stack(stack) is None, (call, text)
        assert data["not_protected"] == []
        if not call:
            assert data["done"] == [roots[""], roots["-access"]]
        elif call == "DeleteStack":
            (stack,) = data["in_progress"]
            assert f"{stack} may continue in AWS: its delete was requested" in text
            stops += 1
    assert stops == 2 if only else stops
