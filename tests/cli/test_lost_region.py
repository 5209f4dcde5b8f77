"""Production is rebuilt in its recovery region while its home region does not answer."""

import json
import shutil

import boto3
import pytest
from lost_region import without

from tests.conftest import ROOT, tidegen
from tidegen.chart.secrets import CHART_SECRETS
from tidegen.local.engine import running_engine

HOME, RECOVERY = "us-west-2", "us-east-2"
BASELINE = ("account-production", "account-production-recovery")
ENV = ("--env", "production")
FILLED = '{"ServiceAuth": "kept"}'


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project, production without shared services."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("environments", "templates"):
        shutil.copytree(ROOT / name, folder / name)
    edit(folder, ("shared: shared-production\n", ""))
    return folder


def edit(project, *changes):
    path = project / "environments" / "production.yaml"
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


@pytest.fixture(scope="module")
def aws(project):
    """An engine with production deployed in its home region, and a filled secret."""
    with running_engine() as engine:
        environment = engine.environment_variables()
        for name in (*BASELINE, "production"):
            done = tidegen("deploy", "--env", name, "--yes", env=environment, cwd=project)
            assert done.returncode == 0, done.stdout + done.stderr
        secrets(environment, HOME).put_secret_value(
            SecretId="/tidepool/production/blob", SecretString=FILLED
        )
        yield environment


def secrets(aws, region):
    return boto3.client(
        "secretsmanager",
        region_name=region,
        endpoint_url=aws["AWS_ENDPOINT_URL"],
        aws_access_key_id="111122223333",
        aws_secret_access_key="local",
    )


@pytest.fixture(scope="module")
def moved(project, aws):
    """The project after docs/runbooks/new-region.md: production's file has the other region."""
    edit(
        project,
        ("recovery: {region: us-east-2, cidr: 10.72.0.0/16}\n", ""),
        (f"region: {HOME}", f"region: {RECOVERY}"),
        ("us-west-2a, us-west-2b, us-west-2c", "us-east-2a, us-east-2b, us-east-2c"),
        ("cidr: 10.64.0.0/16", "cidr: 10.72.0.0/16"),
    )
    return project


@pytest.fixture(scope="module")
def raised(aws, moved):
    """Production in the recovery region, rebuilt without a call to the lost one."""
    with without(HOME, aws["AWS_ENDPOINT_URL"]) as (endpoint, refused):
        there = {**aws, "AWS_ENDPOINT_URL": endpoint}
        planned = tidegen("plan", *ENV, env=there, cwd=moved)
        assert planned.returncode == 0, planned.stderr
        report = json.loads(tidegen("preflight", *ENV, "--json", env=there, cwd=moved).stdout)
        for command in (("secrets", "adopt"), ("deploy",)):
            done = tidegen(*command, *ENV, "--yes", env=there, cwd=moved)
            assert done.returncode == 0, done.stdout + done.stderr
    assert not refused
    return [item for item in report["findings"] if item["blocking"]]


def test_only_replicas_of_secrets_block_the_deploy(raised):
    """Buckets, roles and policies of the lost region keep their names; these differ."""
    assert len(raised) == len(CHART_SECRETS)
    assert all(f"a replica of the one in {HOME}" in item["message"] for item in raised)
    assert all("'tidegen secrets adopt'" in item["message"] for item in raised)


@pytest.mark.usefixtures("raised")
def test_secrets_are_adopted_with_their_values(aws):
    here = secrets(aws, RECOVERY)
    held = here.describe_secret(SecretId="/tidepool/production/blob")
    assert held.get("PrimaryRegion") in (None, RECOVERY)
    assert here.get_secret_value(SecretId="/tidepool/production/blob")["SecretString"] == FILLED


@pytest.mark.usefixtures("raised")
def test_it_is_deployed_completely_and_no_secret_is_left_to_adopt(aws, moved):
    status = tidegen("status", *ENV, env=aws, cwd=moved)
    assert f"tidepool-production (111122223333/{RECOVERY})  CREATE_COMPLETE" not in status.stdout
    assert f"tidepool-production (111122223333/{RECOVERY})  UPDATE_COMPLETE" in status.stdout
    done = tidegen("secrets", "adopt", *ENV, "--yes", env=aws, cwd=moved)
    assert done.returncode == 0
    assert "no secrets to adopt" in done.stderr


@pytest.mark.usefixtures("raised")
def test_the_recovered_region_becomes_its_recovery_region(aws, moved):
    edit(moved, ("release: current", f"recovery: {{region: {HOME}}}\nrelease: current"))
    report = json.loads(tidegen("preflight", *ENV, "--json", env=aws, cwd=moved).stdout)
    assert [item for item in report["findings"] if item["blocking"]] == []
    done = tidegen("deploy", *ENV, "--yes", env=aws, cwd=moved)
    assert done.returncode == 0, done.stdout + done.stderr
