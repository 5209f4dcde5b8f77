"""Laws of IAM that hold for all policies and requests."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tidegen.iam.evaluation import allowed, decide
from tidegen.iam.patterns import UNKNOWN, covers, is_any_action, is_like, may_cover
from tidegen.iam.statements import Request

ACTIONS = st.sampled_from(["s3:GetObject", "s3:PutObject", "iam:PassRole"])
ARNS = st.sampled_from(["arn:aws:s3:::b/k", "arn:aws:s3:::c/k", "arn:aws:iam::1:role/a"])
PATTERNS = st.sampled_from(["*", "arn:aws:s3:::b/*", "arn:aws:s3:::*", "arn:aws:iam::1:role/*"])
VALUES = st.sampled_from(["a", "b", "ab"])
KEYS = st.dictionaries(st.sampled_from(["aws:k", "aws:l"]), VALUES)
OPERATORS = st.sampled_from(
    ["StringEquals", "StringNotEquals", "StringLike", "StringEqualsIfExists", "Null"]
)


@st.composite
def conditions(draw):
    operator = draw(OPERATORS)
    value = draw(st.sampled_from(["true", "false"]) if operator == "Null" else VALUES)
    return {operator: {draw(st.sampled_from(["aws:k", "aws:l"])): [value]}}


@st.composite
def statements(draw, effect=None):
    actions = draw(st.lists(st.sampled_from(["*", "s3:*", "s3:Get*", "iam:PassRole"]), min_size=1))
    statement = {
        "Effect": effect or draw(st.sampled_from(["Allow", "Deny"])),
        draw(st.sampled_from(["Action", "NotAction"])): actions,
        draw(st.sampled_from(["Resource", "NotResource"])): draw(st.lists(PATTERNS, min_size=1)),
    }
    return {**statement, "Condition": draw(conditions())} if draw(st.booleans()) else statement


POLICIES = st.lists(statements(), max_size=4)
REQUESTS = st.builds(Request, ACTIONS, ARNS, KEYS)


@given(POLICIES, REQUESTS)
def test_an_explicit_deny_wins_wherever_it_is(policy, request):
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    deny = {"Effect": "Deny", "Action": request.action, "Resource": request.resource}
    assert not allowed([*policy, deny, everything], request)
    assert not allowed([everything], request, [everything, deny, *policy])


@given(POLICIES, statements(effect="Allow"), REQUESTS)
def test_another_allow_never_removes_a_permission(policy, allow, request):
    assert not allowed(policy, request) or allowed([*policy, allow], request)


@given(POLICIES, statements(effect="Deny"), REQUESTS)
def test_another_deny_never_adds_one(policy, deny, request):
    assert allowed(policy, request) or not allowed([*policy, deny], request)


@given(POLICIES, POLICIES, REQUESTS)
def test_a_boundary_is_an_intersection(policy, boundary, request):
    both = allowed(policy, request) and allowed(boundary, request)
    assert allowed(policy, request, boundary) is both


@given(POLICIES, REQUESTS)
def test_the_order_of_statements_does_not_matter(policy, request):
    assert allowed(policy, request) is allowed(policy[::-1], request)


@given(POLICIES, REQUESTS)
def test_a_decision_names_a_statement_that_matches(policy, request):
    decision = decide(request, policy)
    if decision.statement:
        assert decision.statement["Effect"] == ("Allow" if decision.allowed else "Deny")
        assert decision.statement in policy
    else:
        assert decision.allowed is False


@settings(max_examples=300)
@given(POLICIES, ACTIONS, ARNS, KEYS, VALUES)
def test_an_unknown_key_decides_only_where_its_value_would(policy, action, arn, keys, value):
    """A certain verdict holds for each value that the key may have, and without one."""
    known = {key: keys[key] for key in keys if key != "aws:k"}
    decision = decide(Request(action, arn, known, lambda key: key == "aws:k"), policy)
    if decision.allowed is not None:
        for possible in (known, {**known, "aws:k": value}):
            assert allowed(policy, Request(action, arn, possible)) is decision.allowed
    else:
        assert decision.undecided


@given(st.text(alphabet="a:/*?.[]$", max_size=8), st.text(alphabet="a:/.[]$", max_size=8))
def test_wildcards_match_as_a_naive_matcher_does(pattern, text):
    assert is_like(text, pattern) is naive(text, pattern)


@given(
    st.text(alphabet="aA:*?$", max_size=4),
    st.lists(st.text(alphabet="aA:*?$", max_size=4), max_size=3),
)
def test_patterns_cover_an_action_as_a_naive_matcher_says(action, patterns):
    expected = any(naive(action.lower(), pattern.lower()) for pattern in patterns)
    assert is_any_action(action, patterns) is expected


def naive(text, pattern):
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(naive(text[index:], pattern[1:]) for index in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and naive(text[1:], pattern[1:])


@given(ARNS)
def test_an_arn_covers_itself(arn):
    assert covers(arn, arn)


SEGMENTS = st.text(alphabet="ab*?", max_size=5)


@given(SEGMENTS, st.lists(st.text(alphabet="ab", max_size=2), min_size=1, max_size=3), st.data())
def test_an_unknown_part_is_decided_only_if_every_text_would_be(pattern, known, data):
    texts = st.text(alphabet="ab", max_size=4)
    unknown = [data.draw(texts) for _ in known[1:]]
    full = "".join(a + b for a, b in zip(known, [*unknown, ""], strict=True))
    head = "arn:aws:s3:::"
    verdict = may_cover(head + pattern, head + UNKNOWN.join(known))
    if verdict is not None:
        assert covers(head + pattern, head + full) is verdict
