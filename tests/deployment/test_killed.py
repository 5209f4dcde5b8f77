"""A process killed at any call: the same command run again has the result of an undisturbed one.

Killed before call n + 1 is, for the engine, killed after call n; both are run for the first deploy,
since what the engine still has under way differs.
"""

import itertools

import pytest
from killing import CHANGING, assert_all_alike, every_call
from snapshot import ACCOUNT_ROOTS, snapshot
from tiny_project import REGION, entry, network
from wire import killed_after, killed_before

from tests.targets import target_of
from tidegen.contract import Scope
from tidegen.planning.model import Place


@pytest.mark.parametrize("harm", [killed_before, killed_after])
def test_a_first_deploy(world, harm):
    def prepare(name):
        return world.project(name), world.target(name, protected=True)

    assert_all_alike(every_call(world, harm, prepare, world.deploy, "first"))


def test_a_destroy(world):
    def prepare(name):
        project, target = world.project(name), world.target(name, protected=False)
        world.wire.revive()
        world.deploy(project, target)
        return (target,)

    results = every_call(world, killed_after, prepare, world.destroy, "gone")
    assert_all_alike(results)
    assert results[0, ""] == ([], [])


def test_an_account(world):
    """At each call that writes."""
    project, results = world.project("baseline"), {}
    for n in itertools.count(0):
        number = f"{n + 1:012d}"
        arguments = (
            project,
            target_of("account", Scope.ACCOUNT, account=number, region=REGION),
        )
        where = world.harmed(killed_after, n, world.deploy, arguments, only=CHANGING)
        if where:
            world.deploy(*arguments)
        left = snapshot(world.wire(Place(number, REGION)), number, ACCOUNT_ROOTS)
        results[n, where] = left, world.third(world.deploy, *arguments)
        if n and not where:
            break
    assert_all_alike(results)


@pytest.mark.parametrize("nested", ["Network", "Extra"])
def test_an_import(world, nested):
    """Into an existing nested stack, and into one that is created for the import."""

    def prepare(name):
        project, target = world.project(name), world.target(name, protected=True)
        world.wire.revive()
        world.deploy(project, target)
        wanted = network(f"{name}-kept")
        table = wanted["Resources"].pop("Table")
        world.cloud._client("dynamodb").create_table(**table["Properties"])
        inside = {"Network": network(name), "Entry": entry(), "Extra": wanted}
        inside[nested]["Resources"]["Kept"] = table
        project.nested("environment", inside)
        return project, target, {f"{nested}/Kept": f"t-{name}-kept"}

    prefix = f"import{nested[0].lower()}"
    assert_all_alike(every_call(world, killed_after, prepare, world.bring_in, prefix))


def moved(name):
    """The network's table is in a separate nested stack."""
    network_left, archive = network(name), network(name)
    table = network_left["Resources"].pop("Table")
    archive["Resources"] = {"Kept": table, "Note": archive["Resources"]["Topic"]}
    archive["Outputs"]["TopicArn"]["Value"] = {"Ref": "Note"}
    return {"Network": network_left, "Entry": entry(), "Archive": archive}


def test_a_move(world):
    """To another nested stack, created for the move: the table exists all the time.

    At each call that changes something.
    """
    kept = []

    def prepare(name):
        project, target = world.project(name), world.target(name, protected=True)
        world.wire.revive()
        world.deploy(project, target)
        project.nested("environment", moved(name))
        kept.append(created(f"t-{name}"))
        return project, target, ("Archive/Kept",)

    def created(table):
        described = world.cloud._client("dynamodb").describe_table(TableName=table)
        return table, described["Table"]["TableId"]

    assert_all_alike(every_call(world, killed_after, prepare, world.move, "move", CHANGING))
    assert [created(table) for table, _ in kept] == kept
