"""The evaluator matches ARNs as IAM does: part by part, and no ARN of IAM by a wildcard type."""

import pytest

from tidegen.iam.conditions import holds
from tidegen.iam.evaluation import Decision, Layer, ResourcePolicy, allowed, decide
from tidegen.iam.operators import UnknownOperatorError
from tidegen.iam.patterns import UNKNOWN
from tidegen.iam.statements import Request, statements_of

ACCOUNT = "111122223333"

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


@pytest.mark.parametrize(
    ("pattern", "arn", "expected"),
    [
        ("arn:aws:iam::*", ROLE, True),  # "the last character … can expand beyond the colon"
        ("arn:aws:iam::1*", ROLE, True),
        ("arn:aws:iam::2*", ROLE, False),
        ("arn:aws:iam", ROLE, False),
        (f"arn:aws:iam::{ACCOUNT}:role/${{aws:PrincipalTag/team}}/a", ROLE, True),
        (f"arn:aws:iam::{ACCOUNT}:role/${{aws:PrincipalTag/none, 'tidepool'}}/a", ROLE, True),
        (f"arn:aws:iam::{ACCOUNT}:role/${{ aws:principaltag/TEAM }}/a", ROLE, True),
        (f"arn:aws:iam::{ACCOUNT}:role/${{aws:PrincipalTag/none}}/a", ROLE, False),
        (f"arn:aws:iam::{ACCOUNT}:role/${{aws:PrincipalTag/star}}/a", ROLE, False),
        (f"arn:aws:iam::{ACCOUNT}:role/tidepool${{*}}/a", ROLE, False),
    ],
)
def test_variables_are_values_and_never_patterns(pattern, arn, expected):
    keys = {"aws:PrincipalTag/team": "tidepool", "aws:PrincipalTag/star": "*"}
    statement = {"Effect": "Allow", "Action": "*", "Resource": pattern}
    assert allowed([statement], Request("a:B", arn, keys)) is expected


