"""The rotation function: its four steps, also repeated, with a fake Secrets Manager."""
# ruff: noqa: N803 (arguments have the names that boto3 gives them)

import json
import re

import pytest

from tidegen.chart.secrets import MARKER, SEED
from tidegen.concerns.rotation.code.rotation import certificate, handler
from tidegen.concerns.rotation.code.rotation.kinds import (
    CERTIFICATE_TAG,
    KEYS_TAG,
    KIND_TAG,
    KINDS,
    USERS_TAG,
    RotationError,
    Secret,
)
from tidegen.concerns.rotation.code.rotation.steps import run
from tidegen.concerns.rotation.code.rotation.values import (
    ALPHABET,
    LENGTH,
    new_password,
    other_user,
)
from tidegen.deployment.secret_values import random_value
from tidegen.planning import secrets as planning
from tidegen.planning.secrets import version_id

NAME = "/tidepool/staging/auth"
FIRST = version_id(("ServiceAuth",), "0" * 32)
MARK = FIRST.removesuffix("-" + "0" * 32)
NEW = "b0000000-0000-4000-8000-000000000000"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
VALUES = {"ServiceAuth": "old", "AppleDeviceCheckKey": "a person's"}


class NotFoundError(Exception):
    pass


class RefusedError(Exception):
    pass


class Vault:
    """One secret of Secrets Manager: versions, their labels, and a count of the writes."""

    class exceptions:  # noqa: N801 (boto3's name)
        ResourceNotFoundException = NotFoundError

    def __init__(self, text, kind="values", keys="ServiceAuth", users=""):
        self.tags = {KIND_TAG: kind, KEYS_TAG: keys, USERS_TAG: users}
        self.texts = {FIRST: text}
        self.labels = {"AWSCURRENT": FIRST}
        self.enabled = True
        self.writes = 0

    def describe_secret(self, SecretId):
        versions = {}
        for label, version in self.labels.items():
            versions.setdefault(version, []).append(label)
        return {
            "ARN": SecretId,
            "Name": NAME,
            "RotationEnabled": self.enabled,
            "Tags": [{"Key": k, "Value": v} for k, v in self.tags.items() if v],
            "VersionIdsToStages": versions,
        }

    def get_secret_value(self, SecretId, VersionId):
        if VersionId not in self.texts:
            raise NotFoundError
        return {"SecretString": self.texts[VersionId]}

    def put_secret_value(self, SecretId, ClientRequestToken, SecretString, VersionStages):
        if self.texts.get(ClientRequestToken, SecretString) != SecretString:
            raise RefusedError
        self.writes += 1
        self.texts[ClientRequestToken] = SecretString
        self.labels.update(dict.fromkeys(VersionStages, ClientRequestToken))

    def update_secret_version_stage(
        self, SecretId, VersionStage, MoveToVersionId=None, RemoveFromVersionId=None
    ):
        if self.labels.get(VersionStage) != RemoveFromVersionId:
            raise RefusedError
        if VersionStage == "AWSCURRENT":
            self.labels["AWSPREVIOUS"] = RemoveFromVersionId
        if MoveToVersionId:
            self.labels[VersionStage] = MoveToVersionId
        else:
            del self.labels[VersionStage]

    def fill(self, version, **values):
        """Write values as a person would during the rotation."""
        self.texts[version] = json.dumps({**self.current, **values})
        self.labels["AWSCURRENT"] = version

    @property
    def current(self):
        return json.loads(self.texts[self.labels["AWSCURRENT"]])


@pytest.fixture
def vault():
    return Vault(json.dumps(VALUES))


def step(vault, name, token=NEW):
    return run(vault, {"SecretId": "arn", "ClientRequestToken": token, "Step": name})


def rotate(vault, token=NEW):
    vault.labels["AWSPENDING"] = token  # as Secrets Manager does
    return [step(vault, name, token) for name in STEPS]


