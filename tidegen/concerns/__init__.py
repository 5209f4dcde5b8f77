"""Discovery of concerns: the modules of this package and third parties' entry points."""

import pkgutil
from importlib import import_module

from tidegen.contract import Concern

ENTRY_POINT_GROUP = "tidegen.concerns"


def own_concerns() -> tuple[Concern, ...]:
    """Return the concerns of this package, by name: the `CONCERN` of each module."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(import_module(f"{__name__}.{name}").CONCERN for name in names)


def discovered_concerns() -> tuple[Concern, ...]:
    """Return this package's concerns and those of third parties, by name.

    A third party registers an entry point in the group `tidegen.concerns` whose value is a
    `Concern`.
    """
    from importlib.metadata import entry_points  # scanning takes time: never for --help

    third_party = tuple(point.load() for point in entry_points(group=ENTRY_POINT_GROUP))
    return tuple(sorted((*own_concerns(), *third_party), key=lambda concern: concern.name))
