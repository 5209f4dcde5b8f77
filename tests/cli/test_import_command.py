"""`tidegen import` on the local engine, with the committed environments."""

import json

import pytest

from tests.conftest import client, tidegen, unmeasured_engine

ENV = ("--env", "account-nonproduction")
PATH, BUCKET = "LogArchive/LogArchive", "tidepool-log-archive-us-west-2-444455556666"
WISH = f"{PATH}={BUCKET}"


@pytest.fixture(scope="module")
def aws():
    """An account in which the bucket of the log archive was created by hand."""
    with unmeasured_engine() as engine:
        environment = engine.environment_variables()
        here = {"LocationConstraint": "us-west-2"}
        client(environment, "s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=here)
        yield environment


def test_it_requires_resources_or_find(aws):
    assert tidegen("import", *ENV, env=aws).returncode == 2
    assert tidegen("import", *ENV, "--find", WISH, env=aws).returncode == 2
    done = tidegen("import", *ENV, "LogArchive/LogArchive", env=aws)
    assert done.returncode == 2
    assert "is not of the form PATH=IDENTIFIER" in done.stderr


def test_an_account_is_imported_after_a_refusal_and_then_has_nothing_to_change(aws):
    done = tidegen("deploy", *ENV, "--yes", env=aws)
    assert done.returncode == 1
    assert "'tidegen import --find' shows how" in done.stderr

    done = tidegen("import", *ENV, "--find", env=aws)
    assert done.returncode == 0, done.stderr
    assert f"tidegen import --env account-nonproduction {PATH}='{BUCKET}'" in done.stdout
    candidates = json.loads(tidegen("import", *ENV, "--find", "--json", env=aws).stdout)[
        "candidates"
    ]
    assert [(row["path"], row["identifier"]) for row in candidates] == [(PATH, BUCKET)]

    done = tidegen("import", *ENV, WISH, env=aws, text="no\n")
    assert done.returncode == 1
    assert "declined; nothing was changed" in done.stderr
    assert tidegen("status", *ENV, env=aws).stdout.count("not deployed") == 3

    done = tidegen("import", *ENV, WISH, env=aws, text="account-nonproduction\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"< {PATH}  AWS::S3::Bucket  BucketName {BUCKET}" in done.stdout
    assert "tidepool-bootstrap (444455556666/us-west-2)  deployed first" in done.stdout
    assert "imported 1 resource;" in done.stderr

    plan = tidegen("plan", *ENV, env=aws).stdout
    assert "~ LogArchive  AWS::S3::Bucket  (stateful)" in plan
    assert "- ImportShell" in plan
    assert "+ LogArchive  AWS::S3::Bucket" not in plan

    done = tidegen("deploy", *ENV, "--yes", env=aws)
    assert done.returncode == 0, done.stdout + done.stderr
    done = tidegen("deploy", *ENV, "--yes", env=aws)
    assert "nothing to change" in done.stdout
    done = tidegen("import", *ENV, WISH, "--yes", env=aws)
    assert done.returncode == 0
    assert f"{PATH}  already in the stack" in done.stdout
    assert "no existing resources to import" in tidegen("import", *ENV, "--find", env=aws).stdout
