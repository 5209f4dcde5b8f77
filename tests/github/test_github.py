"""The adapter against a server that answers as documented, and its use by `tidegen preflight`."""

import json
import re

import pytest

from tests.conftest import ROOT, tidegen, unmeasured_engine
from tidegen.errors import AccessError
from tidegen.github.adapter import GitHub, from_variables
from tidegen.planning.preflight.repository import (
    DeployEnvironment,
    RepositoryFacts,
    TrustedRepository,
    repository_results,
)

REPOSITORY = "github/hello-world"
ENVIRONMENT = f"/repos/{REPOSITORY}/environments/staging"
POLICIES = f"{ENVIRONMENT}/deployment-branch-policies"


@pytest.fixture
def adapter(github):
    return from_variables({"GH_TOKEN": "t0ken", "GITHUB_API_URL": github.api})


def test_the_documented_answers_are_read(github, adapter):
    assert adapter.ids(REPOSITORY) == (1, 1296269)
    assert adapter.subject(REPOSITORY) == "repo:github@1/hello-world@1296269"
    assert adapter.environment(REPOSITORY, "staging") == DeployEnvironment(
        reviewers=2, self_review=True, branches=("main", "release/*")
    )
    for _, headers in github.requests:
        assert headers["Authorization"] == "Bearer t0ken"
        assert headers["Accept"] == "application/vnd.github+json"
    assert len(github.requests) == len({path for path, _ in github.requests}) == 4


def test_a_protected_environment_is_read(github, adapter):
    rule = github.answers[ENVIRONMENT]["protection_rules"][1]
    rule["prevent_self_review"] = True
    github.answers[ENVIRONMENT]["can_admins_bypass"] = False
    github.answers[POLICIES]["branch_policies"] = [{"name": "main", "type": "branch"}]
    assert adapter.environment(REPOSITORY, "staging") == DeployEnvironment(
        reviewers=2, self_review=False, admins_bypass=False, branches=("main",)
    )


def test_an_environment_without_rules_is_read(github, adapter):
    github.answers[ENVIRONMENT] |= {"protection_rules": [], "deployment_branch_policy": None}
    assert adapter.environment(REPOSITORY, "staging") == DeployEnvironment()


def test_other_policies_than_branches_by_name_are_distinguished(github, adapter):
    github.answers[POLICIES]["branch_policies"] = [{"name": "main", "type": "tag"}]
    assert adapter.environment(REPOSITORY, "staging").branches == ("tag main",)
    policy = {"protected_branches": True, "custom_branch_policies": False}
    github.answers[f"{ENVIRONMENT}-2"] = {
        **github.answers[ENVIRONMENT],
        "deployment_branch_policy": policy,
    }
    assert adapter.environment(REPOSITORY, "staging-2").branches == ("every protected branch",)


def test_the_commands_of_the_documentation_protect_an_environment(github, adapter):
    """Each setting of the request is in the answer of "Get an environment", as GitHub shows it."""
    page = (ROOT / "docs" / "deploying.md").read_text()
    body = json.loads(
        re.search(r"<<'JSON'\n(\{.*?\})\nJSON", page, re.DOTALL)[1].replace("TEAM", "1")
    )
    (branch,) = re.findall(r"deployment-branch-policies .\n  -f name=(\w+) -f type=branch", page)
    rule = {
        "type": "required_reviewers",
        "prevent_self_review": body["prevent_self_review"],
        "reviewers": [{"type": item["type"], "reviewer": item} for item in body["reviewers"]],
    }
    github.answers[ENVIRONMENT] |= {
        "protection_rules": [rule],
        "deployment_branch_policy": body["deployment_branch_policy"],
        "can_admins_bypass": body["can_admins_bypass"],
    }
    github.answers[POLICIES]["branch_policies"] = [{"name": branch, "type": "branch"}]
    trusted = TrustedRepository(
        where="x", subject="github@1/hello-world@1296269", environment="staging"
    )
    facts = RepositoryFacts(
        ids=adapter.ids(REPOSITORY),
        subject=adapter.subject(REPOSITORY),
        environment=adapter.environment(REPOSITORY, "staging"),
    )
    assert list(repository_results(trusted, facts)) == []


