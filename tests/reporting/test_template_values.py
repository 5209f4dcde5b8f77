import pytest

from tidegen.reporting.template_values import value_text

ARN = {"Fn::GetAtt": ["Net/Vpc", "Arn"]}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "(not set)"),
        ("a", '"a"'),
        (3, "3"),
        (True, "true"),
        (["a", 1], '["a", 1]'),
        ({"A": {"B": "c"}}, '{A: {B: "c"}}'),
        ({"Ref": "Net/Vpc"}, '"${Net/Vpc}"'),
        ({"Fn::Join": ["/", ["a", ARN]]}, '"a/${Net/Vpc.Arn}"'),
        ({"Fn::Base64": "x"}, '"Base64(x)"'),
        ({"Fn::Select": [0, {"Fn::GetAZs": ""}]}, '"Select([0, \\"GetAZs()\\"])"'),
    ],
)
def test_a_value_is_one_short_line(value, text):
    assert value_text(value) == text


def test_a_long_value_is_cut_and_its_length_added():
    text = value_text("x" * 500)
    assert len(text) < 150
    assert text.endswith("(502 characters)")
