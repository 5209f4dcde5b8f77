"""Condition elements: whether they hold for the context keys of a request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tidegen.cloudformation.values import listed
from tidegen.iam.operators import operator
from tidegen.iam.patterns import UnresolvedError, filled

#: Whether a key without a value may have one that the asker does not know.
Unknown = Callable[[str], bool]
_LISTS = (list, tuple, set, frozenset)


class UndecidedError(Exception):
    """A condition depends on a key that may have a value which the asker does not know."""

    def __init__(self, key: str) -> None:
        """Keep the name of the key."""
        super().__init__(key)
        self.key = key


def nothing(_key: str) -> bool:
    """Return False: every key without a value is known to have none."""
    return False


@dataclass(frozen=True)
class Context:
    """The context keys of a request; names in any case of letters."""

    keys: Mapping[str, Any]
    unknown: Unknown = nothing
    _values: dict[str, list[str]] = field(init=False, repr=False, default_factory=dict)
    _multivalued: set[str] = field(init=False, repr=False, default_factory=set)

    def __post_init__(self) -> None:
        """Index the keys by their names in lower case."""
        self._values.update({key.lower(): _texts(value) for key, value in self.keys.items()})
        lists = (key.lower() for key, value in self.keys.items() if isinstance(value, _LISTS))
        self._multivalued.update(lists)

    def values(self, key: str) -> list[str] | None:
        """Return the values of a key; None without it. Raises UndecidedError."""
        values = self._values.get(key.lower())
        if not values and self.unknown(key):
            raise UndecidedError(key)
        return values

    def value(self, key: str) -> str | None:
        """Return the value of a key that a variable names; None without one, or with several."""
        values = self.values(key)
        return values[0] if values and not self.is_multivalued(key) else None

    def is_multivalued(self, key: str) -> bool:
        """Return whether the request has a list of values for a key."""
        return key.lower() in self._multivalued


def _texts(value: Any) -> list[str]:
    """Return the values of a key as IAM compares them."""
    if value is None:
        return []
    values = value if isinstance(value, _LISTS) else [value]
    return [str(item).lower() if isinstance(item, bool) else str(item) for item in values]


def holds(condition: Mapping[str, Any], keys: Mapping[str, Any]) -> bool:
    """Return whether every operator of a Condition holds for these context keys.

    A missing key fails unless the operator is negated or says IfExists. A variable without a value
    fails the condition: IAM may ignore such a statement.
    """
    return applies(condition, Context(keys)) is True


def applies(condition: Mapping[str, Any], context: Context) -> bool | None:
    """Return whether a Condition holds; None when it depends on keys that are not known."""
    results = [
        _test(name, key, listed(expected), context)
        for name, tests in condition.items()
        for key, expected in tests.items()
    ]
    return every(results)


def every(results: list[bool | None]) -> bool | None:
    """Return the conjunction: False if any is, None if any is not known, else True."""
    if False in results:
        return False
    return None if None in results else True


def any_of(results: list[bool | None]) -> bool | None:
    """Return the disjunction: True if any is, None if any is not known, else False."""
    if True in results:
        return True
    return None if None in results else False


def _test(name: str, key: str, expected: list[Any], context: Context) -> bool | None:
    try:
        if name == "Null":
            return (not context.values(key)) == _flag(expected)
        return _compare(name, key, expected, context)
    except UndecidedError:
        return None
    except UnresolvedError:
        return False


def _flag(expected: list[Any]) -> bool:
    return str(expected[0]).lower() == "true" if expected else False


def _compare(name: str, key: str, expected: list[Any], context: Context) -> bool:
    chosen = operator(name)
    values = context.values(key)
    if values is None or (not values and not chosen.quantifier):
        return chosen.without_key()
    if context.is_multivalued(key) and not chosen.quantifier:
        return False  # IAM compares a list with ForAllValues and ForAnyValue only
    wanted = [filled(text, context.value) for text in _texts(expected)]
    return chosen.holds(values, wanted)
