"""Production is raised in its recovery region while its home region answers nothing."""

import pytest
from lost_region import without

from tests.conftest import tidegen
from tidegen.local import running_engine

HOME, RECOVERY = "us-west-2", "us-east-2"
BASELINE = ("account-production", "account-production-recovery")


@pytest.fixture
def moved(project):
    """The project after docs/runbooks/new-region.md: production's file names the other region."""
    path = project / "environments" / "production.yaml"
    lines = path.read_text().splitlines()
    kept = (line for line in lines if not line.startswith(("recovery:", "shared:")))
    text = "\n".join(kept).replace(f"region: {HOME}", f"region: {RECOVERY}")
    path.write_text(text.replace("cidr: 10.64.0.0/16", "cidr: 10.72.0.0/16"))
    return project


@pytest.fixture(scope="module")
def aws():
    """An engine on which production's account stands in both regions."""
    with running_engine() as engine:
        environment = engine.environment_variables()
        for name in BASELINE:
            done = tidegen("deploy", "--env", name, "--yes", env=environment)
            assert done.returncode == 0, done.stdout + done.stderr
        yield environment


def test_an_environment_is_raised_without_its_accounts_home_region(aws, moved):
    with without(HOME, aws["AWS_ENDPOINT_URL"]) as (endpoint, refused):
        there = {**aws, "AWS_ENDPOINT_URL": endpoint}
        planned = tidegen("plan", "--env", "production", env=there, cwd=moved)
        assert planned.returncode == 0, planned.stderr
        done = tidegen("deploy", "--env", "production", "--yes", env=there, cwd=moved)
        assert done.returncode == 0, done.stderr
        status = tidegen("status", "--env", "production", env=there, cwd=moved)
        assert f"tidepool-production (111122223333/{RECOVERY})  CREATE_COMPLETE" in status.stdout
    assert not refused
