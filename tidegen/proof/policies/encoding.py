"""Statements of policies as formulas over one request.

The request's action is given; its resource is a text of a known form, and each condition key has
known values, none, or any value that an attacker chooses. Sources: AWS docs, "IAM JSON policy
elements", "Policy evaluation logic", "Conditions with multiple context keys or values".
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tidegen.cloudformation.values import listed
from tidegen.iam.operators import operator
from tidegen.iam.patterns import (
    UNKNOWN,
    UnresolvedError,
    completed,
    covers,
    filled,
    literal,
    variables,
)
from tidegen.iam.principals import account_of
from tidegen.iam.statements import Statement, names_action
from tidegen.proof.policies.formulas import Atom, Formula, every, negated, some
from tidegen.proof.policies.texts import Pattern, arn_like, exactly, like, witness

#: The variable of the request's resource.
RESOURCE = "resource"
#: How many values a key with several has at most: as many as the operators in use tell apart.
VALUES = 2
_ACCOUNT = re.compile(r"\d{12}|arn:aws[\w-]*:iam::(\d{12}):root")


class UndecidableError(Exception):
    """A part of a policy that formulas cannot state; nothing is proven then."""


@dataclass(frozen=True, kw_only=True)
class Situation:
    """A request as far as it is known: its action, its resource's form, and its keys.

    `known` has the values of keys by name in lower case; a text may have UNKNOWN parts. Of the
    other keys those that `possible` says may have any value. `principal` is the ARN of the caller,
    or its form; `service` the name of a calling service.
    """

    action: str
    resource: str
    known: Mapping[str, tuple[str, ...]]
    possible: Callable[[str], bool]
    principal: str = ""
    service: str = ""
    #: Whether a policy that names the caller's account names the caller: it leaves that to IAM.
    by_account: bool = True
    multivalued: frozenset[str] = field(default_factory=frozenset)

    def value(self, key: str) -> str | None:
        """Return the value of a policy variable, UNKNOWN for one that is free.

        A key with several values is none for a variable.
        """
        values = self.known.get(key.lower())
        if values and key.lower() in self.multivalued:
            return None
        if values:
            return values[0]
        return UNKNOWN if self.possible(key) else None

    def forms(self) -> dict[str, str]:
        """Return variable → form of its text, for the texts that are known in part."""
        named = {
            variable: text
            for key, values in self.known.items()
            for variable, text in zip(_variables(key, len(values)), values, strict=True)
        }
        return {RESOURCE: self.resource, "principal": self.principal, **named}


def applies(statement: Statement, situation: Situation) -> Formula:
    """Return when a statement applies to the request; for an Allow, when it may.

    A variable whose value an attacker chooses is any text in an Allow, and makes a Deny
    not apply: what is proven then holds all the more. Raises UndecidableError, and
    UnknownOperatorError for an operator that IAM does not document.
    """
    if not names_action(statement, situation.action):
        return False
    if statement["Effect"] == "Deny" and _is_open(statement, situation):
        return False
    try:
        resource = _resource(statement, situation)
        return resource if resource is False else every(resource, _conditions(statement, situation))
    except UnresolvedError:  # IAM does not apply a statement with a variable without a value
        return False


def _is_open(statement: Statement, situation: Situation) -> bool:
    """Return whether a statement has a variable without a known value."""
    names = variables(json.dumps(statement, default=str))
    return any(UNKNOWN in (situation.value(name) or "") for name in names)


def names_caller(statement: Statement, situation: Situation) -> Formula:
    """Return when the Principal of a resource's policy names the caller, or its account."""
    if "NotPrincipal" in statement:
        return negated(_principal(statement["NotPrincipal"], situation))
    return _principal(statement.get("Principal"), situation)


def _principal(element: Any, situation: Situation) -> Formula:
    if element == "*":
        return True
    if not isinstance(element, Mapping):
        return False
    if situation.service:
        return situation.service in listed(element.get("Service"))
    named = [_caller(str(value), situation) for value in listed(element.get("AWS"))]
    return some(*named)


def _caller(value: str, situation: Situation) -> Formula:
    if value == "*":
        return True
    account = _ACCOUNT.fullmatch(value)
    if account:
        is_own = (account[1] or account[0]) == account_of(situation.principal)
        return situation.by_account and is_own
    return folded("principal", situation.principal, exactly(value))


def _resource(statement: Statement, situation: Situation) -> Formula:
    excepted = "NotResource" in statement
    patterns = statement["NotResource"] if excepted else statement.get("Resource", "*")
    texts = [filled(str(pattern), situation.value) for pattern in listed(patterns)]
    texts = _certain(texts) if excepted else texts
    named = some(*(_covered(text, situation.resource) for text in texts))
    return negated(named) if excepted else named


