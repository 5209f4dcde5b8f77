"""The YAML reads back as exactly the template, by a reader that is not ours."""

import json

import cfn_flip
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegen.rendering.templates import json_text
from tidegen.rendering.yaml_text import yaml_text

NAMES = st.from_regex(r"[A-Z][A-Za-z0-9]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=120)
SCALARS = st.booleans() | st.integers() | TEXTS


def functions(values):
    return st.one_of(
        NAMES.map(lambda name: {"Ref": name}),
        st.tuples(NAMES, NAMES).map(lambda pair: {"Fn::GetAtt": list(pair)}),
        TEXTS.map(lambda text: {"Fn::Sub": text}),
        st.lists(values, max_size=3).map(lambda items: {"Fn::Join": [",", items]}),
        values.map(lambda value: {"Fn::Base64": value}),
    )


VALUES = st.recursive(
    SCALARS,
    lambda values: (
        st.lists(values, max_size=3)
        | st.dictionaries(NAMES, values, max_size=3)
        | functions(values)
    ),
    max_leaves=20,
)


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4))
def test_a_template_reads_back_as_the_same_data(template):
    assert json.loads(cfn_flip.to_json(yaml_text(template))) == template


@pytest.mark.parametrize(
    "text", ["0123", "yes", "1.30", "2012-10-17", "", "~", "null", "1e3", "=", "*x"]
)
def test_text_that_looks_like_something_else_stays_text(text):
    assert json.loads(cfn_flip.to_json(yaml_text({"A": text}))) == {"A": text}


def test_scripts_are_block_text():
    assert "A: |\n  one\n  two\n" in yaml_text({"A": "one\ntwo\n"})


def test_no_short_form_directly_contains_another():
    text = yaml_text({"A": {"Fn::Base64": {"Fn::Sub": "x ${B}"}}})
    assert text == "A:\n  Fn::Base64: !Sub x ${B}\n"


def test_repeated_values_have_no_anchors():
    shared = {"Ref": "X"}
    text = yaml_text({"A": [shared, shared]})
    assert "&" not in text
    assert "*" not in text


@pytest.mark.parametrize("text", ["Berichte – täglich", "ä\nü\n", "\U0001f600", "ä" * 150])
def test_other_characters_than_ascii_are_escaped(text):
    """CloudFormation's GetTemplate shows them as `?` (coverage-roadmap#814)."""
    template = {"A": {"ü": [text, {"Fn::Sub": text}]}}
    for form, read in ((yaml_text, cfn_flip.to_json), (json_text, str)):
        assert form(template).isascii()
        assert json.loads(read(form(template))) == template
