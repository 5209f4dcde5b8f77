"""A command killed at every call in turn, and what is left once it was run again."""

import itertools

from snapshot import snapshot

#: Calls that change something; the others leave the engine as they find it.
CHANGING = ("Create", "Execute", "Put", "Set", "Update", "Delete")


def tries(prefix, harm):
    """Names of environments: the first is left alone, the others are harmed at call 1, 2, ..."""
    tag = harm.__name__[7:8]
    return ((n, f"{prefix}{tag}{n:03d}") for n in itertools.count(0))


def every_call(world, harm, prepare, command, prefix, only=""):
    """Harm `command` at each call, run it again; what it left, beside what it should have left."""
    found = {}
    for n, name in tries(prefix, harm):
        arguments = prepare(name)
        where = world.harmed(harm, n, command, arguments, only=only)
        if where:
            command(*arguments)
        found[n, where] = snapshot(world.cloud, name), world.third(command, *arguments)
        if n and not where:
            break
    return found


def assert_all_alike(found):
    (_, wanted), *others = found.items()
    assert len(others) > 5
    different = {where: _difference(wanted, left) for where, left in others if left != wanted}

    assert different == {}


def _difference(wanted, left):
    expected = str(wanted)
    return left[1], [
        {key: value for key, value in stack.items() if value not in expected} for stack in left[0]
    ]
