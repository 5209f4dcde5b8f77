"""Permissions that a release removes: kept for the old resources, and gone at last."""

import json
from dataclasses import replace

import pytest
from moto.iam.policy_validation import IAMPolicyDocumentValidator

from tidegen.cloudformation.evaluation import evaluate
from tidegen.cloudformation.values import statements
from tidegen.composition import build_assets, direct_root
from tidegen.concerns import own_concerns
from tidegen.concerns.access import CONCERN
from tidegen.contract import Context, Scope
from tidegen.errors import RefusedError
from tidegen.iam.evaluation import allowed
from tidegen.iam.statements import Request
from tidegen.planning.model import Place, Plan, ResolvedStep, RootTemplate, StackAddress
from tidegen.planning.retiring import RETIRED, retired_statements, retiring_template
from tidegen.planning.templates import sha256

ACCOUNT, REGION = "111122223333", "us-west-2"
ADDRESS = StackAddress(Place(ACCOUNT, REGION), "tidepool-staging-access", Scope.ACCESS)
CONCERNS = own_concerns()
ASSETS = build_assets(CONCERNS)
PARAMETERS = {
    "Project": "tidepool",
    "Environment": "staging",
    "Subject": "tidepool-org@123456/platform@456789",
    "RecoveryRegion": "us-east-2",
    "Domain": "staging.tidepool.example",
    "PrivateDomain": "internal.staging.tidepool.example",
    "PermissionsBoundaryArn": f"arn:aws:iam::{ACCOUNT}:policy/tidepool/boundary",
    "OidcProviderArn": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com",
}
TYPE = "AWS::IAM::ManagedPolicy"


def access(*without):
    """The access root of a release without these concerns, as it is rendered."""
    kept = tuple(concern for concern in CONCERNS if concern.name not in without)
    template = CONCERN.build(Context(kept, ASSETS))
    direct_root(CONCERN, template, Scope.ACCESS)
    body = json.loads(template.to_json())
    content = json.dumps(body).encode()
    return RootTemplate(
        name="access.yaml", content=content, body=body, sha256=sha256(content), scope=Scope.ACCESS
    )


def step(template):
    return ResolvedStep(
        address=ADDRESS,
        project="tidepool",
        environment="staging",
        template=template,
        parameters=PARAMETERS,
    )


def evaluated(body):
    pseudo = {
        "AWS::AccountId": ACCOUNT,
        "AWS::Region": REGION,
        "AWS::Partition": "aws",
        "AWS::StackName": ADDRESS.name,
    }
    return evaluate({"": body}, {**PARAMETERS, **pseudo})


def granted(body):
    """Every statement of the execution role, as IAM sees it."""
    return [
        statement
        for resource in evaluated(body).values()
        if resource["Type"] == TYPE
        if {"Ref": "ExecutionRole"} in resource["Properties"]["Roles"]
        for statement in statements(resource["Properties"]["PolicyDocument"])
    ]


def may(body, action, resource):
    keys = {"aws:RequestedRegion": REGION, "aws:ResourceTag/environment": "staging"}
    plain = [json.loads(text(item)) for item in granted(body)]
    return allowed(plain, Request(action, resource, keys))


def text(statement):
    """A statement with a text for each ARN that only a deployment knows."""
    return json.dumps(statement, default=str).replace(
        '{"Fn::GetAtt": ["ExecutionRole", "Arn"]}', '"arn:aws:iam::1:role/x"'
    )