def test_only_the_tagged_keys_get_new_values(vault):
    rotate(vault)
    assert vault.current.keys() == VALUES.keys()
    assert vault.current["AppleDeviceCheckKey"] == "a person's"
    assert re.fullmatch(rf"[A-Za-z0-9]{{{LENGTH}}}", vault.current["ServiceAuth"])
    assert vault.labels["AWSPREVIOUS"] == FIRST


def test_values_have_the_length_and_alphabet_of_secrets_fill():
    assert len(new_password()) == len(random_value())
    assert {*random_value(), *new_password()} <= set(ALPHABET)
    assert new_password() != new_password()


def test_each_step_is_idempotent(vault):
    vault.labels["AWSPENDING"] = NEW
    for name in STEPS:
        step(vault, name)
        value = dict(vault.texts)
        step(vault, name)
        assert vault.texts == value
    assert vault.writes == 1
    assert [step(vault, name) for name in STEPS] == ["the version is current already"] * 4


@pytest.mark.parametrize(
    "value",
    [{MARKER: "true", SEED: "x"}, {"AppleDeviceCheckKey": "a person's"}, {"ServiceAuth": ""}],
    ids=["unfilled", "half filled", "empty"],
)
def test_an_unfilled_key_is_not_generated(value):
    vault = Vault(json.dumps(value))
    assert rotate(vault)[0] == "no change is due: value kept"
    assert vault.current == value


def test_two_users_alternate_so_that_the_previous_one_stays_valid():
    mongo = {"Username": "services", "Password": "old", "Addresses": "a:27017"}
    vault = Vault(json.dumps(mongo), keys="Password", users="Username")
    rotate(vault, "second")
    assert vault.current["Username"] == "services-2"
    assert vault.current["Password"] != "old"
    rotate(vault, "third")
    assert vault.current["Username"] == "services"
    assert vault.current["Password"] != "old"
    assert vault.current["Addresses"] == "a:27017"


def test_a_user_without_a_password_does_not_alternate():
    vault = Vault('{"Username": "services"}', keys="Password", users="Username")
    rotate(vault)
    assert vault.current == {"Username": "services"}


@pytest.mark.parametrize("name", ["services", "services-2"])
def test_the_command_line_alternates_users_as_the_function_does(name):
    assert other_user(name) == planning.other_user(name) != name
    assert other_user(other_user(name)) == name


def test_a_password_is_the_whole_value():
    vault = Vault("old", kind="password", keys="")
    rotate(vault)
    assert len(vault.texts[NEW]) == LENGTH


def test_a_test_of_the_schedule_needs_no_value(vault):
    vault.labels["AWSPENDING"] = NEW
    assert step(vault, "testSecret") == "no pending value: a test of the schedule"
    vault.texts[NEW] = vault.texts[FIRST]
    assert step(vault, "testSecret") == "the pending version is valid"


@pytest.mark.parametrize("late", ["testSecret", "finishSecret"])
def test_values_that_a_person_writes_during_the_rotation_are_not_lost(vault, late):
    vault.labels["AWSPENDING"] = NEW
    step(vault, "createSecret")
    vault.fill("meanwhile", AppleDeviceCheckKey="another")
    with pytest.raises(RotationError, match="rotate the secret again"):
        step(vault, late)
    assert vault.current["AppleDeviceCheckKey"] == "another"
    rotate(vault, "next")  # the label is free again
    assert vault.labels["AWSCURRENT"] == "next"
    assert vault.current["AppleDeviceCheckKey"] == "another"


