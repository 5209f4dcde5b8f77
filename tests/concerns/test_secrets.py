"""The chart's secrets: present, unfilled, readable by their own environment alone."""

import json
from pathlib import Path

import pytest

from tidegen.blocks.chart_secrets import CHART_SECRETS, MARKER, Fill
from tidegen.concerns.secrets import CONCERN
from tidegen.contract import Context

RESOURCES = CONCERN.build(Context()).to_dict()["Resources"]
SECRETS = {k: v for k, v in RESOURCES.items() if v["Type"] == "AWS::SecretsManager::Secret"}
POLICIES = {k: v for k, v in RESOURCES.items() if v["Type"].endswith("::ResourcePolicy")}


def test_there_is_a_secret_for_each_name_of_the_chart():
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
    """CloudFormation generates anew when GenerateSecretString changes, so it is one constant."""
    generated = [v["Properties"]["GenerateSecretString"] for v in SECRETS.values()]
    assert all(g == generated[0] for g in generated)
    chart = {key for keys in CHART_SECRETS.values() for key in keys}
    initial = json.loads(generated[0]["SecretStringTemplate"])
    assert MARKER in initial
    assert not chart & {*initial, generated[0]["GenerateStringKey"]}


def test_metadata_says_who_fills_each_key():
    keys = SECRETS["MongoSecret"]["Metadata"]["Tidegen"]["Keys"]
    assert keys["Addresses"] == Fill.DERIVED
    assert keys["Password"] == Fill.RANDOM
    fills = {f for v in SECRETS.values() for f in v["Metadata"]["Tidegen"]["Keys"].values()}
    assert fills == set(Fill)


def test_what_encrypts_stored_data_is_never_made_anew():
    for key in ("GroupIdEncryptionKey", "UserIdSalt", "UserPasswordSalt"):
        assert CHART_SECRETS["userdata"][key] is Fill.PERMANENT


def test_every_key_that_the_charts_pods_read_is_provided():
    """`chart-secrets.txt` lists the chart's secretKeyRefs; its first lines say which chart."""
    text = (Path(__file__).parent / "chart-secrets.txt").read_text()
    wanted = [line.split() for line in text.splitlines() if not line.startswith("#")]
    assert len(wanted) > 60
    missing = [f"{name}.{key}" for name, key in wanted if key not in CHART_SECRETS.get(name, {})]
    assert not missing


def test_what_keycloak_has_to_hold_too_is_not_made_anew():
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
        paths = [reader["Fn::Sub"].rpartition("role/")[2] for reader in readers]
        assert paths == ["${Project}/${Environment}/*", "${Project}/break-glass/*"]
