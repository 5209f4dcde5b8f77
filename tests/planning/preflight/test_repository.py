"""Findings of preflight about GitHub: each weakness once, nothing of a protected environment."""

from dataclasses import replace

import pytest

from tests.targets import ACCOUNT
from tidegen.contract import Scope
from tidegen.deployment.repository import with_repository
from tidegen.errors import AccessError
from tidegen.planning.digest import DIGEST, root_digest
from tidegen.planning.model import Place, Plan, RootStep, RootTemplate, StackAddress, StackState
from tidegen.planning.preflight import PreflightReport, Unchecked, Unknown
from tidegen.planning.preflight.repository import (
    DeployEnvironment,
    RepositoryFacts,
    TrustedRepository,
    repository_results,
    trusted_repository,
)

TRUSTED = TrustedRepository(
    where="tide-staging-access", subject="org@1/repo@2", environment="staging"
)
PROTECTED = DeployEnvironment(
    reviewers=1, self_review=False, admins_bypass=False, branches=("main",)
)
FACTS = RepositoryFacts(ids=(1, 2), subject="repo:org@1/repo@2", environment=PROTECTED)


def messages(facts, trusted=TRUSTED):
    return [str(item) for item in repository_results(trusted, facts)]


def test_a_protected_environment_and_its_ids_are_no_finding():
    assert messages(FACTS) == []
    assert messages(replace(FACTS, subject="")) == []
    unsaid = replace(PROTECTED, admins_bypass=None)
    assert messages(replace(FACTS, environment=unsaid)) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reviewers": 0}, "staging of org/repo has no required reviewers; the deploy role"),
        ({"self_review": True}, "lets people approve their own deploys; the"),
        ({"admins_bypass": True}, "lets administrators bypass its rules; the"),
        ({"branches": None}, "accepts every branch; the"),
        ({"branches": ("main", "x")}, "accepts other branches than main (main, x); the"),
        ({"branches": ("tag main",)}, "accepts other branches than main (tag main); the"),
        ({"branches": ()}, "accepts other branches than main (none); the"),
        (
            {"branches": None, "reviewers": 0},
            "has no required reviewers, accepts every branch; the",
        ),
    ],
)
def test_each_weakness_is_a_warning(change, words):
    facts = replace(FACTS, environment=replace(PROTECTED, **change))
    (finding,) = repository_results(TRUSTED, facts)
    assert words in str(finding)
    assert not finding.blocking


def test_a_missing_environment_is_a_warning():
    assert "staging of org/repo is missing" in messages(replace(FACTS, environment=None))[0]


def test_other_ids_and_another_subject_are_warnings():
    (text,) = messages(replace(FACTS, ids=(1, 3)))
    assert "other ids of org/repo than GitHub (org@1/repo@2); write owner_id: 1 and" in text
    (text,) = messages(replace(FACTS, subject="repo:org/repo"))
    assert "the roles trust repo:org@1/repo@2, and tokens of org/repo have repo:org/repo" in text
    classic = replace(TRUSTED, subject="org/repo")
    assert messages(replace(FACTS, subject="repo:org/repo"), classic) == []
    assert "tokens of org/repo have repo:org@1/repo@2" in messages(FACTS, classic)[0]


def test_an_answer_that_is_missing_is_not_checked():
    unknown = Unknown("there is no token")
    facts = RepositoryFacts(ids=unknown, subject=unknown, environment=unknown)
    assert messages(facts) == [
        "tide-staging-access: not checked: GitHub environment staging: there is no token",
        "tide-staging-access: not checked: ids of repository org/repo: there is no token",
    ]


ADDRESS = StackAddress(Place(ACCOUNT, "r"), "tide-staging-access", Scope.ACCESS)
TEMPLATE = RootTemplate(name="access.yaml", content=b"x", body={}, sha256="0", scope=Scope.ACCESS)


def plan(parameters, *, deployed=False):
    step = RootStep(
        address=ADDRESS,
        project="tide",
        environment="staging",
        template=TEMPLATE,
        parameters=parameters,
    )
    outputs = {DIGEST: root_digest(b"x", parameters)}
    state = StackState(name="n", stack_id="i", status="UPDATE_COMPLETE", outputs=outputs)
    return Plan(
        environment="staging",
        release="r",
        steps=(step,),
        states={ADDRESS: state if deployed else None},
    )


class Refusing:
    """GitHub without a token."""

    def __getattr__(self, _):
        def ask(*_):
            raise AccessError("there is no token")

        return ask


def test_github_is_asked_if_the_access_root_changes_or_thoroughly():
    given = {"Subject": "org@1/repo@2"}
    assert trusted_repository(plan(given)) == TRUSTED
    empty = PreflightReport()
    assert with_repository(empty, plan(given, deployed=True), Refusing()) == empty
    thorough = with_repository(empty, plan(given, deployed=True), Refusing(), thorough=True)
    changing = with_repository(empty, plan(given), Refusing())
    assert thorough == changing
    assert len(thorough.unchecked) == 2
    assert all(isinstance(item, Unchecked) for item in thorough.unchecked)


def test_an_access_root_of_an_older_release_is_not_asked_about():
    older = plan({"Repository": "org/repo"})
    assert trusted_repository(older) is None
    assert with_repository(PreflightReport(), older, Refusing()) == PreflightReport()
