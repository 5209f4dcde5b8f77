"""Import an account's recorder and trail that were created by hand."""

import json

import pytest

from tests.conftest import client, tidegen, unmeasured_engine

ENV = ("--env", "account-nonproduction")
ROLE = "arn:aws:iam::444455556666:role/by-hand"
RECORDER, TRAIL = "Audit/Recorder=default", "Audit/Trail=by-hand"


@pytest.fixture(scope="module")
def aws():
    """An account with a recorder and a trail."""
    with unmeasured_engine() as engine:
        environment = engine.environment_variables()
        recorder = {"name": "default", "roleARN": ROLE}
        client(environment, "config").put_configuration_recorder(ConfigurationRecorder=recorder)
        here = {"LocationConstraint": "us-west-2"}
        s3 = client(environment, "s3")
        s3.create_bucket(Bucket="by-hand", CreateBucketConfiguration=here)
        client(environment, "cloudtrail").create_trail(Name="by-hand", S3BucketName="by-hand")
        create(environment, "Config::ConfigurationRecorder", Name="default", RoleARN=ROLE)
        create(environment, "Config::ConfigurationRecorder", Name="another", RoleARN=ROLE)
        trail = {"TrailName": "by-hand", "S3BucketName": "by-hand", "IsLogging": True}
        create(environment, "CloudTrail::Trail", Id="by-hand", **trail)
        yield environment


def create(aws, type_name, **properties):
    """Create the resource with Cloud Control, which does not read other services in the engine."""
    client(aws, "cloudcontrol").create_resource(
        TypeName=f"AWS::{type_name}", DesiredState=json.dumps(properties)
    )


def test_a_resource_that_does_not_exist_is_not_imported(aws):
    done = tidegen("import", *ENV, "Audit/Recorder=another", "--yes", env=aws)
    assert done.returncode == 1
    assert "with identifier 'another' was not found" in done.stderr


def test_an_existing_recorder_and_trail_are_imported(aws):
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
