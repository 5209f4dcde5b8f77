"""A stack's service role is asked for each call of a handler, as it is in IAM at that time."""

import json
import re
from typing import Any

import botocore.exceptions
import pytest
from local_cloud import REGION, Cloud, Template
from refused import says, stack_of

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "cloudformation.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
ROLE = "deployer"
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
TOPIC: Template = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "it-alerts"}}


def allow(*actions: str, on: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}


def deny(*actions: str, **more: Any) -> dict[str, Any]:
    return {**allow(*actions, **more), "Effect": "Deny"}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture
def role(cloud: Cloud) -> str:
    """A role that CloudFormation may assume, without permissions."""
    made = cloud.client("iam").create_role(
        RoleName=ROLE, Path="/tide/", AssumeRolePolicyDocument=json.dumps(TRUST)
    )
    return str(made["Role"]["Arn"])


def grant(cloud: Cloud, *statements: dict[str, Any]) -> None:
    """Give the role these statements, and no others."""
    cloud.client("iam").put_role_policy(
        RoleName=ROLE, PolicyName="it", PolicyDocument=document(*statements)
    )


def bound(cloud: Cloud, *statements: dict[str, Any]) -> None:
    """Give the role a boundary of these statements."""
    iam = cloud.client("iam")
    made = iam.create_policy(PolicyName="boundary", PolicyDocument=document(*statements))
    iam.put_role_permissions_boundary(RoleName=ROLE, PermissionsBoundary=made["Policy"]["Arn"])


def create(cloud: Cloud, role: str, name: str = "it", tags: Any = (), **resources: Template) -> str:
    """Create a stack as the role; return its status."""
    cloud.client("cloudformation").create_stack(
        StackName=name,
        TemplateBody=json.dumps(stack_of(**resources)),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        RoleARN=role,
        Tags=[{"Key": key, "Value": value} for key, value in tags],
    )
    return str(cloud.wait(name)["StackStatus"])


def denied(cloud: Cloud, role: str, *, name: str = "it", **resources: Template) -> str:
    """Return the reason why the role may not create the resources, and delete the stack."""
    assert create(cloud, role, name, **resources) in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED")
    reasons = cloud.reasons(name)
    assert says("call-denied", reasons), reasons
    grant(cloud, ALL)
    cloud.delete(name)
    return reasons


def test_a_call_that_no_policy_allows_fails_the_resource_with_awss_words(
    cloud: Cloud, role: str
) -> None:
    arn = f"arn:aws:sns:{REGION}:{cloud.account}:it-alerts"
    grant(cloud, allow("sns:*", on=f"arn:aws:sns:*:{cloud.account}:other-*"))
    reasons = denied(cloud, role, Topic=TOPIC)
    assert re.search(
        rf'^Resource handler returned message: "User: arn:aws:sts::{cloud.account}:assumed-role/'
        rf"{ROLE}/AWSCloudFormation is not authorized to perform: sns:\w+ on resource:"
        rf" {re.escape(arn)} because no identity-based policy allows the sns:(\w+) action"
        r" \(Service: Sns, Status Code: 403, Request ID: [\w-]+\)\""
        r" \(RequestToken: [\w-]+, HandlerErrorCode: AccessDenied\)$",
        reasons,
        re.MULTILINE,
    )
    assert cloud.client("sns").list_topics()["Topics"] == []
    assert create(cloud, role, Topic=TOPIC) == "CREATE_COMPLETE"


def test_a_dropped_action_is_the_one_that_is_denied(cloud: Cloud, role: str) -> None:
    grant(cloud, ALL, deny("sns:CreateTopic"))
    reasons = denied(cloud, role, Topic=TOPIC)
    assert "sns:CreateTopic on resource" in reasons
    assert "with an explicit deny in an identity-based policy" in reasons


@pytest.mark.parametrize(
    ("boundary", "words"),
    [
        ((allow("sqs:*"),), "because no permissions boundary allows the sns:"),
        ((ALL, deny("sns:*")), "with an explicit deny in a permissions boundary"),
    ],
)
def test_the_boundary_limits_the_role(cloud: Cloud, role: str, boundary: Any, words: str) -> None:
    grant(cloud, ALL)
    bound(cloud, *boundary)
    assert create(cloud, role, Topic=TOPIC) == "ROLLBACK_COMPLETE"
    assert words in cloud.reasons("it")


