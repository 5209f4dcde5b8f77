"""A command killed at every call in turn, and the result after another run."""

import itertools

from snapshot import snapshot

#: Operations that write; all others only read.
CHANGING = ("Create", "Execute", "Put", "Set", "Update", "Delete")


def tries(prefix, harm):
    """Yield environment names: the first is undisturbed, the others are killed at call 1, 2, ..."""
    tag = harm.__name__[7:8]
    return ((n, f"{prefix}{tag}{n:03d}") for n in itertools.count(0))


def every_call(world, harm, prepare, command, prefix, only=""):
    """Kill `command` at each call and run it again; return its results and the expected ones."""
    results = {}
    for n, name in tries(prefix, harm):
        arguments = prepare(name)
        where = world.harmed(harm, n, command, arguments, only=only)
        if where:
            command(*arguments)
        results[n, where] = snapshot(world.cloud, name), world.third(command, *arguments)
        if n and not where:
            break
    return results


def assert_all_alike(results):
    (_, wanted), *others = results.items()
    assert len(others) > 5
    different = {where: _difference(wanted, left) for where, left in others if left != wanted}

    assert different == {}


def _difference(wanted, left):
    expected = str(wanted)
    return left[1], [
        {key: value for key, value in stack.items() if value not in expected} for stack in left[0]
    ]
