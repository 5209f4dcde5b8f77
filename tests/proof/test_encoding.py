"""The formulas agree with an independent simulator of IAM, whose verdicts are committed.

The same requests as in `tests/iam`: with all keys known, the formulas must come to the simulator's
verdict; with keys and resource free, they must not exclude a request that the simulator allows.
"""

import json
from pathlib import Path

import pytest

from tests.iam.judged_requests import PRINCIPAL, cases, key_policy
from tidegen.iam.patterns import UNKNOWN
from tidegen.proof.policies.encoding import Situation, allowed, applies, names_caller
from tidegen.proof.policies.formulas import every, negated, solution, some

JUDGED = json.loads((Path(__file__).parents[1] / "iam" / "judged.json").read_text())


def judged():
    asked = cases(JUDGED["policies"], JUDGED["seed"], len(JUDGED["verdicts"]))
    return list(zip(asked, JUDGED["verdicts"], strict=True))


def texts(value):
    values = value if isinstance(value, list) else [value]
    return tuple(str(v).lower() if isinstance(v, bool) else str(v) for v in values)


def situation(case, *, free=False):
    _, _, action, resource, keys = case
    known = {key.lower(): texts(value) for key, value in keys.items() if value != []}
    lists = frozenset(key.lower() for key, value in keys.items() if isinstance(value, list))
    return Situation(
        action=action,
        resource=UNKNOWN if free else resource,
        known={} if free else known,
        possible=lambda _: free,
        principal=PRINCIPAL,
        multivalued=frozenset() if free else lists,
    )


def formula(case, asked):
    """Return when the request is allowed: by identity and, for a key, its policy too."""
    statements, boundary, action, _, _ = case
    layers = [statements, *([boundary] if boundary else [])]
    allows = [[applies(s, asked) for s in layer if s["Effect"] == "Allow"] for layer in layers]
    denies = [applies(s, asked) for layer in layers for s in layer if s["Effect"] == "Deny"]
    policy = key_policy(action) or []
    named = [(s, every(names_caller(s, asked), applies(s, asked))) for s in policy]
    denies += [item for s, item in named if s["Effect"] == "Deny"]
    by_policy = some(*(item for s, item in named if s["Effect"] == "Allow")) if policy else True
    by_identity = allowed(allows[0], allows[1] if boundary else None, [])
    return every(by_identity, by_policy, negated(some(*denies)))


def is_allowed(case, *, free=False):
    asked = situation(case, free=free)
    return solution(formula(case, asked), asked.forms()) is not None


def test_with_all_keys_known_the_formulas_come_to_the_simulators_verdict():
    differing = [
        (case, theirs) for case, theirs in judged() if is_allowed(case) is not (theirs == "A")
    ]
    assert differing == []


def test_with_free_keys_no_request_that_the_simulator_allows_is_excluded():
    granted = [case for case, theirs in judged() if theirs == "A"]
    assert len(granted) > 400
    assert [case for case in granted if not is_allowed(case, free=True)] == []


@pytest.mark.parametrize(
    ("condition", "possible"),
    [
        ({"StringEquals": {"aws:x": "a"}, "StringNotEquals": {"aws:x": "a"}}, False),
        ({"StringLike": {"aws:x": "a*"}, "StringNotLike": {"aws:x": "*b"}}, True),
        ({"StringLike": {"aws:x": "a*b"}, "StringNotLike": {"aws:x": ["a*", "c"]}}, False),
        ({"Null": {"aws:x": "true"}, "StringEquals": {"aws:x": "a"}}, False),
        ({"Null": {"aws:x": "true"}, "StringEqualsIfExists": {"aws:x": "a"}}, True),
        ({"ForAnyValue:StringEquals": {"aws:x": "a"}, "Null": {"aws:x": "true"}}, False),
        ({"ForAllValues:StringEquals": {"aws:x": "a"}, "Null": {"aws:x": "true"}}, True),
        (
            {
                "ForAllValues:StringLike": {"aws:x": "a*"},
                "ForAnyValue:StringNotLike": {"aws:x": "a*"},
            },
            False,
        ),
        (
            {
                "ForAnyValue:StringLike": {"aws:x": "a*"},
                "ForAnyValue:StringNotLike": {"aws:x": "a*"},
            },
            True,
        ),
        ({"Bool": {"aws:x": "true"}, "StringNotEquals": {"aws:x": ["true", "TRUE"]}}, True),
    ],
)
def test_conditions_exclude_each_other_for_all_values(condition, possible):
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    asked = Situation(action="s3:GetObject", resource="*", known={}, possible=lambda _: True)
    assert (solution(applies(statement, asked), asked.forms()) is not None) is possible


def test_a_variable_that_an_attacker_chooses_weakens_a_deny_and_not_an_allow():
    condition = {"StringNotEquals": {"aws:y": "${aws:x}"}}
    for effect, possible in (("Allow", True), ("Deny", False)):
        statement = {"Effect": effect, "Action": "*", "Resource": "*", "Condition": condition}
        asked = Situation(action="s3:GetObject", resource="*", known={}, possible=lambda _: True)
        found = solution(applies(statement, asked), asked.forms())
        assert (found is not None) is possible
