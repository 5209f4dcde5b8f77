"""cfn-lint faster without changing what it finds: cheaper copies, fewer classes, rarer collections.

cfn-lint 1.58 makes a new dataclass, compiled from source text, at each of thousands of steps into a
schema, though there are about a dozen different ones; and it makes each of hundreds of thousands of
copies by listing a dataclass's fields and calling its constructor. Classes are remembered here by
what they are made from, and copies made by copying. A name that another version does not have is
left alone: slower, and as right. See docs/decisions/020-lint-speed.md.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import MISSING, fields
from functools import lru_cache
from importlib import import_module
from typing import Any


def install() -> None:
    """Put the quicker functions in place; again is the same as once."""
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
    """`Context.evolve`: a copy with `changes`; reference values are added to those there are."""
    if "ref_values" in changes:
        changes["ref_values"] = {**self.ref_values, **changes["ref_values"]}
    copy = _copy(self, changes)
    copy.__dict__.pop("module_names", None)  # a cached property, which follows the resources
    return copy


def _copy(instance: Any, changes: dict[str, Any]) -> Any:
    """What the constructor would make of the instance's fields and `changes`, without its work."""
    copy = object.__new__(type(instance))
    copy.__dict__.update(instance.__dict__)
    copy.__dict__.update(changes)
    return copy


def _memo(create: Callable[..., type]) -> Callable[..., type]:
    """`create` with one class for equal arguments; the key holds them, so no id is used again."""
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

    As with the constructor, what it does not take is again as the class has it: rules set it on one
    instance, and not for those that come from it.
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
    """Type and attributes of a filter, lists as tuples."""
    if function_filter is None:
        return None
    values = vars(function_filter).items()
    frozen = [(name, tuple(v) if isinstance(v, list) else v) for name, v in values]
    return (type(function_filter), tuple(frozen))


@contextmanager
def rare_collections() -> Iterator[None]:
    """Collect garbage rarely: checking makes millions of short-lived objects, few in cycles."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
