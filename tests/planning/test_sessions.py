"""A deploy warns of credentials that end before it usually does, by the times of the runbook."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import ROOT
from tidegen.contract import (
    DEPLOY_SESSION_SECONDS,
    FIRST_DEPLOY_SECONDS,
    UPDATE_SECONDS,
    Scope,
)
from tidegen.planning.digest import DIGEST, root_digest
from tidegen.planning.model import Place, Plan, RootStep, RootTemplate, StackAddress, StackState
from tidegen.planning.sessions import early_end

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
ADDRESS = StackAddress(Place("111122223333", "r"), "tide-staging", Scope.ENVIRONMENT)
TEMPLATE = RootTemplate(
    name="environment.yaml", content=b"x", body={}, sha256="0", scope=Scope.ENVIRONMENT
)
STEP = RootStep(
    address=ADDRESS, project="tide", environment="staging", template=TEMPLATE, parameters={}
)


def plan(digest=None):
    """A plan of one root; without a digest it is not deployed."""
    outputs = {DIGEST: digest} if digest else {}
    state = StackState(name="s", stack_id="i", status="UPDATE_COMPLETE", outputs=outputs)
    states = {ADDRESS: state if digest else None}
    return Plan(environment="staging", release="current", steps=(STEP,), states=states)


def warning(given, minutes):
    return early_end(given, NOW + timedelta(minutes=minutes), NOW)


def test_a_first_deploy_needs_credentials_for_as_long_as_the_runbook_says():
    assert warning(plan(), 90) == ""
    assert warning(plan(), 89) == (
        "the credentials end in 89 minutes, and this deploy can take 90; renew them first, or run "
        "the same command again when they have ended: CloudFormation continues"
    )


def test_an_update_takes_less():
    assert warning(plan("older"), 60) == ""
    assert "end in 0 minutes, and this deploy can take 60" in warning(plan("older"), -5)


def test_nothing_to_change_needs_no_time():
    assert warning(plan(root_digest(b"x", {})), 0) == ""


def test_an_unknown_end_is_no_warning():
    assert early_end(plan(), None, NOW) == ""


@pytest.mark.parametrize("name", ["new-region", "recovery"])
def test_the_runbooks_have_the_same_time(name):
    text = (ROOT / "docs" / "runbooks" / f"{name}.md").read_text()
    longest = re.search(r"[Dd]eploy.* \(?60 to (\d+) min", text)
    assert int(longest[1]) * 60 == FIRST_DEPLOY_SECONDS


def test_a_session_is_longer_than_any_deploy():
    """IAM API, CreateRole, MaxSessionDuration: 3,600 to 43,200 seconds."""
    assert 2 * max(FIRST_DEPLOY_SECONDS, UPDATE_SECONDS) < DEPLOY_SESSION_SECONDS <= 43_200
