"""The search finds a solution exactly where trying all short texts finds one."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from tidegen.proof.policies.formulas import Atom, every, negated, solution, some
from tidegen.proof.policies.texts import like, matches

TEXTS = ["".join(chars) for size in range(4) for chars in product("ab", repeat=size)]
ATOMS = st.sampled_from([
    *(Atom(name, like(pattern)) for name in "xy" for pattern in ("a*", "*b", "b?", "ab", "*")),
    Atom("x"),
    Atom("y"),
])  # fmt: skip
FORMULAS = st.recursive(
    ATOMS,
    lambda part: st.one_of(
        part.map(negated),
        st.lists(part, max_size=3).map(lambda parts: every(*parts)),
        st.lists(part, max_size=3).map(lambda parts: some(*parts)),
    ),
    max_leaves=6,
)


def holds(formula, texts):
    """Evaluate a formula for texts of variables; a variable without a text has no value."""
    if isinstance(formula, bool):
        return formula
    if isinstance(formula, Atom):
        text = texts.get(formula.variable)
        return text is not None and (formula.pattern is None or matches(text, formula.pattern))
    if hasattr(formula, "part"):
        return not holds(formula.part, texts)
    combined = all if type(formula).__name__ == "Every" else any
    return combined(holds(part, texts) for part in formula.parts)


def candidates():
    for x, y in product([None, *TEXTS], repeat=2):
        yield {name: text for name, text in (("x", x), ("y", y)) if text is not None}


@given(FORMULAS)
def test_a_solution_exists_where_texts_exist(formula):
    expected = any(holds(formula, texts) for texts in candidates())
    if expected:
        assert solution(formula, {}) is not None


@given(FORMULAS)
def test_a_solution_fulfils_the_formula(formula):
    """Also where its texts have other characters than those that are tried."""
    texts = solution(formula, {})
    if texts is not None:
        assert holds(formula, texts)
