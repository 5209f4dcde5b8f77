"""Find the refusals by importing every module of this package once."""

import functools
import importlib
import pkgutil

from tidegen.local.handlers.base import Resource
from tidegen.local.refusals import model


@functools.cache
def known_refusals() -> tuple[model.Refusal, ...]:
    """Return every refusal of the engine, by slug."""
    package = __name__.rpartition(".")[0]
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        importlib.import_module(f"{package}.{module.name}")
    return tuple(model.registered())


def refuse(operation: model.Operation, resource: Resource) -> None:
    """Raise ValueError with AWS's message when AWS would refuse the operation."""
    for refusal in known_refusals():
        if refusal.check is None or operation not in refusal.operations:
            continue
        if resource.identity.type_name not in refusal.types:
            continue
        words = refusal.check(resource)
        if words is not None:
            raise ValueError(refusal.message.format(**words))
