"""cfn-lint faster without changing what it finds: cheaper copies, fewer classes, rarer collections.

cfn-lint 1.58 creates a new dataclass, compiled from source text, at each of thousands of steps into
a schema, though about a dozen differ; and it creates each of hundreds of thousands of copies by
listing a dataclass's fields and calling its constructor. This module caches classes by their
arguments, and copies by copying. A name that another version of cfn-lint does not have is left
alone: slower, with the same findings. See docs/decisions/020-lint-speed.md.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import MISSING, fields
from functools import lru_cache
from importlib import import_module
from typing import Any


def install() -> None:
    """Replace cfn-lint's functions by the faster ones; a second call changes nothing."""
    context = import_module("cfnlint.context.context")
    if getattr(context, "fields", None) is fields:
        context.fields = _known_fields  # type: ignore[attr-defined]
        context.Context.evolve = _evolve_context
    validators = import_module("cfnlint.jsonschema.validators")
    create = getattr(validators, "create", None)
    if create is not None and not hasattr(create, "is_memo"):
        validators.create = _memo(create)  # type: ignore[attr-defined]


def _known_fields(owner: Any) -> Any:
    return _fields_of(owner if isinstance(owner, type) else type(owner))


@lru_cache(maxsize=256)
def _fields_of(owner: type) -> Any:
    return fields(owner)


def _evolve_context(self: Any, **changes: Any) -> Any:
    """Return a copy with `changes`, as `Context.evolve` does; reference values are added."""
    if "ref_values" in changes:
        changes["ref_values"] = {**self.ref_values, **changes["ref_values"]}
    copy = _copy(self, changes)
    copy.__dict__.pop("module_names", None)  # a cached property, which follows the resources
    return copy


def _copy(instance: Any, changes: dict[str, Any]) -> Any:
    """Return the result of the constructor for the instance's fields and `changes`, faster."""
    copy = object.__new__(type(instance))
    copy.__dict__.update(instance.__dict__)
    copy.__dict__.update(changes)
    return copy


def _memo(create: Callable[..., type]) -> Callable[..., type]:
    """Return `create` with one class for equal arguments; the keys keep them, so ids are unique."""
    classes: dict[Any, type] = {}

    def remembered(
        validators: Any = None, function_filter: Any = None, fn_resolvers: Any = None
    ) -> type:
        key = (_items(validators), _state(function_filter), _items(fn_resolvers))
        if key not in classes:
            classes[key] = create(validators, function_filter, fn_resolvers)
            _copy_instead_of_constructing(classes[key])
        return classes[key]

    remembered.is_memo = True  # type: ignore[attr-defined]
    return remembered


def _copy_instead_of_constructing(owner: Any) -> None:
    """Give a validator class an `evolve` that copies.

    As with the constructor, a field that it does not take gets the class's default again: rules
    set such a field on one instance, and not on its copies.
    """
    fixed = {field.name: field.default_factory() for field in _fixed(owner)}

    def evolve(self: Any, **changes: Any) -> Any:
        return _copy(self, {**fixed, **changes})

    owner.evolve = evolve


def _fixed(owner: type) -> list[Any]:
    return [f for f in fields(owner) if not f.init and f.default_factory is not MISSING]


def _items(mapping: Any) -> Any:
    return frozenset((mapping or {}).items())


def _state(function_filter: Any) -> Any:
    """Return the type and attributes of a filter, lists as tuples."""
    if function_filter is None:
        return None
    values = vars(function_filter).items()
    frozen = [(name, tuple(v) if isinstance(v, list) else v) for name, v in values]
    return (type(function_filter), tuple(frozen))


@contextmanager
def rare_collections() -> Iterator[None]:
    """Collect garbage rarely: checking creates millions of short-lived objects, few in cycles."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
