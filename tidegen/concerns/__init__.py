"""Discovery of concerns: the modules of this package and third parties' entry points."""

import pkgutil
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from tidegen.contract import Concern
from tidegen.errors import CompositionError, Problem

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINT_GROUP = "tidegen.concerns"


def own_concerns() -> tuple[Concern, ...]:
    """Return the concerns of this package, by name: the `CONCERN` of each module."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(_concern_of(import_module(f"{__name__}.{name}")) for name in names)


def _concern_of(module: ModuleType) -> Concern:
    """Return a module's concern; raise CompositionError if it declares none."""
    concern = getattr(module, "CONCERN", None)
    if not isinstance(concern, Concern):
        problem = "declares no concern; add CONCERN = Concern(...), or move it out of this folder"
        raise CompositionError(Problem(str(module.__file__), problem))
    return concern


def discovered_concerns() -> tuple[Concern, ...]:
    """Return this package's concerns and those of third parties, by name.

    A third party registers an entry point in the group `tidegen.concerns` whose value is a
    `Concern`.
    """
    from importlib.metadata import entry_points  # scanning takes time: never for --help

    third_party = tuple(map(loaded, entry_points(group=ENTRY_POINT_GROUP)))
    return tuple(sorted((*own_concerns(), *third_party), key=lambda concern: concern.name))


def loaded(point: "EntryPoint") -> Concern:
    """Return the concern of an entry point; raise CompositionError if it has none."""
    where = f"entry point '{point.name}' ({point.value})"
    try:
        concern = point.load()
    except Exception as error:  # importing a third party's module may raise anything
        problem = f"cannot be loaded: {type(error).__name__}: {error}; fix or uninstall its package"
        raise CompositionError(Problem(where, " ".join(problem.split()))) from error
    if not isinstance(concern, Concern):
        raise CompositionError(Problem(where, "is no Concern; let it name one, as module:CONCERN"))
    return concern
