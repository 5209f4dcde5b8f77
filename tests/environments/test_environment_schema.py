"""The JSON Schema that editors use."""

import pytest

from tests.conftest import ROOT
from tidegen.environments import example_files, json_schema
from tidegen.environments.new_project import SCHEMA_NAME
from tidegen.environments.schema import schema_text

COMMITTED = sorted((ROOT / "environments").glob("*.yaml"))


def test_the_committed_schema_is_current():
    text = schema_text()
    assert (ROOT / "environments" / SCHEMA_NAME).read_text() == text, "run 'make fields'"
    assert example_files()[SCHEMA_NAME].decode() == text


@pytest.mark.parametrize("path", COMMITTED, ids=[path.name for path in COMMITTED])
def test_every_file_points_editors_at_the_schema(path):
    first = path.read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=environment.schema.json"


def test_the_scope_chooses_the_kind_of_file():
    assert set(json_schema()["discriminator"]["mapping"]) == {"environment", "shared", "account"}


def test_no_block_accepts_an_unknown_key():
    models = json_schema()["$defs"]
    assert [name for name, model in models.items() if model["additionalProperties"]] == []


def test_every_key_is_described():
    models = json_schema()["$defs"].values()
    entries = [(m["title"], key, e) for m in models for key, e in m["properties"].items()]
    assert [(title, key) for title, key, entry in entries if not entry.get("description")] == []
