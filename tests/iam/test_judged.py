"""The evaluator agrees with an independent simulator of IAM on thousands of requests.

`judge.py` writes the simulator's verdicts; the requests are made again here from the same seed.
"""

import json
from collections import Counter
from pathlib import Path

from tests.iam.judged_requests import PRINCIPAL, cases, key_policy
from tidegen.iam.evaluation import ResourcePolicy, decide
from tidegen.iam.statements import Request

JUDGED = json.loads(Path(__file__).with_name("judged.json").read_text())


def verdict(case):
    """Return our decision as the simulator's first letter."""
    statements, boundary, action, resource, keys = case
    policy = key_policy(action)
    decision = decide(
        Request(action, resource, keys, principal=PRINCIPAL),
        statements,
        boundary,
        ResourcePolicy(statements=policy, required=True) if policy else None,
    )
    if decision.allowed:
        return "A"
    return "E" if decision.statement else "I"


def test_an_independent_simulator_comes_to_the_same_verdicts():
    asked = cases(JUDGED["policies"], JUDGED["seed"], len(JUDGED["verdicts"]))
    pairs = list(zip(asked, JUDGED["verdicts"], strict=True))
    assert not [(case, theirs) for case, theirs in pairs if verdict(case) != theirs]


def test_the_judged_requests_reach_every_kind_of_verdict():
    """A fixture of denials only would judge nothing."""
    for start in (0, 1):  # random policies, and those of the templates
        counts = Counter(JUDGED["verdicts"][start::2])
        assert min(counts["A"], counts["E"], counts["I"]) > 200, counts
