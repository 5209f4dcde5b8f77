"""Find the handlers by importing every module of this package once."""

import functools
import importlib
import pkgutil

from tidegen.local.handlers import base


@functools.cache
def created_handlers() -> dict[str, base.Handler]:
    """Return the handler of each type that tidegen creates through a service of the engine."""
    package = __name__.rpartition(".")[0]
    path = importlib.import_module(package).__path__
    for module in pkgutil.iter_modules(path):
        importlib.import_module(f"{package}.{module.name}")
    return base.registered()
