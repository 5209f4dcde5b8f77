"""`tidegen recovery plan` in an empty account; test_lost_region.py has a prepared one."""

import re

import pytest

from tests.conftest import deployed, tidegen

HOME, RECOVERY = "us-west-2", "us-east-2"


@pytest.fixture(scope="module")
def aws():
    with deployed() as variables:
        yield variables


def plan(aws, *options):
    done = tidegen("recovery", "plan", "--env", "production", *options, env=aws)
    assert done.returncode == 1, done.stderr
    return done


def test_all_that_is_missing_is_named_with_the_way_to_it(aws):
    done = plan(aws)
    assert done.stdout.startswith(f"production: from {HOME} to {RECOVERY}\n")
    assert f"not deployed: tidepool-bootstrap (111122223333/{RECOVERY})" in done.stdout
    assert "to do: tidegen bootstrap --env production" in done.stdout
    assert "  uploads                         15 min " in done.stdout
    assert "production: 8 steps are missing, 2 not known" in done.stderr


def test_data_is_not_in_a_region_that_it_is_not_copied_to(aws):
    done = plan(aws, "--region", "eu-central-1")
    _, _, lost = done.stdout.partition("At most lost (RPO)\n")
    rows = [re.split(r" {2,}", line.strip()) for line in lost.splitlines()]
    assert len(rows) == 8
    assert {tuple(row[1:]) for row in rows} == {("all", "nothing copies it there")}
