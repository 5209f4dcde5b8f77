"""Every call of every handler is allowed on the resources that it is made on.

For create, read, update and delete of each resource type that the execution role deploys: each of
the schema's permissions that IAM knows, on an ARN with the name and the tag that CloudFormation
gives the resource, through the role's policies and its boundary. Comparing names of actions alone
missed calls that are granted on other resources only.
"""

from collections import defaultdict

import pytest
from neighbours import CHOSEN, questions
from test_deploy_actions import called, is_known
from test_isolation import DEPLOY_CEILING, RECORDS, ROLES, records_of, role_arn

from tidegen.blocks.linked_roles import LINKED_SERVICES, OF_ENVIRONMENTS
from tidegen.concerns.access.exceptions import is_excepted
from tidegen.concerns.access.execution_role import PASSED_TO
from tidegen.iam.evaluation import allowed
from tidegen.iam.statements import Request

ENVIRONMENT = "staging"
#: Calls that are denied, although a schema names them → why no deploy makes them.
DENIED = {
    "iam:AttachGroupPolicy": "policies are attached to roles only",
    "iam:AttachUserPolicy": "policies are attached to roles only",
    "iam:DetachGroupPolicy": "policies are attached to roles only",
    "iam:DetachUserPolicy": "policies are attached to roles only",
    "iam:DeleteRolePermissionsBoundary": "a role keeps its boundary",
    "iam:PutRolePermissionsBoundary": "a role keeps its boundary",
    "iam:DeleteRolePolicy": "no role has inline policies",
    "iam:PutRolePolicy": "no role has inline policies",
}
#: Calls on resources that are not the environment's; tests below ask for these.
ELSEWHERE = {"iam:CreateServiceLinkedRole", "s3:GetObject"}


def sent():
    return {
        **CHOSEN,
        "aws:PrincipalArn": role_arn(ENVIRONMENT, "ExecutionRole"),
        "aws:PrincipalTag/environment": ENVIRONMENT,
        RECORDS: records_of(ENVIRONMENT),
    }


def may(action, arn, **keys):
    request = Request(action, arn, {**sent(), **keys})
    return allowed(ROLES[ENVIRONMENT, "ExecutionRole"], request, DEPLOY_CEILING)


def needed():
    """Return action → types whose handlers call it, without the exceptions."""
    calls = {a: {t for t in types if not is_excepted(a, t)} for a, types in called().items()}
    return {action: types for action, types in calls.items() if types and is_known(action)}


def questions_of(actions):
    """Return action → questions on the environment's own resources."""
    asked = defaultdict(list)
    for service in {action.partition(":")[0] for action in actions}:
        for question in questions(service, ENVIRONMENT):
            asked[question.action.lower()].append(question)
    return {action: asked[action.lower()] for action in actions}


def is_allowed(asked):
    """Return whether every type that the call always names is allowed, or one of the others."""
    results = {q: may(q.action, q.arn, **dict(q.keys)) for q in asked}
    required = [result for question, result in results.items() if question.required]
    return all(required) if required else any(results.values())


def test_every_call_of_a_handler_is_allowed_on_its_own_resource():
    calls = needed()
    assert len(calls) > 400
    assert all(len(types) for types in calls.values())
    denied = {action for action, asked in questions_of(calls).items() if not is_allowed(asked)}
    assert denied == {*DENIED, *ELSEWHERE}


def test_code_and_templates_are_read_from_the_artifacts():
    bucket = "arn:aws:s3:::tidepool-artifacts-us-west-2-111122223333"
    for folder in ("assets", "templates"):
        assert may("s3:GetObject", f"{bucket}/{folder}/1/a")


@pytest.mark.parametrize("service", OF_ENVIRONMENTS)
def test_roles_of_services_are_created(service):
    arn = f"arn:aws:iam::111122223333:role/aws-service-role/{service}/AWSServiceRoleForIt"
    assert may("iam:CreateServiceLinkedRole", arn, **{"iam:AWSServiceName": service})


@pytest.mark.parametrize("service", [s for s, types in LINKED_SERVICES.items() if types])
def test_roles_of_services_are_read_by_the_handlers_that_look_for_them(service):
    """EKS and others check with the caller's rights that their own role exists."""
    arn = f"arn:aws:iam::111122223333:role/aws-service-role/{service}/AWSServiceRoleForIt"
    assert may("iam:GetRole", arn)


@pytest.mark.parametrize("service", PASSED_TO)
def test_roles_are_passed_to_the_services_of_the_templates(service):
    arn = role_arn(ENVIRONMENT, "Mine")
    assert may("iam:PassRole", arn, **{"iam:PassedToService": service})
