"""Condition operators: compare one value of a request with one value of a policy.

Source: AWS docs, "IAM JSON policy elements: Condition operators" and "Conditions with multiple
context keys or values". An operator that is not documented there is refused, never guessed.
"""

import functools
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import eq, ge, gt, le, lt

from tidegen.iam.patterns import is_arn_like, is_like, literal

#: Compares a value of the request with a filled value of the policy.
Compare = Callable[[str, str], bool]


class UnknownOperatorError(ValueError):
    """A condition operator that IAM does not document."""

    def __init__(self, name: str) -> None:
        """Name the operator."""
        super().__init__(f"condition operator {name} is not one of IAM's")


@dataclass(frozen=True, kw_only=True)
class Operator:
    """One operator, taken apart: `ForAnyValue:StringNotLikeIfExists` is negated and if_exists."""

    compare: Compare
    negated: bool = False
    if_exists: bool = False
    #: "ForAllValues", "ForAnyValue" or nothing.
    quantifier: str = ""

    def without_key(self) -> bool:
        """Return whether it holds for a request without the key."""
        if self.quantifier:
            return self.quantifier == "ForAllValues"
        return self.if_exists or self.negated

    def holds(self, values: list[str], wanted: list[str]) -> bool:
        """Return whether it holds for the values of a key that the request has."""
        results = [
            any(self.compare(value, text) for text in wanted) is not self.negated
            for value in values
        ]
        return any(results) if self.quantifier == "ForAnyValue" else all(results)


@functools.lru_cache(maxsize=256)
def operator(name: str) -> Operator:
    """Return the operator of that name; raises UnknownOperatorError."""
    quantifier, colon, rest = name.rpartition(":")
    base = rest.removesuffix("IfExists")
    if base not in _OPERATORS or (colon and quantifier not in _QUANTIFIERS):
        raise UnknownOperatorError(name)
    compare, negated = _OPERATORS[base]
    return Operator(compare=compare, negated=negated, if_exists=base != rest, quantifier=quantifier)


_QUANTIFIERS = ("ForAllValues", "ForAnyValue")


def _equals(value: str, wanted: str) -> bool:
    return value == literal(wanted)


def _equals_ignoring_case(value: str, wanted: str) -> bool:
    return value.casefold() == literal(wanted).casefold()


def _is_boolean(value: str, wanted: str) -> bool:
    return value.lower() == wanted.lower() and wanted.lower() in ("true", "false")


def _is_in_network(value: str, wanted: str) -> bool:
    try:
        network = ipaddress.ip_network(wanted, strict=False)
        return ipaddress.ip_address(value) in network
    except ValueError:
        return False


def _seconds(text: str) -> float:
    """Return a date of ISO 8601, or a number of seconds, as seconds since 1970."""
    try:
        return float(text)
    except ValueError:
        date = datetime.fromisoformat(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()


def _measured(measure: Callable[[str], float], holds: Callable[[float, float], bool]) -> Compare:
    """Return the comparison of two texts by their measure; a text without one never matches."""

    def compare(value: str, wanted: str) -> bool:
        try:
            return holds(measure(value), measure(wanted))
        except ValueError:
            return False

    return compare


def _ordered(family: str, measure: Callable[[str], float]) -> "_Table":
    equals = _measured(measure, eq)
    return {
        f"{family}Equals": (equals, False),
        f"{family}NotEquals": (equals, True),
        f"{family}LessThan": (_measured(measure, lt), False),
        f"{family}LessThanEquals": (_measured(measure, le), False),
        f"{family}GreaterThan": (_measured(measure, gt), False),
        f"{family}GreaterThanEquals": (_measured(measure, ge), False),
    }


_Table = dict[str, tuple[Compare, bool]]
#: The name without prefix and suffix → comparison, and whether its result is negated.
_OPERATORS: _Table = {
    "StringEquals": (_equals, False),
    "StringNotEquals": (_equals, True),
    "StringEqualsIgnoreCase": (_equals_ignoring_case, False),
    "StringNotEqualsIgnoreCase": (_equals_ignoring_case, True),
    "StringLike": (is_like, False),
    "StringNotLike": (is_like, True),
    "Bool": (_is_boolean, False),
    "BinaryEquals": (_equals, False),
    "IpAddress": (_is_in_network, False),
    "NotIpAddress": (_is_in_network, True),
    "ArnEquals": (is_arn_like, False),
    "ArnLike": (is_arn_like, False),
    "ArnNotEquals": (is_arn_like, True),
    "ArnNotLike": (is_arn_like, True),
    **_ordered("Numeric", float),
    **_ordered("Date", _seconds),
}
