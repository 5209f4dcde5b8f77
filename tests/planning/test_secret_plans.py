"""The needs of each key of a secret; no representation or message shows a value."""

import json
from pathlib import Path

import pytest

from tests.targets import target_of
from tidegen.chart.secrets import CHART_SECRETS, MARKER, SEED, Fill
from tidegen.concerns.secrets import CONCERN
from tidegen.contract import Context
from tidegen.errors import RefusedError
from tidegen.planning.secrets import (
    Need,
    StoredSecret,
    database_values,
    keys_are_filled,
    merged,
    plan_secret,
    secrets_path,
    version_id,
)

DATABASE = Path(__file__).parents[2] / "tidegen" / "concerns" / "database" / "scripts"
UNFILLED = {MARKER: "true", SEED: "x"}
FILLS = {
    "Rotated": Fill.ROTATED,
    "User": Fill.ALTERNATED,
    "Random": Fill.RANDOM,
    "Permanent": Fill.PERMANENT,
    "Agreed": Fill.AGREED,
    "Derived": Fill.DERIVED,
    "Person": Fill.PERSON,
}
PAIR = {"private": Fill.PRIVATE_KEY, "public": Fill.PUBLIC_KEY}


def planned(held, fills=FILLS, **options):
    stored = StoredSecret("v1", json.dumps(held))
    return plan_secret("it", "/tide/staging/it", fills, stored, **options)


def needs(plan):
    return {key.name: key.need for key in plan.keys}


def test_an_unfilled_secret_needs_every_key():
    plan = planned(UNFILLED)
    assert needs(plan) == {
        "Rotated": Need.MAKE,
        "User": Need.DERIVE,
        "Random": Need.MAKE,
        "Permanent": Need.MAKE,
        "Agreed": Need.MAKE,
        "Derived": Need.DERIVE,
        "Person": Need.ASK,
    }
    assert plan.unfilled == plan.keys
    assert not plan.held


def test_a_filled_key_needs_nothing_and_an_empty_one_is_unfilled():
    plan = planned({**dict.fromkeys(FILLS, "value"), "Person": ""})
    assert [key.name for key in plan.unfilled] == ["Person"]
    assert set(needs(plan).values()) == {Need.FILLED, Need.ASK}


def test_only_keys_without_dependents_are_regenerated():
    plan = planned(dict.fromkeys(FILLS, "value"), renew=True)
    renewed = {key.name for key in plan.needing(Need.MAKE, Need.DERIVE)}
    assert renewed == {"Rotated", "User", "Random", "Derived"}


def test_the_halves_of_a_pair_are_generated_together_or_asked_for():
    assert set(needs(planned({}, PAIR)).values()) == {Need.MAKE}
    half = planned({"private": "value"}, PAIR)
    assert needs(half) == {"private": Need.FILLED, "public": Need.ASK}
    both = planned({"private": "value", "public": "value"}, PAIR, renew=True)
    assert set(needs(both).values()) == {Need.FILLED}


def test_the_stored_text_keeps_other_keys_and_loses_the_marker():
    plan = planned({**UNFILLED, "Random": "old", "Unknown": "kept"})
    stored = json.loads(merged(plan, {"Person": "new"}))
    assert stored == {"Random": "old", "Unknown": "kept", "Person": "new"}


@pytest.mark.parametrize("text", ["hunter2", '["hunter2"]', '{"Random": 2}', '{"a": "hunter2'])
def test_anything_but_an_object_of_texts_is_refused_without_showing_it(text):
    stored = StoredSecret("v1", text)
    with pytest.raises(RefusedError, match="/tide/staging/it: is not a JSON object") as raised:
        plan_secret("it", "/tide/staging/it", FILLS, stored)
    error = raised.value
    assert error.__cause__ is None
    assert error.__context__ is None
    assert "hunter2" not in f"{error!r} {stored!r}"


def test_a_plan_shows_no_value():
    assert "hunter2" not in repr(planned({"Random": "hunter2"}))


def test_a_version_shows_which_keys_are_filled():
    version = version_id(["b", "a"], "0" * 32)
    assert 32 <= len(version) <= 64
    assert keys_are_filled(version, ["a", "b"])
    assert not keys_are_filled(version, ["a", "b", "added-later"])
    assert not keys_are_filled("5f3a6c1e-made-by-cloudformation", ["a", "b"])


def test_the_names_of_the_secrets_are_those_of_the_template():
    target = target_of("staging")
    resources = CONCERN.build(Context()).to_dict()["Resources"]
    name = resources["MongoSecret"]["Properties"]["Name"]["Fn::Sub"]
    given = name.replace("${Project}", "tide").replace("${Environment}", "staging")
    assert given == f"{secrets_path(target)}mongo"


def test_the_databases_values_are_those_of_its_boot_bundle():
    values = database_values("a:27017,b:27017")
    assert values.keys() == CHART_SECRETS["mongo"].keys() - {"Password"}
    options = dict(pair.split("=") for pair in values["OptParams"].split("&"))
    assert f"REPLICA_SET={options['replicaSet']}\n" in (DATABASE / "lib.sh").read_text()
    assert "mode: requireTLS\n" in (DATABASE / "mongod.conf").read_text()
    assert values["Tls"] == "true"
    assert values["Database"] == options["authSource"] == "admin"
    assert values["Username"] != "admin"
