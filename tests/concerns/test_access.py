"""Roles that deploy: all calls of tidegen, one environment only, never beyond the boundary."""

import ast
import json
import re
from pathlib import Path

from iam_actions import iam_action

from tests.built import CONCERNS, resources
from tidegen.aws.settings import AwsSettings
from tidegen.concerns.access import CONCERN
from tidegen.concerns.access.deploy_role import CHANGING, CLOSING
from tidegen.concerns.access.execution_role import PASSED_TO
from tidegen.concerns.access.read_role import LISTING, READING
from tidegen.contract import DEPLOY_SESSION_SECONDS, Scope
from tidegen.planning.model import Place
from tidegen.planning.settings import SETTINGS, SettingReading, setting_steps

ROOT = Path(__file__).parents[2]
#: Calls for the account's own stacks only, which people deploy; and listing keys of objects, which
#: no role of an environment does: its own buckets are retained, and need not be empty.
BY_PEOPLE = {
    "access-analyzer:listanalyzers",
    "backup:listrecoverypointsbybackupvault",  # of `recovery plan`
    "cloudtrail:describetrails",
    "config:describeconfigurationrecorders",
    "config:describedeliverychannels",
    "ec2:describesecuritygrouprules",  # the roles have it for the default group
    "guardduty:listdetectors",
    "iam:listattachedrolepolicies",
    "iam:listopenidconnectproviders",
    "iam:listrolepolicies",
    "kms:listgrants",
    "s3:getbucketpolicy",
    "s3:listbucketversions",
}
RESOURCES = resources(CONCERN)


def statements(title):
    attached = RESOURCES[title]["Properties"]["PolicyDocument"]["Statement"]
    return {statement["Sid"]: statement for statement in attached}


