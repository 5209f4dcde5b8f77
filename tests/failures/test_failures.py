"""The catalogue: complete, well formed, and each message recognised as its failure."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tidegen.failures import AREAS, Failure, Where, catalogue, failure, recognised

FAILURES = tuple(catalogue().values())
_SLUG = r"[a-z]+(?:-[a-z]+)+"
_REFERENCE = re.compile(rf"\b[Ff]ailures? ({_SLUG}(?:(?:, | and ){_SLUG})*)")

#: Slug → type and reason of a failed event, in AWS's words (the sources of each row).
REASONS = {
    slug: (type_name, reason)
    for slug, type_name, reason in (
        line.split(" ", 2)
        for line in Path(__file__).with_name("reasons.txt").read_text().splitlines()
    )
}


#: Slug and fields of each table, as its file has them.
TABLES = [row for path in AREAS for row in tomllib.loads(path.read_text("utf-8")).items()]


def test_the_catalogue_has_every_slug_once_and_in_order():
    slugs = [row.slug for row in FAILURES]
    assert slugs == sorted(set(slugs)) == sorted(slug for slug, _ in TABLES)
    assert len(FAILURES) >= 70


@pytest.mark.parametrize(("slug", "row"), TABLES, ids=[slug for slug, _ in TABLES])
def test_a_table_has_the_fields_of_a_failure_as_texts_and_lists(slug, row):
    types = {field.name: field.type for field in fields(Failure)}
    assert row.keys() <= types.keys() - {"slug"}
    for name, value in row.items():
        if types[name] is str:
            assert isinstance(value, str)
        else:
            assert value, f"{name} is empty: leave it out"
            assert all(isinstance(item, str) for item in value)
            assert isinstance(value, list)


@pytest.mark.parametrize("row", FAILURES, ids=lambda row: row.slug)
def test_a_slug_is_words_in_kebab_case(row):
    assert re.fullmatch(r"[a-z]+(-[a-z]+){1,4}", row.slug)
    assert failure(row.slug) is row


def references():
    """Yield path and slug of each `failure SLUG`, or of several after `failures`."""
    patterns = ("tidegen/**/*.py", "tests/**/*.py", "docs/**/*.md")
    files = [*AREAS, *(path for pattern in patterns for path in ROOT.glob(pattern))]
    for path in files:
        text = re.sub(r'"\s*\n\s*"|\s*\n\s*#?:?\s*', " ", path.read_text())
        for match in _REFERENCE.finditer(" ".join(text.split())):
            for slug in re.findall(_SLUG, match[1]):
                yield path, slug


def test_a_failure_is_named_only_by_a_slug_of_the_catalogue():
    named = list(references())
    known = {row.slug for row in FAILURES}
    assert [(path, slug) for path, slug in named if slug not in known] == []
    assert len(named) > 60


def test_no_number_of_a_failure_is_left():
    number = re.compile(r"\b(catalogue,? rows?|\(?rows?|failure) \d")
    for path in (*ROOT.glob("tidegen/**/*.py"), *AREAS, *ROOT.glob("docs/**/*.md")):
        assert not number.search(path.read_text()), path


@pytest.mark.parametrize("row", FAILURES, ids=lambda row: row.slug)
def test_a_row_has_cause_action_place_and_source(row):
    assert row.cause
    assert row.action
    assert "\n" not in str(row)
    assert row.where
    assert row.sources
    assert all(re.fullmatch(r"https://[\w.-]+/[^\s]+", url) for url in row.addresses)
    assert bool(row.rules) == (Where.LINT in row.where)


@pytest.mark.parametrize("slug", REASONS)
def test_a_reason_is_recognised_as_its_own_row(slug):
    type_name, reason = REASONS[slug]
    row = recognised(type_name, reason)
    assert row is not None
    assert row.slug == slug


def test_every_row_with_a_message_has_a_reason_here():
    assert {row.slug for row in FAILURES if row.messages} == REASONS.keys()


def test_an_unknown_reason_is_not_explained():
    assert recognised("AWS::SNS::Topic", "The dog ate it") is None
    assert failure("bucket-not-empty").likeness("AWS::S3::Bucket: fine") == 0