def test_the_mark_of_filled_keys_moves_to_the_new_version_and_older_marks_are_removed(vault):
    rotate(vault, "second")
    assert vault.labels[MARK] == "second"
    rotate(vault, "third")
    assert vault.labels[MARK] == "third"
    fuller = version_id(("ServiceAuth", "AppleDeviceCheckKey"), "1" * 32)
    vault.fill(fuller)
    rotate(vault, "fifth")
    marks = {label: v for label, v in vault.labels.items() if label.startswith("tidegen-")}
    assert marks == {fuller.removesuffix("-" + "1" * 32): "fifth"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda v: v.tags.update(rotation="unheard of"), "set it to one of"),
        (lambda v: setattr(v, "enabled", False), "rotation is off"),
        (lambda v: v.labels.pop("AWSPENDING"), "is not pending"),
        (lambda v: v.texts.clear(), "fill the secret"),
    ],
    ids=["kind", "off", "not pending", "no value"],
)
def test_an_error_names_the_secret_and_what_to_do(vault, change, message):
    vault.labels["AWSPENDING"] = NEW
    change(vault)
    with pytest.raises(RotationError, match=message) as caught:
        step(vault, "createSecret")
    assert NAME in str(caught.value)


def test_an_unknown_step_is_an_error(vault):
    with pytest.raises(RotationError, match="unknown step 'other'"):
        step(vault, "other")


@pytest.mark.parametrize("text", ["no JSON: hunter2", '["hunter2"]', '{"ServiceAuth": "hunter2"'])
def test_no_value_is_printed_for_any_content(text, capsys):
    vault = Vault(text)
    rotate(vault)
    assert "hunter2" not in repr(Secret(NAME, text)) + capsys.readouterr().out


def test_the_entry_point_logs_the_result_and_no_value(vault, monkeypatch, capsys):
    monkeypatch.setattr(handler, "_client", lambda: vault)
    vault.labels["AWSPENDING"] = NEW
    for name in STEPS:
        handler.handle({"SecretId": NAME, "ClientRequestToken": NEW, "Step": name}, None)
    out = capsys.readouterr().out
    assert [json.loads(line)["step"] for line in out.splitlines()] == list(STEPS)
    assert not [text for text in vault.current.values() if text in out]


class Authority:
    """Certificate Manager, with one certificate; each export encrypts its key again."""

    def __init__(self):
        self.certificate = "the certificate"

    def export_certificate(self, CertificateArn, Passphrase):
        assert CertificateArn == "arn:certificate"
        key = f"a key under {Passphrase.decode()}"
        return {"Certificate": self.certificate, "CertificateChain": "chain", "PrivateKey": key}


@pytest.fixture
def acm(monkeypatch):
    authority = Authority()
    monkeypatch.setattr(certificate, "_client", lambda: authority)
    return authority


@pytest.fixture
def kept(acm):
    """Return a secret for the certificate as CloudFormation creates it: no JSON yet."""
    vault = Vault("random text", kind="certificate", keys="")
    vault.tags[CERTIFICATE_TAG] = "arn:certificate"
    return vault


def test_a_certificate_is_stored_with_chain_key_and_passphrase(kept):
    rotate(kept)
    assert kept.current.keys() == {"certificate", "chain", "key", "passphrase"}
    assert kept.current["key"] == f"a key under {kept.current['passphrase']}"


def test_a_certificate_that_was_not_renewed_leaves_its_secret_unchanged(kept, acm):
    rotate(kept)
    before = kept.current
    assert rotate(kept, "next")[0] == "no change is due: value kept"
    assert kept.current == before
    acm.certificate = "the renewed one"
    rotate(kept, "third")
    assert kept.current["certificate"] == "the renewed one"
    assert kept.current["passphrase"] != before["passphrase"]


def test_a_certificate_that_cannot_be_exported_changes_nothing(kept, acm):
    acm.export_certificate = lambda **_: (_ for _ in ()).throw(RefusedError)
    with pytest.raises(RefusedError):
        rotate(kept)
    assert kept.labels["AWSCURRENT"] == FIRST
    assert kept.writes == 0


def test_a_certificate_secret_without_the_certificates_tag_is_an_error():
    with pytest.raises(RotationError, match="tag certificate"):
        rotate(Vault("random text", kind="certificate", keys=""))


def test_every_kind_returns_a_value(acm):
    for kind, make in KINDS.items():
        assert make(Secret(NAME, "{}", certificate="arn:certificate")), kind
