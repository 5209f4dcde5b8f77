"""Filling, checking and rotating secrets through the command line, on the local engine."""

import io
import json
import os
import pty
import re
import subprocess
import sys
import time
import urllib.request
import uuid
import zipfile

import boto3
import pytest

from tests.conftest import ROOT, client, deployed, tidegen
from tidegen.chart.secrets import CHART_SECRETS, Fill, rotated_keys

BASELINE = ("account-nonproduction", "shared-nonproduction", "development")
ENV = ("--env", "development")
PATIENCE = 30.0  # seconds


@pytest.fixture(scope="module")
def aws():
    """An engine with development deployed on it; the environment that reaches it."""
    with deployed(*BASELINE) as environment:
        yield environment


@pytest.fixture(scope="module")
def filled(aws):
    """The same engine, with all keys filled that need no person; the command's result."""
    done = tidegen("secrets", "fill", *ENV, env=aws, text="")
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture
def manager(aws):
    return client(aws, "secretsmanager")


def held(manager, name):
    response = manager.get_secret_value(SecretId=f"/tidepool/development/{name}")
    return json.loads(response["SecretString"])


def on_a_terminal(aws, *arguments, answers):
    """Run the command on a separate terminal and answer; return its exit code and output."""
    command = [sys.executable, "-m", "tidegen", *arguments]
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(ROOT)
        os.execve(command[0], command, {**os.environ, **aws})  # noqa: S606 - no shell is wanted
    shown, deadline = "", time.monotonic() + PATIENCE
    waiting = list(answers)
    while time.monotonic() < deadline:
        try:
            shown += os.read(terminal, 4096).decode()
        except OSError:  # the command has ended and closed its terminal
            break
        if waiting and re.search(rf"{re.escape(waiting[0][0])}( \(Enter .* @FILE .*\))?: $", shown):
            os.write(terminal, f"{waiting.pop(0)[1]}\n".encode())
            shown += "\n"
    os.close(terminal)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert not waiting, shown
    return code, shown


def test_keys_that_need_no_person_are_filled(filled, manager):
    assert "left ClientId, ClientSecret" in filled.stdout
    assert "keys written" in filled.stderr
    mongo = held(manager, "mongo")
    assert mongo["Addresses"].startswith("mongo-1.internal.development.tidepool.example:27017,")
    assert held(manager, "shoreline").keys() == CHART_SECRETS["shoreline"].keys()
    assert held(manager, "token-signing-key")["public"].startswith("-----BEGIN PUBLIC KEY-----")


def test_no_value_was_printed(filled, manager):
    shown = filled.stdout + filled.stderr
    values = [
        v for name in ("server", "shoreline", "userdata") for v in held(manager, name).values()
    ]
    assert not [value for value in values if len(value) > 5 and value in shown]


def test_a_second_run_changes_nothing(filled, manager, aws):
    before = held(manager, "server")
    rows = json.loads(tidegen("secrets", "fill", *ENV, "--json", env=aws, text="").stdout)
    assert {row["secret"] for row in rows} == CHART_SECRETS.keys()
    assert not any(row["written"] for row in rows)
    assert held(manager, "server") == before


def test_status_lists_unfilled_keys_and_exits_1(filled, aws):
    done = tidegen("secrets", "status", *ENV, env=aws)
    assert done.returncode == 1
    assert "server               1 of 1 filled  rotates automatically, last: " in done.stdout
    assert re.search(r"carelink +1 of 1 filled  written [0-9-]{10}, 0 days ago", done.stdout)
    assert "OFF" not in done.stdout
    rows = json.loads(tidegen("secrets", "status", *ENV, "--json", env=aws).stdout)
    unfilled = {row["secret"]: row["unfilled"] for row in rows}
    assert unfilled["travis"] == {"Token": "given by a person"}
    assert unfilled["server"] == {}
    count = sum(1 for keys in unfilled.values() if keys)
    line = tidegen("status", *ENV, env=aws).stdout.splitlines()[-1]
    assert line.startswith(f"{count} secrets have unfilled keys")


def test_other_scopes_have_no_line_and_no_secrets(filled, aws):
    assert "secrets" not in tidegen("status", "--env", BASELINE[0], env=aws).stdout
    done = tidegen("secrets", "status", "--env", BASELINE[1], env=aws)
    assert done.returncode == 2
    assert "only environments have secrets" in done.stderr


def test_a_person_is_prompted_without_echo(filled, manager, aws, tmp_path):
    key = tmp_path / "key.p8"
    key.write_text("-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n")
    answers = [
        ("clinic-worker RedoxKeyId", "hunter3"),
        ("clinic-worker RedoxPrivateKey", f"@{tmp_path}/none"),
        ("clinic-worker RedoxPrivateKey", f"@{key}"),
    ]
    fill = ("secrets", "fill", *ENV, "--only", "clinic-worker")
    code, shown = on_a_terminal(aws, *fill, answers=answers)
    assert code == 0, shown
    expected = {"RedoxKeyId": "hunter3", "RedoxPrivateKey": key.read_text()}
    assert held(manager, "clinic-worker") == expected
    assert "hunter" not in shown
    assert str(tmp_path) not in shown