def test_a_missing_environment_is_none_and_a_missing_repository_is_an_error(adapter):
    assert adapter.environment(REPOSITORY, "production") is None
    with pytest.raises(AccessError, match="repository github/other is not found"):
        adapter.environment("github/other", "staging")


def test_a_subject_by_a_template_of_its_own_and_an_unknown_one(github, adapter):
    path = f"/repos/{REPOSITORY}/actions/oidc/customization/sub"
    github.answers[path] = {"use_default": False, "include_claim_keys": ["repo", "context"]}
    assert adapter.subject(REPOSITORY) == "another subject, by a template of its own"
    assert adapter.subject("github/other") == ""


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (401, "GitHub answers 401; check the token and its permissions"),
        (403, "GitHub answers 403; check the token and its permissions"),
        (301, "the repository was renamed or moved; change ci.repository"),
        (500, "GitHub answers 500"),
        ("no json", "GitHub does not answer"),
    ],
)
def test_another_answer_is_one_line(github, adapter, answer, words):
    github.answers[f"/repos/{REPOSITORY}"] = answer
    with pytest.raises(AccessError, match=words) as raised:
        adapter.ids(REPOSITORY)
    assert "t0ken" not in str(raised.value)
    assert len(github.requests) == 1  # no redirect is followed: the token would go there too


def test_a_server_that_does_not_answer_is_one_line(github):
    github.close()
    with pytest.raises(AccessError, match="GitHub does not answer"):
        GitHub(github.api, "t0ken").ids(REPOSITORY)


@pytest.mark.parametrize("api", ["http://github.example", "file:///etc", "ftp://127.0.0.1"])
def test_a_token_is_sent_encrypted_only(api):
    with pytest.raises(AccessError, match="not an https address; the token was not sent"):
        GitHub(api, "t0ken").ids(REPOSITORY)


def test_without_a_token_nothing_is_asked(github):
    with pytest.raises(AccessError, match="there is no token; set GH_TOKEN or GITHUB_TOKEN"):
        from_variables({"GITHUB_API_URL": github.api}).ids(REPOSITORY)
    assert github.requests == []


def test_the_variables_are_those_of_githubs_tools():
    assert from_variables({}).api == "https://api.github.com"
    both = from_variables({"GH_TOKEN": "a", "GITHUB_TOKEN": "b"})
    assert both == from_variables({"GITHUB_TOKEN": "a"})
    assert "a'" not in repr(both)


def test_preflight_reports_the_weaknesses_and_without_a_token_that_it_did_not_ask(github):
    ours = "/repos/tidepool-org/platform"
    for path, answer in list(github.answers.items()):
        renamed = path.replace(f"/repos/{REPOSITORY}", ours).replace("/staging", "/development")
        github.answers[renamed] = answer
    command = ("preflight", "--env", "development", "--json")
    with unmeasured_engine() as engine:
        aws = {**engine.environment_variables(), "GITHUB_API_URL": github.api}
        asked = tidegen(*command, env={**aws, "GH_TOKEN": "t0ken", "GITHUB_TOKEN": ""})
        silent = tidegen(*command, env={**aws, "GH_TOKEN": "", "GITHUB_TOKEN": ""})
    where = "tidepool-development-access"
    found = json.loads(asked.stdout)["findings"]
    messages = [item["message"] for item in found if item["where"] == where]
    weak, other = messages
    assert weak == (
        "GitHub environment development of tidepool-org/platform lets people approve their own "
        "deploys, accepts other branches than main (main, release/*); the deploy role trusts it: "
        "see 'From GitHub' in docs/deploying.md"
    )
    assert other == (
        "the file has other ids of tidepool-org/platform than GitHub "
        "(tidepool-org@123456/platform@456789); write owner_id: 1 and repository_id: 1296269 "
        "under ci"
    )
    assert not any(item["blocking"] for item in found if item["where"] == where)
    unasked = json.loads(silent.stdout)["unchecked"]
    assert [item["check"] for item in unasked if "there is no token; set" in item["reason"]] == [
        "GitHub environment development",
        "ids of repository tidepool-org/platform",
    ]
    assert "t0ken" not in asked.stdout + asked.stderr