def test_the_role_is_asked_as_it_is_at_the_time_of_the_call(cloud: Cloud, role: str) -> None:
    grant(cloud, ALL)
    assert create(cloud, role, Topic=TOPIC) == "CREATE_COMPLETE"
    grant(cloud, ALL, deny("sns:SetTopicAttributes"))
    renamed = {**TOPIC, "Properties": {**TOPIC["Properties"], "DisplayName": "Alerts"}}
    assert cloud.update("it", stack_of(Topic=renamed))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "sns:SetTopicAttributes" in cloud.reasons("it")
    grant(cloud, ALL)
    assert cloud.update("it", stack_of(Topic=renamed))["StackStatus"] == "UPDATE_COMPLETE"
    grant(cloud, ALL, deny("sns:DeleteTopic"))
    assert cloud.delete("it")["StackStatus"] == "DELETE_FAILED"
    grant(cloud, ALL)
    assert cloud.delete("it")["StackStatus"] == "DELETE_COMPLETE"


def test_a_read_is_denied_only_where_the_template_uses_an_attribute(
    cloud: Cloud, role: str
) -> None:
    """CloudFormation reads the attributes; the handler for creation does not ask for them."""
    value = {"Fn::GetAtt": ["Topic", "TopicName"]}
    read = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}
    grant(cloud, ALL, deny("sns:ListTagsForResource"))
    assert "sns:ListTagsForResource" in denied(cloud, role, Topic=TOPIC, Name=read)
    grant(cloud, ALL, deny("sns:ListTagsForResource"))
    assert create(cloud, role, Topic=TOPIC) == "CREATE_COMPLETE"


def test_tags_of_the_request_and_of_the_resource_count(cloud: Cloud, role: str) -> None:
    key = "aws:RequestTag/environment"
    wrong = {"StringNotEquals": {key: "one"}, "Null": {key: "false"}}
    grant(cloud, ALL, deny("sns:CreateTopic", Condition=wrong))
    topic = {**TOPIC, "Properties": {"TopicName": "it-alerts", "Tags": tags("two")}}
    assert "sns:CreateTopic" in denied(cloud, role, Topic=topic)
    grant(cloud, ALL, deny("sns:CreateTopic", Condition=wrong))
    topic["Properties"]["Tags"] = tags("one")
    assert create(cloud, role, Topic=topic) == "CREATE_COMPLETE"
    others = {"StringEquals": {"aws:ResourceTag/environment": "one"}}
    grant(cloud, ALL, deny("sns:DeleteTopic", Condition=others))
    assert cloud.delete("it")["StackStatus"] == "DELETE_FAILED"


def tags(environment: str) -> list[dict[str, str]]:
    return [{"Key": "environment", "Value": environment}]


def test_tags_do_not_count_for_actions_whose_reference_has_none(cloud: Cloud, role: str) -> None:
    """No action of CloudWatch's dashboards has a key for tags: a condition on them never holds."""
    only_own = {"StringEquals": {"aws:ResourceTag/environment": "one"}}
    grant(cloud, allow("cloudwatch:*", Condition=only_own))
    body = json.dumps({"widgets": []})
    dashboard = {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardBody": body}}
    assert "cloudwatch:GetDashboard on" in denied(cloud, role, Dashboard=dashboard)


def test_a_role_that_a_resource_gets_must_be_passed(cloud: Cloud, role: str) -> None:
    iam = cloud.client("iam")
    worker = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(TRUST))
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Role": worker["Role"]["Arn"],
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Code": {"ZipFile": "handler = print"},
        },
    }
    passed = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    everything_else = {"Effect": "Allow", "NotAction": "iam:PassRole", "Resource": "*"}
    grant(cloud, everything_else, allow("iam:PassRole", Condition=passed))
    reasons = denied(cloud, role, Function=function)
    assert f"iam:PassRole on resource: {worker['Role']['Arn']}" in reasons
    passed["StringEquals"]["iam:PassedToService"] = "lambda.amazonaws.com"
    grant(cloud, everything_else, allow("iam:PassRole", Condition=passed))
    assert create(cloud, role, Function=function) == "CREATE_COMPLETE"


