"""The chart's secrets: created unfilled, and readable only by their own environment."""

import json
import re
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from tidegen.chart.secrets import CHART_SECRETS, MARKER, WHY_KEPT, Fill, rotated_keys
from tidegen.concerns.rotation.code.rotation.kinds import KEYS_TAG, KIND_TAG, KINDS, USERS_TAG
from tidegen.concerns.secrets import CONCERN
from tidegen.contract import Context

RESOURCES = CONCERN.build(Context()).to_dict()["Resources"]
SECRETS = {k: v for k, v in RESOURCES.items() if v["Type"] == "AWS::SecretsManager::Secret"}
POLICIES = {k: v for k, v in RESOURCES.items() if v["Type"].endswith("::ResourcePolicy")}


def test_each_name_of_the_chart_has_a_secret():
    names = {v["Properties"]["Name"]["Fn::Sub"] for v in SECRETS.values()}
    assert names == {f"/${{Project}}/${{Environment}}/{name}" for name in CHART_SECRETS}


@pytest.mark.parametrize("title", SECRETS)
def test_secrets_are_encrypted_and_replicated_under_our_keys(title):
    secret = SECRETS[title]["Properties"]
    assert secret["KmsKeyId"] == {"Ref": "SecretsKeyArn"}
    condition, replicas, otherwise = secret["ReplicaRegions"]["Fn::If"]
    assert (condition, otherwise) == ("HasReplica", {"Ref": "AWS::NoValue"})
    assert [r["KmsKeyId"] for r in replicas] == [{"Ref": "ReplicaKeyArn"}]


def test_adding_a_key_to_a_secret_cannot_discard_its_value():
    """A change of GenerateSecretString makes CloudFormation regenerate, so it is one constant."""
    generated = [v["Properties"]["GenerateSecretString"] for v in SECRETS.values()]
    assert all(g == generated[0] for g in generated)
    chart = {key for keys in CHART_SECRETS.values() for key in keys}
    initial = json.loads(generated[0]["SecretStringTemplate"])
    assert MARKER in initial
    assert not chart & {*initial, generated[0]["GenerateStringKey"]}


def test_metadata_shows_the_fill_of_each_key():
    keys = SECRETS["MongoSecret"]["Metadata"]["Tidegen"]["Keys"]
    assert keys["Addresses"] == Fill.DERIVED
    assert keys["Password"] == Fill.ROTATED
    fills = {f for v in SECRETS.values() for f in v["Metadata"]["Tidegen"]["Keys"].values()}
    assert fills == set(Fill)


def test_keys_that_encrypt_stored_data_are_never_regenerated():
    for key in ("GroupIdEncryptionKey", "UserIdSalt", "UserPasswordSalt"):
        assert CHART_SECRETS["userdata"][key] is Fill.PERMANENT


def test_every_key_that_the_charts_pods_read_is_provided():
    """`chart-secrets.txt` lists the chart's secretKeyRefs; its first lines say which chart."""
    text = (Path(__file__).parents[1] / "chart" / "chart-secrets.txt").read_text()
    references = [line.split() for line in text.splitlines() if not line.startswith("#")]
    assert len(references) > 60
    missing = [
        f"{name}.{key}" for name, key in references if key not in CHART_SECRETS.get(name, {})
    ]
    assert not missing


def test_values_that_keycloak_shares_are_not_rotated():
    keycloak = [key for key in CHART_SECRETS["shoreline"] if key.startswith("Keycloak")]
    assert {CHART_SECRETS["shoreline"][key] for key in keycloak} == {Fill.AGREED}


def test_every_secret_has_its_policy_and_no_other_environment_reads_it():
    owners = {v["Properties"]["SecretId"]["Ref"] for v in POLICIES.values()}
    assert owners == SECRETS.keys()
    for policy in POLICIES.values():
        assert policy["Properties"]["BlockPublicPolicy"] is True
        by_sid = {s["Sid"]: s for s in policy["Properties"]["ResourcePolicy"]["Statement"]}
        assert {s["Effect"] for s in by_sid.values()} == {"Deny"}
        readers = by_sid["DenyOtherReaders"]["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
        paths = [reader["Fn::Sub"].rpartition("role/")[2] for reader in readers[:2]]
        assert paths == ["${Project}/${Environment}/*", "${Project}/break-glass/*"]
        assert readers[2:] == PEOPLE


#: Administrators fill the values that third parties issue; only CI uses the environment's roles.
PEOPLE = [
    {"Ref": "Administrator1"},
    *(
        {"Fn::If": [f"Has{name}", {"Ref": name}, {"Ref": "AWS::NoValue"}]}
        for name in ("Administrator2", "Administrator3")
    ),
]


def test_secrets_with_rotated_keys_have_a_schedule():
    rotating = {name for name, keys in CHART_SECRETS.items() if rotated_keys(keys)}
    schedules = {
        v["Properties"]["SecretId"]["Ref"]: v["Properties"]
        for v in RESOURCES.values()
        if v["Type"].endswith("::RotationSchedule")
    }
    names = {
        SECRETS[title]["Properties"]["Name"]["Fn::Sub"].rpartition("/")[2] for title in schedules
    }
    assert names == rotating >= {"auth", "mongo", "export", "shoreline", "dexcom"}
    for title, schedule in schedules.items():
        assert schedule["RotationLambdaARN"] == {"Ref": "RotationFunctionArn"}
        assert schedule["RotateImmediatelyOnUpdate"] is False
        tags = {t["Key"]: t["Value"] for t in SECRETS[title]["Properties"]["Tags"]}
        assert tags[KIND_TAG] in KINDS
        keys = SECRETS[title]["Metadata"]["Tidegen"]["Keys"]
        assert {keys[key] for key in tags[KEYS_TAG].split()} == {Fill.ROTATED}
        assert "guard" not in SECRETS[title]["Metadata"]


@pytest.mark.parametrize(
    ("title", "why"),
    [
        ("UserdataSecret", "Stored data"),
        ("TokenSigningKeySecret", "signs everybody out"),
        ("KafkaSecret", "A third party"),
    ],
)
def test_a_secret_without_rotation_has_a_reason(title, why):
    assert why in SECRETS[title]["Metadata"]["guard"]["Reason"]


def test_every_fill_but_the_rotated_ones_has_a_reason():
    assert WHY_KEPT.keys() == set(Fill) - {Fill.ROTATED, Fill.ALTERNATED}


def test_the_services_user_alternates_with_its_password():
    (user,) = [t for t in SECRETS["MongoSecret"]["Properties"]["Tags"] if t["Key"] == USERS_TAG]
    assert user["Value"] == "Username"


def test_rotations_are_at_most_90_days_apart():
    """The first Sunday of every other month: the schedule's expression evaluated for 20 years."""
    rules = next(v for k, v in RESOURCES.items() if k == "AuthSecretRotation")["Properties"]
    expression = rules["RotationRules"]["ScheduleExpression"]
    match = re.fullmatch(r"cron\(0 (\d+) \? ([\d,]+) SUN#1 \*\)", expression)
    assert int(match[1]) + int(rules["RotationRules"]["Duration"].rstrip("h")) <= 24
    days = [
        next(day for day in map(partial(date, year, int(month)), range(1, 8)) if day.weekday() == 6)
        for year in range(2026, 2046)
        for month in match[2].split(",")
    ]
    assert max(after - before for before, after in pairwise(days)).days <= 90
