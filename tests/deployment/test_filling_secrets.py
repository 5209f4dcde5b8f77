"""Filling and renewing secrets: one write each, of new values only; an interruption loses none."""

import json

import pytest
from double import Double

from tests.targets import target_of
from tidegen.chart.secrets import CHART_SECRETS, MARKER
from tidegen.contract import Scope
from tidegen.deployment.secrets import (
    require_renewable,
    secrets_plan,
    unfilled_secrets,
    write_secrets,
)
from tidegen.errors import InputError, RefusedError

PATH = "/tide/staging/"
TARGET = target_of("staging")
OUTPUTS = {"DatabaseHosts": "a:27017,b:27017"}


@pytest.fixture
def cloud():
    double = Double()
    double.add("tide-staging", outputs=OUTPUTS)
    double.secrets = {
        f"{PATH}{name}": ("v1", json.dumps({MARKER: "true"})) for name in CHART_SECRETS
    }
    return double


def leave(secret, key):
    return None


def fill(cloud, ask=leave, only=()):
    return {o.name: o for o in write_secrets(secrets_plan(TARGET, cloud, only), cloud, ask)}


def held(cloud, name):
    return json.loads(cloud.secrets[f"{PATH}{name}"][1])


def puts(cloud):
    return [call.partition(" ")[2] for call in cloud.calls if call.startswith("put_secret")]


def test_all_keys_but_those_of_a_person_are_generated(cloud):
    outcomes = fill(cloud)
    people = {n: o.left for n, o in outcomes.items() if o.left}
    assert people["dexcom"] == ("ClientId", "ClientSecret")
    assert set(held(cloud, "shoreline")) == set(CHART_SECRETS["shoreline"])
    assert "travis" in people
    assert f"{PATH}travis" not in puts(cloud)
    assert len(set(puts(cloud))) == len(puts(cloud))


def test_generated_values_are_long_and_unique(cloud):
    fill(cloud)
    values = [v for name in ("shoreline", "userdata", "server") for v in held(cloud, name).values()]
    assert len(set(values)) == len(values) == 12
    assert all(len(value) == 40 and value.isalnum() for value in values)


def test_the_mongo_secret_comes_from_the_database(cloud):
    fill(cloud, only=("mongo",))
    mongo = held(cloud, "mongo")
    assert (mongo["Addresses"], len(mongo["Password"])) == (OUTPUTS["DatabaseHosts"], 40)


def test_the_two_halves_of_a_key_pair_belong_together(cloud):
    from cryptography.hazmat.primitives.serialization import (
        load_pem_private_key,
        load_pem_public_key,
    )

    fill(cloud, only=("token-signing-key",))
    pair = held(cloud, "token-signing-key")
    private = load_pem_private_key(pair["private"].encode(), None)
    public = load_pem_public_key(pair["public"].encode())
    assert private.public_key().public_numbers() == public.public_numbers()
    assert private.key_size >= 3072


def test_filled_keys_are_kept_and_a_second_run_writes_nothing(cloud):
    fill(cloud)
    before = dict(cloud.secrets)
    cloud.calls.clear()
    outcomes = fill(cloud)
    assert cloud.secrets == before
    assert not puts(cloud)
    assert not any(outcome.written for outcome in outcomes.values())


def test_a_person_fills_the_remaining_keys(cloud):
    asked = []

    def ask(secret, key):
        asked.append((secret, key))
        return "given" if key == "ClientId" else None

    outcome = fill(cloud, ask, only=("dexcom",))["dexcom"]
    assert asked == [("dexcom", "ClientId"), ("dexcom", "ClientSecret")]
    assert set(outcome.written) == {"ClientId", "StateSalt"}
    assert outcome.left == ("ClientSecret",)
    assert held(cloud, "dexcom")["ClientId"] == "given"