def _covered(text: str, resource: str) -> Formula:
    if UNKNOWN not in resource:
        return covers(text, resource)
    pattern = completed(text)
    if pattern is None:
        return False
    return True if pattern == "*" else folded(RESOURCE, resource, arn_like(pattern))


def folded(variable: str, form: str, pattern: Pattern) -> Formula:
    """Return whether a text of a form matches; an atom if some do and some do not."""
    inside, own = frozenset([pattern]), frozenset([exactly(form)])
    if witness(inside | own, frozenset()) is None:
        return False
    return True if witness(own, inside) is None else Atom(variable, pattern)


def _conditions(statement: Statement, situation: Situation) -> Formula:
    tests = [
        _test(name, key, listed(expected), situation)
        for name, pairs in statement.get("Condition", {}).items()
        for key, expected in pairs.items()
    ]
    return every(*tests)


def _test(name: str, key: str, expected: list[Any], situation: Situation) -> Formula:
    known = situation.known.get(key.lower())
    if known is None and not situation.possible(key):
        present: Formula = False
    else:
        present = True if known else Atom(key.lower())
    if name == "Null":
        is_absent = str(expected[0]).lower() == "true"
        return negated(present) if is_absent else present
    chosen = operator(name)
    wanted = [filled(_text(item), situation.value) for item in expected]
    wanted = _certain(wanted) if chosen.negated else wanted
    compared = _values(name, key.lower(), known, wanted)
    absent = chosen.without_key()
    if chosen.quantifier == "" and key.lower() in situation.multivalued:
        return False  # IAM compares a list with ForAllValues and ForAnyValue only
    parts = [every(has, value) for has, value in compared]
    if chosen.quantifier == "ForAllValues":
        held = every(*(some(negated(has), value) for has, value in compared))
    elif chosen.quantifier == "ForAnyValue":
        held = some(*parts)
    else:
        held = compared[0][1]
    return some(every(present, held), every(negated(present), absent))


def _certain(texts: list[str]) -> list[str]:
    """Return the texts without free variables: what an exception does not surely cover counts."""
    return [text for text in texts if UNKNOWN not in text]


def _values(
    name: str, key: str, known: tuple[str, ...] | None, wanted: list[str]
) -> list[tuple[Formula, Formula]]:
    """Return, for each value of the key, when there is one and when it compares as wanted."""
    chosen = operator(name)
    count = len(known) if known else VALUES if chosen.quantifier else 1
    results = []
    for index, variable in enumerate(_variables(key, count)):
        text = known[index] if known else None
        matched = some(*(_compared(name, variable, text, item) for item in wanted))
        has: Formula = True if known or index == 0 else Atom(variable)
        results.append((has, negated(matched) if chosen.negated else matched))
    return results


def _variables(key: str, count: int) -> list[str]:
    return [key if index == 0 else f"{key}#{index}" for index in range(count)]


def _compared(name: str, variable: str, text: str | None, wanted: str) -> Formula:
    base = name.rpartition(":")[2].removesuffix("IfExists").replace("Not", "")
    if text is not None and UNKNOWN not in text:
        return operator(name).compare(text, wanted)
    if base == "Bool" and wanted.lower() not in ("true", "false"):
        return False
    pattern = _pattern(base, wanted)
    if isinstance(pattern, str):
        return Atom(variable, pattern)
    return folded(variable, text if text is not None else UNKNOWN, pattern)


def _pattern(base: str, wanted: str) -> Pattern | str:
    """Return the pattern of a comparison; a text for one that patterns cannot say."""
    match base:
        case "StringEquals" | "BinaryEquals":
            return exactly(literal(wanted))
        case "StringEqualsIgnoreCase" | "Bool":
            return exactly(literal(wanted), ignore_case=True)
        case "StringLike":
            return like(wanted)
        case "ArnEquals" | "ArnLike":
            return arn_like(wanted)
    return f"{base} {wanted}"


def _text(value: Any) -> str:
    if isinstance(value, dict):
        raise UndecidableError(f"value {value} of a condition is not known")
    return str(value).lower() if isinstance(value, bool) else str(value)


def allowed(
    allows: Iterable[Formula], boundary: Iterable[Formula] | None, denies: Iterable[Formula]
) -> Formula:
    """Return when a request is allowed by identity policies, within the boundary and no Deny."""
    within = True if boundary is None else some(*boundary)
    return every(some(*allows), within, negated(some(*denies)))
