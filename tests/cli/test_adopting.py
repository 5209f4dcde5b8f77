"""Adopting what an account has once and somebody made by hand: its recorder and its trail."""

import json

import pytest

from tests.conftest import client, tidegen
from tidegen.local import running_engine

ENV = ("--env", "account-nonproduction")
ROLE = "arn:aws:iam::444455556666:role/by-hand"
RECORDER, TRAIL = "Audit/Recorder=default", "Audit/Trail=by-hand"


@pytest.fixture(scope="module")
def aws():
    """An account with a recorder and a trail."""
    with running_engine() as engine:
        environment = engine.environment_variables()
        recorder = {"name": "default", "roleARN": ROLE}
        client(environment, "config").put_configuration_recorder(ConfigurationRecorder=recorder)
        here = {"LocationConstraint": "us-west-2"}
        s3 = client(environment, "s3")
        s3.create_bucket(Bucket="by-hand", CreateBucketConfiguration=here)
        client(environment, "cloudtrail").create_trail(Name="by-hand", S3BucketName="by-hand")
        told(environment, "Config::ConfigurationRecorder", Name="default", RoleARN=ROLE)
        told(environment, "Config::ConfigurationRecorder", Name="another", RoleARN=ROLE)
        trail = {"TrailName": "by-hand", "S3BucketName": "by-hand", "IsLogging": True}
        told(environment, "CloudTrail::Trail", Id="by-hand", **trail)
        yield environment


def told(aws, type_name, **properties):
    """Let the engine's Cloud Control know of it: it does not look into other services."""
    client(aws, "cloudcontrol").create_resource(
        TypeName=f"AWS::{type_name}", DesiredState=json.dumps(properties)
    )


def test_what_is_not_there_is_not_imported(aws):
    done = tidegen("import", *ENV, "Audit/Recorder=another", "--yes", env=aws)
    assert done.returncode == 1
    assert "with identifier 'another' was not found" in done.stderr


def test_a_recorder_and_a_trail_become_the_platforms(aws):
    done = tidegen("deploy", *ENV, "--yes", env=aws)
    assert done.returncode == 1
    assert "a configuration recorder in us-west-2 already, 'default'" in done.stderr
    shown = tidegen("import", *ENV, "--find", env=aws).stdout
    assert "Audit/Recorder='default'" in shown
    assert "Audit/Trail='by-hand'" in shown

    done = tidegen("import", *ENV, RECORDER, TRAIL, "--yes", env=aws)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "imported 2 resources" in done.stderr

    done = tidegen("deploy", *ENV, "--yes", env=aws)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing to change" in tidegen("deploy", *ENV, "--yes", env=aws).stdout
    (recorder,) = client(aws, "config").describe_configuration_recorders()["ConfigurationRecorders"]
    assert recorder["name"] == "default"
    assert recorder["roleARN"] != ROLE
    (trail,) = client(aws, "cloudtrail").describe_trails()["trailList"]
    assert trail["Name"] == "by-hand"
    assert trail["S3BucketName"].startswith("tidepool-log-archive-")