def test_a_role_must_be_created_with_the_boundary_that_a_policy_asks_for(
    cloud: Cloud, role: str
) -> None:
    policy = cloud.client("iam").create_policy(PolicyName="b", PolicyDocument=document(ALL))
    arn = policy["Policy"]["Arn"]
    bounded = {"ArnEquals": {"iam:PermissionsBoundary": arn}}
    grants = (
        {"Effect": "Allow", "NotAction": "iam:CreateRole", "Resource": "*"},
        allow("iam:CreateRole", Condition=bounded),
    )
    worker: Template = {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": TRUST},
    }
    grant(cloud, *grants)
    assert "iam:CreateRole" in denied(cloud, role, Worker=worker)
    grant(cloud, *grants)
    worker["Properties"]["PermissionsBoundary"] = arn
    assert create(cloud, role, Worker=worker) == "CREATE_COMPLETE"
    (name,) = cloud.resources("it").values()
    made = cloud.client("iam").get_role(RoleName=name)["Role"]
    assert made["PermissionsBoundary"]["PermissionsBoundaryArn"] == arn


def test_a_nested_stack_is_deployed_as_its_parents_role(cloud: Cloud, role: str) -> None:
    url = cloud.upload("child", stack_of(Topic=TOPIC))
    child: Template = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}
    grant(cloud, ALL, deny("sns:CreateTopic"))
    assert create(cloud, role, Child=child) == "ROLLBACK_COMPLETE"
    child_id = next(
        event["PhysicalResourceId"]
        for event in cloud.events("it")
        if event["LogicalResourceId"] == "Child" and event["PhysicalResourceId"]
    )
    assert "sns:CreateTopic" in cloud.reasons(child_id)
    cloud.delete("it")
    grant(cloud, {"Effect": "Allow", "NotAction": "iam:PassRole", "Resource": "*"})
    assert f"iam:PassRole on resource: {role}" in denied(cloud, role, Child=child)


def test_a_key_without_a_value_is_neither_denied_nor_silent(cloud: Cloud, role: str) -> None:
    """Only AWS knows the address from which CloudFormation calls."""
    only_there = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
    grant(cloud, allow("*", Condition=only_there))
    assert create(cloud, role, Topic=TOPIC) == "CREATE_COMPLETE"


@pytest.mark.parametrize("trust", [None, {**TRUST, "Statement": []}])
def test_a_role_that_cannot_be_assumed_is_refused(cloud: Cloud, trust: Any) -> None:
    arn = f"arn:aws:iam::{cloud.account}:role/{ROLE}"
    if trust:
        cloud.client("iam").create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(trust))
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        create(cloud, arn, Topic=TOPIC)
    assert says("role-unusable", str(caught.value))
    with pytest.raises(botocore.exceptions.ClientError, match="invalid or cannot be assumed"):
        cloud.client("cloudformation").create_change_set(
            StackName="it",
            ChangeSetName="it",
            ChangeSetType="CREATE",
            TemplateBody=json.dumps(stack_of(Topic=TOPIC)),
            RoleARN=arn,
        )


def test_a_change_set_brings_its_role_to_the_stack(cloud: Cloud, role: str) -> None:
    grant(cloud, ALL, deny("sns:CreateTopic"))
    stacks = cloud.client("cloudformation")
    stacks.create_change_set(
        StackName="it",
        ChangeSetName="first",
        ChangeSetType="CREATE",
        TemplateBody=json.dumps(stack_of(Topic=TOPIC)),
        RoleARN=role,
    )
    stacks.execute_change_set(StackName="it", ChangeSetName="first")
    assert cloud.wait("it")["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "sns:CreateTopic" in cloud.reasons("it")


def test_without_a_role_nothing_is_asked(cloud: Cloud) -> None:
    assert cloud.create("it", stack_of(Topic=TOPIC))["StackStatus"] == "CREATE_COMPLETE"
