"""The evaluator matches ARNs as IAM does: part by part, and no ARN of IAM by a wildcard type."""

import pytest
from policy_evaluator import ACCOUNT, Request, allowed, holds

ROLE = f"arn:aws:iam::{ACCOUNT}:role/tidepool/a"
TOPIC = f"arn:aws:sns:us-west-2:{ACCOUNT}:tidepool-a"


@pytest.mark.parametrize(
    ("pattern", "arn", "expected"),
    [
        ("*", ROLE, True),
        (f"arn:aws:iam::{ACCOUNT}:role/tidepool/*", ROLE, True),
        (f"arn:aws:iam::{ACCOUNT}:*/tidepool/*", ROLE, False),
        (f"arn:aws:iam::{ACCOUNT}:rol?/tidepool/a", ROLE, False),
        (f"arn:aws:sns:*:{ACCOUNT}:tidepool-*", TOPIC, True),
        ("arn:aws:sns:*:*:*", TOPIC, True),
        ("arn:aws:sns:*:*-a", TOPIC, False),
        ("arn:aws:s*:tidepool-a", TOPIC, False),
        ("arn:aws:logs:*:*:log-group:*", "arn:aws:logs:a:1:log-group:b:log-stream:c", True),
    ],
)
def test_a_resource_covers_an_arn_part_by_part(pattern, arn, expected):
    statement = {"Effect": "Allow", "Action": ["*"], "Resource": [pattern]}
    assert allowed([statement], Request("a:B", arn)) is expected


@pytest.mark.parametrize("operator", ["ArnEquals", "ArnLike"])
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [(f"arn:aws:iam::{ACCOUNT}:role/*", True), ("arn:aws:iam::*/a", False), ("arn:*", False)],
)
def test_a_condition_compares_arns_part_by_part(operator, pattern, expected):
    assert holds({operator: {"aws:PrincipalArn": [pattern]}}, {"aws:PrincipalArn": ROLE}) is (
        expected
    )