OLD, NEW = access(), access("email", "metrics")
#: A deletion of each concern that the release removes.
DELETIONS = [
    ("dynamodb:DeleteTable", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/tidepool-staging-x"),
    ("ses:DeleteEmailIdentity", f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/tidepool.example"),
]


@pytest.fixture(scope="module")
def template():
    return retiring_template(step(NEW), OLD.body, PARAMETERS)


@pytest.mark.parametrize(("action", "resource"), DELETIONS)
def test_removed_types_can_be_deleted_meanwhile_and_not_afterwards(template, action, resource):
    """IAM's own rules, on the policies that are deployed at each time."""
    assert may(OLD.body, action, resource)
    assert may(template.body, action, resource)
    assert not may(NEW.body, action, resource)
    assert not may(template.body, action, resource.replace(ACCOUNT, "444455556666"))


def test_nothing_but_statements_of_the_two_templates_is_allowed(template):
    added = {n: r for n, r in template.body["Resources"].items() if n not in NEW.body["Resources"]}
    assert added
    assert all(name.startswith(RETIRED) for name in added)
    assert {**template.body, "Resources": NEW.body["Resources"]} == NEW.body
    for resource in evaluated({"Resources": added}).values():
        for statement in statements(resource["Properties"]["PolicyDocument"]):
            assert statement["Effect"] == "Allow"
            for action in statement["Action"]:
                assert any(covered(statement, action, old) for old in granted(OLD.body)), action


def covered(statement, action, old):
    return (
        action in old.get("Action", ())
        and statement["Resource"] == old["Resource"]
        and statement.get("Condition") == old.get("Condition")
    )


def test_what_both_allow_is_not_repeated(template):
    kept = {
        action
        for resource in template.body["Resources"].values()
        if "until it is deployed" in str(resource["Properties"].get("Description"))
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]
        for action in statement["Action"]
    }
    assert {action for action, _ in DELETIONS} <= kept
    stay = {a for item in granted(NEW.body) if item["Effect"] == "Allow" for a in item["Action"]}
    assert len(stay) > 300
    assert not kept & stay


def test_the_kept_policies_pass_iams_grammar_and_quotas(template):
    resources = evaluated(template.body)
    kept = {name: r["Properties"] for name, r in resources.items() if name.startswith(RETIRED)}
    for properties in kept.values():
        document = json.dumps(properties["PolicyDocument"], separators=(",", ":"))
        IAMPolicyDocumentValidator(document).validate()
        assert len(document) <= 6_144
        assert properties["Path"] == "/tidepool/staging/access/"
    attached = [r for r in resources.values() if {"Ref": "ExecutionRole"} in roles(r)]
    assert len(attached) <= 10
    assert len(template.content) <= 51_200
    assert json.loads(template.content) == template.body


def roles(resource):
    return resource["Properties"].get("Roles", [])


def test_an_interrupted_deploy_makes_the_same_template_again(template):
    """Its digest is the deployed one then, so nothing is deployed twice."""
    again = retiring_template(step(NEW), template.body, PARAMETERS)
    assert again.content == template.content


def test_a_release_that_removes_nothing_needs_no_second_step():
    assert retiring_template(step(OLD), NEW.body, PARAMETERS) is None
    assert retiring_template(step(NEW), NEW.body, PARAMETERS) is None


def test_a_root_without_an_execution_role_keeps_nothing():
    assert retiring_template(step(NEW), {"Resources": OLD.body["Resources"]}, PARAMETERS) is None


ARN = "arn:aws:sqs:*:1:tide-a-*"


@pytest.mark.parametrize(
    ("offer", "kept"),
    [
        ({"Action": ["sqs:Delete*"], "Resource": [ARN]}, []),
        ({"Action": ["sqs:DeleteQueue"], "Resource": ["*"]}, []),
        ({"Action": ["sqs:DeleteQueue"], "Resource": ["arn:aws:sqs:*:1:tide-*"]}, []),
        ({"Action": ["sqs:DeleteQueue"], "Resource": ["arn:aws:sqs:*:1:tide-a-b"]}, [ARN]),
        ({"Action": ["sqs:DeleteQueue"], "Resource": [ARN], "Condition": {"x": 1}}, [ARN]),
        ({"Action": ["sqs:CreateQueue"], "Resource": [ARN]}, [ARN]),
    ],
)
def test_an_action_is_kept_unless_all_its_resources_stay_allowed(offer, kept):
    held = {"Action": ["sqs:DeleteQueue"], "Resource": [ARN]}
    found = retired_statements([held], [offer])
    assert [arn for statement in found for arn in statement["Resource"]] == kept
    by_name = retired_statements([held], [offer], exact=False)
    assert bool(by_name) is (offer["Action"] == ["sqs:CreateQueue"])


def wide(count, size=40):
    """A template whose execution role has so many policies with as many actions."""
    body = {"Outputs": NEW.body["Outputs"], "Resources": {}}
    for number in range(count):
        actions = [f"service{number}:{'A' * size}{n}" for n in range(100)]
        document = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": actions, "Resource": [f"arn:{number}"]}],
        }
        properties = {"PolicyDocument": document, "Roles": [{"Ref": "ExecutionRole"}]}
        body["Resources"][f"P{number}"] = {"Type": TYPE, "Properties": properties}
    return body


def test_more_than_the_quotas_is_refused_before_anything_changes():
    with pytest.raises(RefusedError, match="remove fewer resource types in one release"):
        retiring_template(step(NEW), wide(5), PARAMETERS)
    assert retiring_template(step(NEW), wide(2), PARAMETERS)


def test_other_resources_alone_give_way_to_the_quotas():
    """A release may change the form of every ARN: the new ones are for the same resources."""
    old = json.loads(json.dumps(OLD.body).replace("tidepool", "x").replace("${Project}", "other"))
    template = retiring_template(step(NEW), old, PARAMETERS)
    assert len(template.content) <= 51_200
    assert "dynamodb:DeleteTable" in template.content.decode()


def test_the_access_root_is_first_and_last_in_the_plan(template):
    last = step(NEW)
    other = replace(
        last, address=replace(ADDRESS, name="tidepool-staging", scope=Scope.ENVIRONMENT)
    )
    first = replace(last, template=template)
    plan = Plan(environment="staging", release="r", steps=(last, other), retiring=first)
    assert plan.sequence == (first, other, last)
    assert [plan.note(item).partition(":")[0] for item in plan.sequence] == ["first", "", "last"]
    assert replace(plan, retiring=None).sequence == (last, other)
    assert plan.note(other) == replace(plan, retiring=None).note(last) == ""
