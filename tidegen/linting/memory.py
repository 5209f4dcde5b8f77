"""cfn-lint faster without changing what it finds: two memos of pure functions, rarer collections.

cfn-lint 1.58 makes a new dataclass, compiled from source text, at each of thousands of steps into a
schema, though there are about a dozen different ones, and asks for a dataclass's fields at each of
hundreds of thousands of copies. Both answers depend on the arguments alone. A name that another
version does not have is left alone: slower, and as right. See docs/decisions/020-lint-speed.md.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from functools import lru_cache
from importlib import import_module
from typing import Any

_COPYING = (
    "cfnlint.context.context",
    "cfnlint.jsonschema.validators",
    "cfnlint.jsonschema._filter",
)


def install() -> None:
    """Put the memos in place; again is the same as once."""
    for name in _COPYING:
        module = import_module(name)
        if getattr(module, "fields", None) is fields:
            module.fields = _known_fields  # type: ignore[attr-defined]
    validators = import_module("cfnlint.jsonschema.validators")
    create = getattr(validators, "create", None)
    if create is not None and not hasattr(create, "is_memo"):
        validators.create = _memo(create)  # type: ignore[attr-defined]


def _known_fields(owner: Any) -> Any:
    return _fields_of(owner if isinstance(owner, type) else type(owner))


@lru_cache(maxsize=256)
def _fields_of(owner: type) -> Any:
    return fields(owner)


def _memo(create: Callable[..., type]) -> Callable[..., type]:
    """`create` with one class for equal arguments; the key holds them, so no id is used again."""
    classes: dict[Any, type] = {}

    def remembered(
        validators: Any = None, function_filter: Any = None, fn_resolvers: Any = None
    ) -> type:
        key = (_items(validators), _state(function_filter), _items(fn_resolvers))
        if key not in classes:
            classes[key] = create(validators, function_filter, fn_resolvers)
        return classes[key]

    remembered.is_memo = True  # type: ignore[attr-defined]
    return remembered


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