def test_enter_leaves_a_key_for_later(filled, manager, aws):
    fill = ("secrets", "fill", *ENV, "--only", "travis")
    code, shown = on_a_terminal(aws, *fill, answers=[("travis Token", "")])
    assert code == 0
    assert "left Token" in shown


def test_a_misspelt_secret_names_the_closest(aws):
    done = tidegen("secrets", "fill", *ENV, "--only", "dexcm", env=aws)
    assert done.returncode == 2
    assert "did you mean 'dexcom'?" in done.stderr


def test_rotation_is_confirmed_by_name(filled, manager, aws):
    before = held(manager, "server")
    declined = tidegen("secrets", "rotate", *ENV, "server", env=aws, text="no\n")
    assert declined.returncode == 1
    assert "declined; nothing was changed" in declined.stderr
    assert held(manager, "server") == before
    done = tidegen("secrets", "rotate", *ENV, "server", env=aws, text="development\n")
    assert done.returncode == 0, done.stderr
    after = held(manager, "server")
    assert after.keys() == before.keys()
    assert after != before
    assert after["ServiceAuth"] not in done.stdout + done.stderr


def test_random_values_rotate_automatically(filled, manager):
    """Read the deployed secrets with Secrets Manager's API."""
    for name, keys in CHART_SECRETS.items():
        secret = manager.describe_secret(SecretId=f"/tidepool/development/{name}")
        assert secret.get("RotationEnabled", False) is bool(rotated_keys(keys)), name
        if secret.get("RotationEnabled"):
            tags = {tag["Key"]: tag["Value"] for tag in secret["Tags"]}
            assert tags["rotated-keys"].split() == list(rotated_keys(keys))
            assert ":function:tidepool-development-" in secret["RotationLambdaARN"]


@pytest.fixture(scope="module")
def rotate(aws, tmp_path_factory):
    """Rotate a secret like Secrets Manager, with the deployed code of the function."""
    keys = {"aws_access_key_id": "444455556666", "aws_secret_access_key": "local"}
    at = {"region_name": "us-west-2", "endpoint_url": aws["AWS_ENDPOINT_URL"], **keys}
    manager, functions = boto3.client("secretsmanager", **at), boto3.client("lambda", **at)
    folder = tmp_path_factory.mktemp("function")

    def step(arn, token, name):
        event = {"SecretId": arn, "ClientRequestToken": token, "Step": name}
        code = f"from rotation.handler import handle; handle({event}, None)"
        known = {**os.environ, **aws, **{k.upper(): v for k, v in keys.items()}}
        known["AWS_DEFAULT_REGION"] = "us-west-2"
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=folder,
            env=known,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def run(name):
        secret = manager.describe_secret(SecretId=f"/tidepool/development/{name}")
        if not list(folder.iterdir()):
            code = functions.get_function(FunctionName=secret["RotationLambdaARN"])["Code"]
            with urllib.request.urlopen(code["Location"]) as answer:  # noqa: S310 - the engine's
                zipfile.ZipFile(io.BytesIO(answer.read())).extractall(folder)
        token = str(uuid.uuid4())
        # the pending version without a value, as Secrets Manager creates it
        manager.put_secret_value(
            SecretId=secret["ARN"],
            ClientRequestToken=token,
            SecretBinary=b"none",
            VersionStages=["AWSPENDING"],
        )
        names = ("createSecret", "setSecret", "testSecret", "finishSecret")
        return "".join(step(secret["ARN"], token, name) for name in names)

    return run


def test_a_rotation_changes_only_its_keys_and_counts_as_filled(filled, manager, aws, rotate):
    status = tidegen("status", *ENV, env=aws).stdout.splitlines()[-1]
    for name in ("server", "mongo", "dexcom", "server"):
        before = held(manager, name)
        output = rotate(name)
        after = held(manager, name)
        changed = {key for key in after if after[key] != before[key]}
        assert changed == {
            key
            for key, fill in CHART_SECRETS[name].items()
            if fill in (Fill.ROTATED, Fill.ALTERNATED)
        }
        assert after.keys() == before.keys()
        assert not [value for value in after.values() if len(value) > 8 and value in output]
    assert held(manager, "mongo")["Username"] == "services-2"
    assert tidegen("status", *ENV, env=aws).stdout.splitlines()[-1] == status


def test_keys_that_stored_data_depends_on_are_not_rotated(filled, manager, aws):
    before = held(manager, "userdata")
    done = tidegen("secrets", "rotate", *ENV, "userdata", "--yes", env=aws)
    assert done.returncode == 1
    assert "cannot be renewed automatically: GroupIdEncryptionKey is permanent" in done.stderr
    assert held(manager, "userdata") == before


def test_an_environment_that_is_not_deployed(aws):
    done = tidegen("secrets", "fill", "--env", "staging", env=aws)
    assert done.returncode == 1
    assert "run 'tidegen deploy --env staging'" in done.stderr


def pem(label="PRIVATE KEY", lines=28):
    """A PEM as a third party hands it over: longer than what one read of a terminal returns."""
    body = "\n".join(f"MIIE{number:060}" for number in range(lines))
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"