def called():
    """Return every CloudFormation operation named in the adapter, as an IAM action."""
    from botocore.session import Session

    operations = Session().get_service_model("cloudformation").operation_names
    trees = [ast.parse(path.read_text()) for path in (ROOT / "tidegen" / "aws").glob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    texts = {n.value for n in nodes if isinstance(n, ast.Constant) and n.value}
    names = {"".join(part.capitalize() for part in str(text).split("_")) for text in texts}
    return {f"cloudformation:{name}" for name in names & set(operations)}


def allowed(actions):
    return {action.JSONrepr() for action in actions}


def test_the_roles_may_make_every_call_that_tidegen_makes():
    granted = allowed([*READING, *LISTING, *CHANGING])
    assert len(called()) > 10
    assert called() <= granted
    # A change set tags the stack, a detection reads each resource, all stacks are a list: these
    # have no call of their own; and Cloud Control's actions are CloudFormation's too.
    assert granted - called() == {
        "cloudformation:ListStacks",
        "cloudformation:TagResource",
        "cloudformation:DetectStackResourceDrift",
        "cloudformation:GetResource",
    }


def test_reading_changes_nothing():
    reads = ("Describe", "Detect", "List", "Get", "Simulate")
    for statement in statements("ReadingPolicy").values():
        actions = [action.partition(":")[2] for action in statement["Action"]]
        assert all(action.startswith(reads) for action in actions)


def test_only_the_deploy_role_reads_secrets_and_only_its_environments():
    fills = statements("DeployRolePolicy")
    assert fills["FillSecrets"]["Resource"][0]["Fn::Sub"].endswith(
        ":secret:/${Project}/${Environment}/*"
    )
    alias = fills["UseSecretsKey"]["Condition"]["ForAnyValue:StringEquals"]
    assert [name["Fn::Sub"] for name in alias["kms:ResourceAliases"]] == [
        f"alias/${{Project}}/${{Environment}}/{key}" for key in ("secrets", "replica")
    ]
    reads = [a for s in statements("ReadingPolicy").values() for a in s["Action"]]
    assert "secretsmanager:ListSecrets" in reads
    assert "secretsmanager:GetSecretValue" not in reads


def test_aliases_of_keys_are_compared_as_a_set():
    """A key with several values: without ForAnyValue IAM does not guarantee the comparison."""
    asked = [
        operator
        for title, item in RESOURCES.items()
        if item["Type"] == "AWS::IAM::ManagedPolicy"
        for statement in statements(title).values()
        for operator, keys in statement.get("Condition", {}).items()
        if "kms:ResourceAliases" in keys
    ]
    assert asked
    assert set(asked) == {"ForAnyValue:StringEquals", "ForAnyValue:StringLike"}


def test_every_call_to_secrets_manager_is_granted():
    text = (ROOT / "tidegen" / "aws" / "adapter.py").read_text()
    names = ("GetSecretValue", "PutSecretValue", "ListSecrets", "StopReplicationToReplica")
    called = {f"secretsmanager:{name}" for name in names}
    assert text.count('_call("secretsmanager"') == len(called)
    both = [*statements("DeployRolePolicy").values(), *statements("ReadingPolicy").values()]
    assert called <= {action for statement in both for action in statement.get("Action", ())}


def inspected():
    """Return every call of preflight's readers, as an IAM action in lower case."""
    return actions_in((ROOT / "tidegen" / "aws" / "facts").glob("*.py"))


def actions_in(paths):
    """Return every call in these modules, as an IAM action in lower case."""
    from botocore.session import get_session

    texts = [path.read_text() for path in paths]
    calls = set(re.findall(r'"([a-z0-9-]+)",\s*"([a-z0-9_]+)"', "\n".join(texts)))
    services = set(get_session().get_available_services())
    actions = {iam_action(*call) for call in calls if call[0] in services}
    return {action.lower() for action in actions if action}


class Recording:
    """A double of boto3's session and clients that records calls as IAM actions."""

    def __init__(self):
        self.calls = set()

    def client(self, service, config):
        self.service = service
        return self

    def can_paginate(self, operation):
        return False

    def __getattr__(self, operation):
        def call(**_):
            name = "".join(part.capitalize() for part in operation.split("_"))
            self.calls.add(f"{self.service}:{name}")
            rules = [{"SecurityGroupRuleId": "sgr-1", "IsEgress": out} for out in (True, False)]
            return {"SecurityGroupRules": rules}

        return call


def test_the_deploy_role_closes_its_default_group_and_sets_nothing_else():
    session, place = Recording(), Place("111122223333", "us-west-2")
    settings = AwsSettings(place, lambda: session)
    for setting in SETTINGS:
        if {Scope.ENVIRONMENT, Scope.SHARED} & set(setting.scopes):
            rules = settings.read(setting, "sg-1")
            for step in setting_steps(
                [SettingReading(setting=setting, place=place, subject="sg-1", actual=rules)]
            ):
                settings.apply(step)
    closing, reading = statements("DeployRolePolicy"), statements("ReadingPolicy")
    assert {*closing["CloseDefaultGroup"]["Action"], *reading["ReadGroupRules"]["Action"]} == (
        session.calls
    )
    granted = {
        a.lower() for s in (*closing.values(), *reading.values()) for a in s.get("Action", ())
    }
    others = actions_in([ROOT / "tidegen" / "aws" / "settings.py"])
    others -= {action.lower() for action in session.calls}
    # Preflight reads this too.
    assert granted & others == {"ec2:getebsencryptionbydefault", "iam:listroles"}


def test_only_untagged_groups_are_closed():
    statement = statements("DeployRolePolicy")["CloseDefaultGroup"]
    (resource,) = statement["Resource"]
    assert resource["Fn::Sub"].endswith(":${AWS::Region}:${AWS::AccountId}:security-group/*")
    assert set(statement["Condition"]) == {"Null"}
    tags = statement["Condition"]["Null"]
    assert set(tags.values()) == {"true"}
    assert {"aws:ResourceTag/environment", "aws:ResourceTag/aws:eks:cluster-name"} <= set(tags)


def test_the_roles_may_read_what_preflight_reads_and_no_more():
    granted = {
        action.lower()
        for name, statement in statements("ReadingPolicy").items()
        if name == "ListForPreflight" or name.startswith("Look")
        for action in statement["Action"]
    }
    assert len(granted) > 35
    granted.add("cloudformation:liststacks")  # which status reads as well
    assert granted < inspected()
    assert inspected() - granted == BY_PEOPLE


def test_the_readme_names_every_action():
    text = (ROOT / "README.md").read_text()
    table = text[text.index("| to | IAM actions needed |") :]
    actions = {a.partition(":")[2] for a in allowed([*READING, *LISTING, *CHANGING, *CLOSING])}
    assert not [action for action in actions if action not in table]
    settings = actions_in([ROOT / "tidegen" / "aws" / "settings.py"])
    assert len(settings) > 8
    assert not [a for a in settings if a.partition(":")[2] not in table.lower()]


def test_deploying_changes_stacks_of_this_environment_only():
    deploy = statements("DeployRolePolicy")
    stacks = [resource["Fn::Sub"] for resource in deploy["ChangeStacks"]["Resource"]]
    ends = [stack.rpartition(":stack/")[2] for stack in stacks]
    # With one pattern, production's role could change a stack of production2.
    assert ends == ["${Project}-${Environment}/*", "${Project}-${Environment}-*/*"]
    assert deploy["PassExecutionRole"]["Resource"] == [{"Fn::GetAtt": ["ExecutionRole", "Arn"]}]
    assert deploy["PassExecutionRole"]["Condition"]["StringEquals"] == {
        "iam:PassedToService": "cloudformation.amazonaws.com"
    }


def subject(title):
    (statement,) = RESOURCES[title]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    claims = statement["Condition"]["StringEquals"]
    return claims["token.actions.githubusercontent.com:sub"]["Fn::Sub"]


def test_a_trusted_subject_has_the_form_of_githubs_tokens():
    """An exact comparison, as a pattern would trust more repositories or more environments.

    GitHub docs, "OpenID Connect reference": of a job with an environment the syntax is
    `repo:ORG-NAME/REPO-NAME:environment:ENVIRONMENT-NAME`, and with immutable subject claims
    ORG-NAME is OWNER@OWNER-ID and REPO-NAME is REPO@REPO-ID.
    """
    values = {"Subject": "octo-org@123456/octo-repo@456789", "Environment": "Production"}
    text = subject("DeployRole").replace("${", "{").format(**values)
    assert text == "repo:octo-org@123456/octo-repo@456789:environment:Production"
    for title in ("DeployRole", "ReadRole"):
        (statement,) = RESOURCES[title]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert list(statement["Condition"]) == ["StringEquals"]


def test_plans_and_deploys_come_from_two_github_environments():
    """A pull request's own code runs in that of plans, before anybody has reviewed it."""
    assert subject("DeployRole") == "repo:${Subject}:environment:${Environment}"
    assert subject("ReadRole") == "repo:${Subject}:environment:${Environment}-plan"


def test_only_a_deploys_session_outlasts_an_hour():
    longest = {
        title: item["Properties"].get("MaxSessionDuration")
        for title, item in RESOURCES.items()
        if item["Type"] == "AWS::IAM::Role"
    }
    assert longest.pop("DeployRole") == DEPLOY_SESSION_SECONDS
    assert set(longest.values()) == {None}


def test_resources_of_other_environments_are_denied():
    deny = statements("ExecutionLimitsPolicy")["NotOfOthers"]
    assert (deny["Effect"], deny["Resource"]) == ("Deny", ["*"])
    assert deny["NotAction"] == [f"cloudformation:{v}*" for v in ("Describe", "Get", "List")]
    assert deny["Condition"] == {
        "StringNotEquals": {"aws:ResourceTag/environment": {"Ref": "Environment"}},
        "Null": {"aws:ResourceTag/environment": "false"},
    }


#: Statements on service-linked roles, whose path is IAM's: statement → path.
LINKED = dict.fromkeys(("CreateServiceLinkedRoles", "GetLinkedRoles"), ":role/aws-service-role/*")


def test_roles_are_created_with_the_boundary_below_the_environments_path():
    by_sid = statements("ExecutionRolesPolicy")
    for sid in ("CreateBoundedRoles", "ChangeBoundedRoles"):
        assert by_sid[sid]["Condition"]["ArnEquals"] == {
            "iam:PermissionsBoundary": {"Ref": "PermissionsBoundaryArn"}
        }
    for sid, statement in by_sid.items():
        if statement["Effect"] == "Allow":
            (resource,) = statement["Resource"]
            path = LINKED.get(sid, "/${Project}/${Environment}/*")
            assert resource["Fn::Sub"].endswith(path)
    assert {action for sid in LINKED for action in by_sid[sid]["Action"]} == {
        "iam:CreateServiceLinkedRole",
        "iam:GetRole",
    }


def test_roles_are_passed_to_the_services_that_the_templates_trust():
    trusted = set()
    for concern in CONCERNS:
        if {Scope.ENVIRONMENT, Scope.SHARED, Scope.RECOVERY} & set(concern.scopes):
            body = resources(concern)
            for item in body.values():
                if item["Type"] == "AWS::IAM::Role":
                    document = item["Properties"]["AssumeRolePolicyDocument"]
                    for statement in document["Statement"]:
                        trusted |= set(statement["Principal"].get("Service", []))
    assert set(PASSED_TO) - trusted == {"restore-testing.backup.amazonaws.com"}
    assert trusted < set(PASSED_TO)


def test_cloudformation_assumes_its_role_without_a_condition():
    """Its guide shows none, and a key that it does not send would make every deployment fail."""
    (statement,) = RESOURCES["ExecutionRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": ["cloudformation.amazonaws.com"]}
    assert "Condition" not in statement


def test_each_policy_fits_and_the_role_can_have_them_all():
    policies = [v for v in RESOURCES.values() if v["Type"] == "AWS::IAM::ManagedPolicy"]
    sizes = [len(json.dumps(p["Properties"]["PolicyDocument"]).replace(" ", "")) for p in policies]
    assert max(sizes) < 6_144
    attached = [p for p in policies if {"Ref": "ExecutionRole"} in p["Properties"]["Roles"]]
    assert len(attached) <= 10


def test_distributions_are_limited_by_name_as_they_have_no_region():
    matching = [
        statement
        for title in RESOURCES
        if title.startswith("ExecutionPolicy")
        for statement in statements(title).values()
        if any(action.startswith("cloudfront:Update") for action in statement["Action"])
    ]
    assert matching
    for statement in matching:
        assert all("${AWS::AccountId}" in arn["Fn::Sub"] for arn in statement["Resource"])
