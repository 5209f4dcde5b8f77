"""Formulas over texts, and whether truth values of their atoms exist that texts can have.

An atom says that the text of a variable matches a pattern, that a variable has a value, or, with an
opaque pattern, something about it that patterns cannot say. The search gives atoms values one by
one, simplifies, and asks `texts` whether each variable has a text for the values so far.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tidegen.proof.policies.texts import Pattern, exactly, witness

#: A text that no pattern describes: a number compared with another one, for instance.
Opaque = str


@dataclass(frozen=True)
class Atom:
    """A variable's text matches a pattern; without a pattern: the variable has a value."""

    variable: str
    pattern: Pattern | Opaque | None = None


@dataclass(frozen=True)
class Not:
    """A formula's negation."""

    part: "Formula"


@dataclass(frozen=True)
class Every:
    """A conjunction."""

    parts: tuple["Formula", ...]


@dataclass(frozen=True)
class Some:
    """A disjunction."""

    parts: tuple["Formula", ...]


Formula = bool | Atom | Not | Every | Some
Values = Mapping[Atom, bool]


def every(*parts: Formula) -> Formula:
    """Return a conjunction, simplified."""
    if False in parts:
        return False
    rest = tuple(part for part in parts if part is not True)
    return rest[0] if len(rest) == 1 else Every(rest) if rest else True


def some(*parts: Formula) -> Formula:
    """Return a disjunction, simplified."""
    if True in parts:
        return True
    rest = tuple(part for part in parts if part is not False)
    return rest[0] if len(rest) == 1 else Some(rest) if rest else False


def negated(part: Formula) -> Formula:
    """Return a negation, simplified."""
    if isinstance(part, bool):
        return not part
    return part.part if isinstance(part, Not) else Not(part)


def texts_of(values: Values, forms: Mapping[str, str]) -> dict[str, str] | None:
    """Return variable → a text for these values of atoms; None if a variable has none.

    `forms` holds the known parts of texts; other variables can have any text, or no value.
    """
    chosen = {}
    for variable in sorted({atom.variable for atom in values}):
        about = {a.pattern: value for a, value in values.items() if a.variable == variable}
        has_value = about.pop(None, variable in forms or any(about.values()))
        text = _text(about, forms.get(variable)) if has_value else _absent(about)
        if text is None:
            return None
        if has_value:
            chosen[variable] = text
    return chosen


def _absent(about: Mapping[Pattern | Opaque | None, bool]) -> str | None:
    """Return a text in place of no value, which matches nothing."""
    return None if any(about.values()) else ""


def _text(about: Mapping[Pattern | Opaque | None, bool], form: str | None) -> str | None:
    patterns = {p: value for p, value in about.items() if isinstance(p, Pattern)}
    inside = {p for p, value in patterns.items() if value}
    if form is not None:
        inside.add(exactly(form))
    outside = frozenset(p for p, value in patterns.items() if not value)
    return witness(frozenset(inside), outside)


def solution(formula: Formula, forms: Mapping[str, str]) -> dict[str, str] | None:
    """Return texts of variables for which the formula holds; None if there are none."""
    return _search(formula, {}, forms)


def _search(formula: Formula, values: Values, forms: Mapping[str, str]) -> dict[str, str] | None:
    if formula is False:
        return None
    texts = texts_of(values, forms)
    if texts is None or formula is True:
        return texts
    atom = _first(formula)
    for value in (True, False):
        result = _search(_given(formula, atom, value=value), {**values, atom: value}, forms)
        if result is not None:
            return result
    return None


def _first(formula: Formula) -> Atom:
    """Return an atom of a formula that is not decided."""
    while not isinstance(formula, Atom):
        if isinstance(formula, bool):
            raise TypeError(formula)
        formula = formula.part if isinstance(formula, Not) else formula.parts[0]
    return formula


def _given(formula: Formula, atom: Atom, *, value: bool) -> Formula:
    """Return the formula with an atom's value in its place."""
    match formula:
        case Atom():
            return value if formula == atom else formula
        case Not(part):
            return negated(_given(part, atom, value=value))
        case Every(parts):
            return every(*(_given(part, atom, value=value) for part in parts))
        case Some(parts):
            return some(*(_given(part, atom, value=value) for part in parts))
    return formula
