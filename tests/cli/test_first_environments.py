"""The order in which the missing prerequisites of an environment are deployed."""

import pytest

from tests.conftest import ROOT
from tidegen.cli.commands.deploying import first_environments
from tidegen.cli.session import Session
from tidegen.environments import load_all
from tidegen.planning.steps import prerequisites_of


@pytest.fixture
def session():
    return Session(project=ROOT, files=load_all(ROOT), connect=None, local=False)


def missing_in(session, *regions):
    needed = prerequisites_of(session.target("production"))
    return [item for item in needed if item.address.place.region in regions]


def test_the_home_region_is_deployed_again_once_the_copies_have_a_bucket(session):
    """S3 refuses a destination that does not exist; its region's roles need the home's boundary."""
    missing = missing_in(session, "us-west-2", "us-east-2")
    assert first_environments(session, "production", missing) == [
        "account-production",
        "account-production-recovery",
        "account-production",
    ]


@pytest.mark.parametrize(
    ("region", "name"),
    [("us-west-2", "account-production"), ("us-east-2", "account-production-recovery")],
)
def test_a_baseline_that_is_missing_alone_is_deployed_once(session, region, name):
    assert first_environments(session, "production", missing_in(session, region)) == [name]
