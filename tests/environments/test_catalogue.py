"""The catalogue of fields: generated from the model's declarations, committed, and complete."""

import pytest

from tests.conftest import ROOT
from tidegen.contract import CATALOGUE_FILE, Kind, Scope, field_catalogue
from tidegen.environments import json_schema, load_environment, types
from tidegen.environments.catalogue import catalogue_text, fields_of_model
from tidegen.environments.derived import DERIVED
from tidegen.environments.parameters import parameter, parameters
from tidegen.environments.sections import Section


def fields(model):
    return dict(fields_of_model(model, Scope.SHARED))


def test_the_committed_catalogue_is_current():
    assert CATALOGUE_FILE.read_text() == catalogue_text(), "run 'make fields'"


def test_every_field_is_a_key_of_the_schema_an_item_of_one_or_derived():
    models = json_schema()["$defs"]
    keys = {name for model in models.values() for name in model["properties"]}
    lists = {name.removesuffix("s") for name in keys} | {"critical", "warning", "security"}
    for name in field_catalogue().keys() - DERIVED.keys():
        *sections, key = name.split(".")
        item, _, number = key.rpartition("_")
        assert key in keys or (number.isdecimal() and item in lists), name
        assert set(sections) <= keys


def test_the_kind_follows_from_the_type():
    class Example(Section):
        size: int = parameter("Size")
        enabled: bool = parameter("Enabled")
        label: str = parameter("Label")
        cidr: types.Cidr = parameter("Range")
        zones: types.Zones = parameter("Zones")
        image: types.ImageId | None = parameter("Image", default=None)
        hidden: str

    kinds = {name: field.entry.kind for name, field in fields(Example).items()}
    assert kinds == {
        "size": Kind.NUMBER,
        "enabled": Kind.BOOLEAN,
        "label": Kind.STRING,
        "cidr": Kind.CIDR,
        "zones": Kind.STRING_LIST,
        "image": Kind.AMI_ID,
    }


def test_a_field_belongs_to_the_files_root_or_to_the_scopes_that_it_names():
    class Example(Section):
        own: int = parameter("Size")
        named: int = parameter("Size", scopes=(Scope.RECOVERY, Scope.ACCESS))

    scopes = {name: field.entry.scopes for name, field in fields(Example).items()}
    assert scopes == {"own": (Scope.SHARED,), "named": (Scope.RECOVERY, Scope.ACCESS)}


def test_each_item_of_a_list_is_a_field_and_a_missing_one_is_empty():
    class Example(Section):
        roles: types.RoleArns = parameters("role", "Role {number}", (1, 2, 3), in_file="Roles")

    entries = fields(Example)
    assert {name: field.entry.description for name, field in entries.items()} == {
        "role_1": "Role 1, or empty",
        "role_2": "Role 2, or empty",
        "role_3": "Role 3, or empty",
    }
    assert {field.entry.kind for field in entries.values()} == {Kind.ROLE_ARN}
    role = "arn:aws:iam::111122223333:role/A"
    file = Example(roles=(role,))
    assert [entries[f"role_{n}"].value(file, ()) for n in (1, 2, 3)] == [role, "", ""]


def test_the_fields_of_a_section_that_is_left_out_are_empty():
    class Inner(Section):
        size: int = parameter("Size")

    class Example(Section):
        inner: Inner | None = None

    (field,) = fields(Example).values()
    assert field.entry.description == "Size, or empty"
    assert field.value(Example(), ()) is None
    assert field.value(Example(inner=Inner(size=3)), ()) == 3


def test_a_description_for_authors_is_no_parameters():
    class Example(Section):
        size: int = parameter("Size", in_file="Size in GiB")

    assert fields(Example)["size"].entry.description == "Size"
    assert Example.model_json_schema()["properties"]["size"]["description"] == "Size in GiB"


def test_a_field_of_two_types_is_refused():
    class Example(Section):
        size: int | str = parameter("Size")

    with pytest.raises(TypeError, match="declare one type"):
        fields(Example)


@pytest.mark.parametrize(("name", "expected"), [("production", "us-east-2"), ("development", None)])
def test_a_value_is_read_where_its_field_is_declared(name, expected):
    file = load_environment(ROOT, name)
    value = fields_of_model(type(file), Scope.ENVIRONMENT)
    assert dict(value)["recovery.region"].value(file, ()) == expected
