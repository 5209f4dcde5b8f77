"""The base of the rules over roots, and their discovery."""

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from tidegen.linting.roots.view import Problem, RootView
from tidegen.rules._texts import Documented


class RootRule(Documented):
    """A rule over a root with everything nested in it.

    `good` and `bad` are roots in YAML. Further documents are nested templates, each with its
    logical id as the first comment, or the root of the last release (`# before`).
    """

    severity = "error"

    def problems(self, root: RootView) -> Iterator[Problem]:
        """Yield every problem of the root."""
        raise NotImplementedError


@cache
def discovered_rules() -> tuple[RootRule, ...]:
    """Return the root rules of this package, by id: every class with an id in any module."""
    package = __name__.rpartition(".")[0]
    names = sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    classes = {
        value
        for name in names
        for value in vars(import_module(f"{package}.{name}")).values()
        if isinstance(value, type) and issubclass(value, RootRule) and value.id
    }
    return tuple(sorted((rule() for rule in classes), key=lambda rule: rule.id))