def test_variables_are_plain_text_in_the_older_version():
    statement = {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::${aws:username}"}
    request = Request("s3:GetObject", "arn:aws:s3:::me", {"aws:username": "me"})
    for version, expected in (("2012-10-17", True), ("2008-10-17", False)):
        document = {"Version": version, "Statement": statement}
        assert allowed(statements_of(document), request) is expected


@pytest.mark.parametrize(
    ("operator", "wanted", "value", "expected"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", "a", "A", False),
        ("StringEqualsIgnoreCase", "a", "A", True),
        ("StringNotEqualsIgnoreCase", "a", "A", False),
        ("StringEqualsIfExists", "a", None, True),
        ("StringEquals", "a", None, False),
        ("StringNotEquals", "a", None, True),
        ("StringEquals", "a", ["a"], False),  # a list needs ForAllValues or ForAnyValue
        ("StringNotEquals", "a", ["b"], False),
        ("ForAllValues:StringEquals", ["a", "b"], ["a"], True),
        ("ForAllValues:StringEquals", "a", ["a", "c"], False),
        ("ForAllValues:StringEquals", "a", None, True),
        ("ForAnyValue:StringEquals", "a", ["a", "c"], True),
        ("ForAnyValue:StringEquals", "a", None, False),
        ("Null", "true", None, True),
        ("Null", "true", "x", False),
        ("Null", "false", [], False),
        ("Bool", "true", True, True),
        ("BoolIfExists", "true", None, True),
        ("NumericLessThan", "10", "9", True),
        ("NumericLessThan", "10", "x", False),
        ("NumericGreaterThanEquals", "10", 10, True),
        ("DateLessThan", "2027-01-01T00:00:00Z", "2026-01-01T00:00:00Z", True),
        ("DateGreaterThan", "2027-01-01", "1700000000", False),
        ("IpAddress", "10.0.0.0/8", "10.1.2.3", True),
        ("NotIpAddress", "10.0.0.0/8", "10.1.2.3", False),
        ("IpAddress", "10.0.0.0/8", "x", False),
        ("ArnNotEquals", f"arn:aws:iam::{ACCOUNT}:role/*", ROLE, False),
        ("ArnLike", "policy", "policy", False),  # no ARN
    ],
)
def test_operators_compare_as_documented(operator, wanted, value, expected):
    assert holds({operator: {"aws:K": wanted}}, {} if value is None else {"aws:k": value}) is (
        expected
    )


@pytest.mark.parametrize(
    "name", ["StringEqual", "Equals", "ForSomeValues:StringEquals", "NumericLike", "IfExists"]
)
def test_an_operator_that_iam_does_not_have_is_an_error(name):
    with pytest.raises(UnknownOperatorError, match=f"condition operator {name} is not one of"):
        holds({name: {"aws:k": "a"}}, {"aws:k": "a"})


ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def test_a_decision_says_why():
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    request = Request("s3:GetObject", "arn:aws:s3:::b/k")
    assert decide(request, [ALL]) == Decision(allowed=True, layer=Layer.IDENTITY, statement=ALL)
    assert decide(request, [ALL, deny]) == Decision(
        allowed=False, layer=Layer.IDENTITY, statement=deny
    )
    assert decide(request, [ALL], [ALL, deny]) == Decision(
        allowed=False, layer=Layer.BOUNDARY, statement=deny
    )
    assert decide(request, []) == Decision(allowed=False, layer=Layer.IDENTITY)
    assert decide(request, [ALL], []) == Decision(allowed=False, layer=Layer.BOUNDARY)


def test_unknown_keys_neither_allow_nor_deny():
    tagged = {**ALL, "Condition": {"StringEquals": {"aws:ResourceTag/a": "b"}}}
    refused = {**tagged, "Effect": "Deny"}
    request = Request("s3:GetObject", "arn:aws:s3:::b/k", {}, lambda key: "ResourceTag" in key)
    undecided = decide(request, [tagged])
    assert (undecided.allowed, undecided.undecided) == (None, (tagged,))
    assert decide(request, [ALL, refused]).allowed is None
    assert decide(request, [ALL, tagged]).allowed is True
    assert decide(request, [refused]).allowed is False


SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/a/session"


@pytest.mark.parametrize(
    ("principal", "required", "boundary", "identity", "expected"),
    [
        (SESSION, False, [], [], True),  # a session named by the resource passes its boundary
        (ROLE, False, [ALL], [], True),
        (ROLE, False, [], [], False),  # a role named by the resource does not
        (f"arn:aws:iam::{ACCOUNT}:root", False, None, [], False),
        (f"arn:aws:iam::{ACCOUNT}:root", True, None, [ALL], True),
        (ACCOUNT, True, None, [ALL], True),
        ("arn:aws:iam::999999999999:root", True, None, [ALL], False),
        ("arn:aws:iam::999999999999:root", False, None, [ALL], True),
        ("*", True, None, [], True),
    ],
)
def test_the_resources_policy_counts_by_how_it_names_the_caller(
    principal, required, boundary, identity, expected
):
    """AWS docs, "Policy evaluation logic": roles, sessions, and policies of keys."""
    policy = ResourcePolicy(
        statements=[{**ALL, "Principal": {"AWS": principal}}], required=required
    )
    key = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/1"
    request = Request("kms:Decrypt", key, principal=SESSION, role=ROLE)
    assert decide(request, identity, boundary, policy).allowed is expected


def test_across_accounts_both_sides_must_allow():
    theirs = "arn:aws:sns:us-west-2:999999999999:topic"
    request = Request("sns:Publish", theirs, principal=SESSION, role=ROLE)
    policy = ResourcePolicy(statements=[{**ALL, "Principal": {"AWS": ROLE}}])
    assert decide(request, [ALL], None, policy).allowed is True
    assert decide(request, [], None, policy).allowed is False
    assert decide(request, [ALL], None, ResourcePolicy(statements=[])).allowed is False


def test_services_and_exceptions_are_principals_too():
    service = {**ALL, "Principal": {"Service": "events.amazonaws.com"}}
    others = {"Effect": "Deny", "Action": "*", "Resource": "*", "NotPrincipal": {"AWS": ROLE}}
    policy = ResourcePolicy(statements=[service, others])
    event = Request("sns:Publish", TOPIC, principal="events.amazonaws.com")
    assert decide(event, [], None, ResourcePolicy(statements=[service])).allowed is True
    assert decide(event, [], None, policy).allowed is False
    assert decide(Request("a:B", TOPIC, principal=ROLE), [ALL], None, policy).allowed is True


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", True),
        ("arn:aws:sqs:*:*:tide-*", True),
        ("arn:aws:sqs:*:*:tide-queue-1", None),
        ("arn:aws:sqs:*:*:*-1", None),
        ("arn:aws:sqs:*:*:tide-queue-?", None),
        ("arn:aws:sqs:*:*:other-*", False),
        ("arn:aws:sns:*:*:tide-*", False),
    ],
)
def test_an_unknown_part_of_an_arn_decides_where_a_pattern_reads_it(pattern, expected):
    request = Request("a:B", f"arn:aws:sqs:us-west-2:1:tide-queue-{UNKNOWN}")
    allow = {"Effect": "Allow", "Action": "*", "Resource": [pattern]}
    assert decide(request, [allow]).allowed is expected
    refused = {"Effect": "Deny", "Action": "*", "NotResource": [pattern]}
    assert decide(request, [ALL, refused]).allowed is expected
