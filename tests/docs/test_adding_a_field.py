"""The page about a new field: its declaration is executed, and its input takes that field."""

import re
from pathlib import Path

from tidegen.contract import Kind, Scope
from tidegen.environments import sections
from tidegen.environments.catalogue import fields_of_model

PAGE = Path(__file__).resolve().parents[2] / "docs" / "adding-a-field.md"
SECTION, INPUT = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


def test_the_example_declares_a_field_of_its_section():
    names = dict(vars(sections))
    exec(compile(SECTION, str(PAGE), "exec"), names)  # noqa: S102 - the page is ours
    declared = dict(fields_of_model(names["Metrics"], Scope.ENVIRONMENT, ("metrics",)))
    (name,) = re.findall(r'"(metrics\.\w+)"', INPUT)
    entry = declared[name].entry
    assert entry.kind is Kind.NUMBER
    assert entry.scopes == (Scope.ENVIRONMENT,)
    file_key = names["Metrics"].model_json_schema()["properties"]["warm_read_units"]
    assert file_key["description"] == entry.description
    assert file_key["default"] == 12000
