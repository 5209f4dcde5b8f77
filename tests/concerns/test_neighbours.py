"""Decision 005 lists all that a role may do to other environments of its account, and no more."""

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from neighbours import CHOSEN, questions
from test_isolation import (
    CEILING,
    DEPLOY_CEILING,
    DEPLOYERS,
    EVERYTHING,
    RECORDS,
    ROLES,
    may,
    role_arn,
)

from tidegen.iam.evaluation import allowed
from tidegen.iam.statements import Request

PAGE = Path(__file__).parents[2] / "docs" / "decisions" / "005-isolation-within-an-account.md"
MINE, OTHER = "development", "production"
TEMPLATES = "role of a template"
#: First cell of a row of the decision → roles.
ROWS = {
    "execution role": ("ExecutionRole",),
    "deploy role, read role": ("DeployRole", "ReadRole"),
    TEMPLATES: ("Any",),
}


def listed():
    """Return (name of the roles, whether it reads) → patterns of the rows."""
    rows = re.findall(r"^\| ([\w, ]+) \| (changes|reads) \| (.*?) \|", PAGE.read_text(), re.M)
    patterns = {}
    for names, kind, cell in rows:
        patterns.setdefault((names, kind == "reads"), []).extend(re.findall(r"`([^`]+)`", cell))
    return patterns


LISTED = listed()


def possible(role):
    """Yield every question that a role of `MINE` is allowed on a resource of `OTHER`."""
    own = EVERYTHING if role not in DEPLOYERS else ROLES[MINE, role]
    boundary = CEILING if role not in DEPLOYERS else DEPLOY_CEILING
    granted = boundary if role not in DEPLOYERS else own
    names = {a.lower() for s in granted if s["Effect"] == "Allow" for a in s["Action"]}
    sent = {
        **CHOSEN,
        "aws:PrincipalArn": role_arn(MINE, role),
        "aws:PrincipalTag/environment": MINE,
        RECORDS: [f"api.{OTHER}.tidepool.example"],
    }
    for service in sorted({name.partition(":")[0] for name in names}):
        for question in questions(service, OTHER):
            if any(fnmatchcase(question.action.lower(), name) for name in names):
                request = Request(question.action, question.arn, {**sent, **dict(question.keys)})
                if allowed(own, request, boundary):
                    yield question


@pytest.mark.parametrize("names", ROWS)
def test_the_decision_lists_exactly_what_is_possible_in_a_shared_account(names):
    for role in ROWS[names]:
        found = list(possible(role))
        for reads in (False, True):
            patterns = LISTED.get((names, reads), [])
            actions = {question.action for question in found if question.reads is reads}
            beyond = {a for a in actions if not any(fnmatchcase(a, p) for p in patterns)}
            assert not beyond
            assert not [p for p in patterns if not any(fnmatchcase(a, p) for a in actions)]


def test_changes_are_listed_by_their_full_names():
    changes = [p for (_, reads), patterns in LISTED.items() if not reads for p in patterns]
    assert len(changes) > 40
    assert not [pattern for pattern in changes if "*" in pattern]


def test_calls_that_name_a_resource_of_another_are_still_possible():
    """Each acts on a resource of its own, so the questions above do not show it."""
    text = PAGE.read_text().partition("name another's resource")[2]
    actions = re.findall(r"`([a-z0-9]+:\w+)`", text.partition("\n\n")[0])
    assert len(actions) >= 6
    for action in actions:
        service = action.partition(":")[0]
        tail = f"tidepool-{MINE}-Any-1"
        own = {
            "autoscaling": f"autoScalingGroup:1:autoScalingGroupName/{tail}",
            "cloudwatch": f"alarm:{tail}",
            "events": f"rule/{tail}",
        }.get(service, "loadbalancer/app/a/1")
        arns = ("*", f"arn:aws:{service}:us-west-2:111122223333:{own}")
        assert any(may(MINE, "ExecutionRole", action, arn) for arn in arns), action