ALERTS = ("care-partner-alerts", "APNSSigningKey")
FILL_ALERTS = ("secrets", "fill", *ENV, "--only", ALERTS[0])


def test_a_pasted_pem_without_its_end_is_refused_and_nothing_is_stored(filled, manager, aws):
    cut = pem().rpartition("-----END")[0].rstrip("\n")
    answers = [(" ".join(ALERTS), cut), (" ".join(ALERTS), "")]
    code, shown = on_a_terminal(aws, *FILL_ALERTS, answers=answers)
    assert code == 0, shown
    assert "this value begins a PEM and does not end it; write it to a file and answer @" in shown
    assert "MIIE" not in shown
    assert "left APNSSigningKey" in shown
    assert "APNSSigningKey" not in held(manager, ALERTS[0])


def test_a_paste_of_several_lines_is_refused_and_reaches_no_other_prompt(filled, manager, aws):
    answers = [
        ("marketo ID", "one\ntwo\nthree"),
        ("marketo ID", "4711"),
        ("marketo Secret", pem() + "more"),
        ("marketo Secret", ""),
        ("marketo URL", "x" * 5000),
        ("marketo URL", ""),
    ]
    code, shown = on_a_terminal(aws, "secrets", "fill", *ENV, "--only", "marketo", answers=answers)
    assert code == 0, shown
    assert "this value is more than one line" in shown
    assert "this value has more lines after the PEM" in shown
    assert "this value is longer than a line of a terminal" in shown
    assert "left Secret, URL" in shown
    assert held(manager, "marketo") == {"ID": "4711"}


def test_a_pasted_pem_is_stored_whole(filled, manager, aws):
    answers = [(" ".join(ALERTS), pem().rstrip("\n"))]
    code, shown = on_a_terminal(aws, *FILL_ALERTS, answers=answers)
    assert code == 0, shown
    assert held(manager, ALERTS[0]) == {"APNSSigningKey": pem()}
    assert "MIIE" not in shown


def test_a_value_of_a_person_is_replaced(filled, manager, aws, tmp_path):
    path = tmp_path / "key.p8"
    path.write_text(pem(lines=3))
    before = held(manager, ALERTS[0])
    command = ("secrets", "set", *ENV, *ALERTS)
    done = tidegen(*command, f"@{path}", env=aws, text="no\n")
    assert done.returncode == 1
    assert held(manager, ALERTS[0]) == before
    done = tidegen(*command, f"@{path}", env=aws, text="development\n")
    assert done.returncode == 0, done.stderr
    assert "wrote APNSSigningKey" in done.stdout
    assert held(manager, ALERTS[0]) == {"APNSSigningKey": path.read_text()}
    previous = manager.get_secret_value(
        SecretId=f"/tidepool/development/{ALERTS[0]}", VersionStage="AWSPREVIOUS"
    )
    assert json.loads(previous["SecretString"]) == before
    done = tidegen(*command, "--yes", env=aws, text=path.read_text())
    assert "has this value already" in done.stdout
    assert "MIIE" not in done.stdout + done.stderr


def test_a_replacement_is_typed_without_echo(filled, manager, aws):
    answers = [
        ("dexcom ClientSecret", "hunter5"),
        ("Type development to replace dexcom ClientSecret", "development"),
    ]
    code, shown = on_a_terminal(
        aws, "secrets", "set", *ENV, "dexcom", "ClientSecret", answers=answers
    )
    assert code == 0, shown
    assert held(manager, "dexcom")["ClientSecret"] == "hunter5"
    assert "hunter5" not in shown
    done = tidegen("secrets", "set", *ENV, "dexcom", "ClientSecret", "--yes", env=aws, text="new\n")
    assert done.returncode == 0, done.stderr
    assert held(manager, "dexcom")["ClientSecret"] == "new"


@pytest.mark.parametrize(
    ("arguments", "text", "code", "message"),
    [
        (("dexcom", "StateSalt"), "x", 1, "is rotated; 'tidegen secrets rotate' regenerates it"),
        (("userdata", "GroupIdEncryptionKey"), "x", 1, "is permanent; no command replaces it"),
        (("dexcom", "ClientSecrt"), "x", 2, "is not a key; known: ClientId, ClientSecret"),
        (("dexcom", "ClientSecret", "hunter6"), "x", 2, "which the shell's history keeps; write @"),
        (("dexcom", "ClientSecret", "@/no/hunter6"), "x", 2, "is empty or cannot be read"),
        (("dexcom", "ClientSecret"), " \n", 2, "is empty"),
        (("dexcom", "ClientSecret"), pem()[:200], 2, "begins a PEM and does not end it"),
    ],
)
def test_a_replacement_is_refused(filled, manager, aws, arguments, text, code, message):
    before = {name: held(manager, name) for name in ("dexcom", "userdata")}
    done = tidegen("secrets", "set", *ENV, *arguments, "--yes", env=aws, text=text)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "hunter6" not in done.stderr
    assert {name: held(manager, name) for name in before} == before
