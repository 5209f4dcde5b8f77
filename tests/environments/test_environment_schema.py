"""The JSON Schema that editors use."""

import jsonschema
import pytest
import yaml

from tests.conftest import ROOT
from tidegen.environments import example_files, json_schema

EXAMPLES = {name: text for name, text in example_files().items() if name.endswith(".yaml")}
COMMITTED = sorted((ROOT / "environments").glob("*.yaml"))


def test_the_committed_schema_is_current():
    name = "environment.schema.json"
    assert (ROOT / "environments" / name).read_bytes() == example_files()[name]


@pytest.mark.parametrize("path", COMMITTED, ids=[path.name for path in COMMITTED])
def test_every_file_points_editors_at_the_schema(path):
    first = path.read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=environment.schema.json"


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_schema_accepts_the_examples_and_no_other_key(name):
    data = yaml.safe_load(EXAMPLES[name])
    validator = jsonschema.Draft202012Validator(json_schema())
    assert validator.is_valid(data)
    assert not validator.is_valid({**data, "tls": "off"})


def test_every_key_is_described():
    models = json_schema()["$defs"].values()
    entries = [(m["title"], key, e) for m in models for key, e in m["properties"].items()]
    assert [(title, key) for title, key, entry in entries if not entry.get("description")] == []