def test_an_interruption_at_a_question_keeps_the_generated_values(cloud):
    def interrupted(secret, key):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill(cloud, interrupted)
    assert held(cloud, "server").keys() == {"ServiceAuth"}
    first = held(cloud, "server")["ServiceAuth"]
    fill(cloud)
    assert held(cloud, "server")["ServiceAuth"] == first
    assert "ServiceAuth" in held(cloud, "auth")


def test_a_secret_changed_in_the_meantime_is_not_written(cloud):
    plan = secrets_plan(TARGET, cloud, ("server",))
    changed = ("v2", json.dumps({"ServiceAuth": "theirs"}))
    cloud.secrets[f"{PATH}server"] = changed
    with pytest.raises(RefusedError, match="was changed since it was read; run the same"):
        list(write_secrets(plan, cloud, leave))
    assert cloud.secrets[f"{PATH}server"] == changed


def test_a_missing_secret_is_named_with_the_command_that_creates_it(cloud):
    del cloud.secrets[f"{PATH}server"]
    with pytest.raises(RefusedError, match=r"server: does not exist; run 'tidegen deploy --env"):
        secrets_plan(TARGET, cloud)
    del cloud.stacks["tide-staging"]
    with pytest.raises(RefusedError, match="has no database yet"):
        secrets_plan(TARGET, cloud, ("mongo",))
    shared = target_of("common", Scope.SHARED)
    with pytest.raises(InputError, match="only environments have secrets"):
        secrets_plan(shared, cloud)
    assert unfilled_secrets(shared, cloud) == ()


def test_renewing_changes_random_and_derived_keys_only(cloud):
    fill(cloud)
    before = held(cloud, "shoreline")
    plan = secrets_plan(TARGET, cloud, ("shoreline",), renew=True)
    (outcome,) = write_secrets(plan, cloud, leave)
    after = held(cloud, "shoreline")
    assert set(outcome.written) == {"ServiceAuth", "UserMailVerification"}
    assert {key for key in after if after[key] != before[key]} == set(outcome.written)


def test_renewing_reads_the_databases_new_hosts(cloud):
    fill(cloud)
    before = held(cloud, "mongo")
    cloud.add("tide-staging", outputs={"DatabaseHosts": "c:27017"})
    plan = secrets_plan(TARGET, cloud, ("mongo",), renew=True)
    (outcome,) = write_secrets(plan, cloud, leave)
    assert set(outcome.written) == {"Addresses", "Password", "Username"}
    after = held(cloud, "mongo")
    assert after["Addresses"] == "c:27017"
    assert after["Password"] != before["Password"]


def test_renewing_keeps_the_user_of_running_services(cloud):
    users = []
    fill(cloud)
    for _ in range(3):
        users.append(held(cloud, "mongo")["Username"])
        list(write_secrets(secrets_plan(TARGET, cloud, ("mongo",), renew=True), cloud, leave))
    assert users == ["services", "services-2", "services"]


@pytest.mark.parametrize("name", ["userdata", "token-signing-key", "travis"])
def test_a_secret_that_cannot_be_renewed_automatically_is_refused(cloud, name):
    with pytest.raises(RefusedError, match="cannot be renewed automatically"):
        require_renewable(secrets_plan(TARGET, cloud, (name,), renew=True))


def test_one_call_lists_unfilled_secrets(cloud):
    assert set(unfilled_secrets(TARGET, cloud)) == CHART_SECRETS.keys()
    fill(cloud)
    cloud.calls.clear()
    unfilled = unfilled_secrets(TARGET, cloud)
    assert [call for call in cloud.calls if call != "account"] == ["listed_secrets"]
    wanted = {p.name for p in secrets_plan(TARGET, cloud).secrets if p.unfilled}
    assert set(unfilled) == wanted
    assert "server" not in unfilled


def test_nothing_shows_a_value(cloud):
    text = json.dumps({"ServiceAuth": "hunter2", "Unknown": "hunter2"})
    cloud.secrets[f"{PATH}auth"] = ("v1", text)
    plan = secrets_plan(TARGET, cloud)
    assert "hunter2" not in repr(plan)
    assert "hunter2" not in repr(list(write_secrets(plan, cloud, leave)))
