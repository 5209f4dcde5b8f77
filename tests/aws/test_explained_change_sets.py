"""Reasons of change sets from DescribeEvents and hook results, in the API's own form."""

import pytest

from tests.conftest import unmeasured_engine
from tests.engine_proxy import Answer, proxied
from tidegen.aws.adapter import connect
from tidegen.planning.model import Place

CHANGE_SET = "arn:aws:cloudformation:us-west-2:444455556666:changeSet/tidegen-1/1"
NAMESPACE = "http://cloudformation.amazonaws.com/doc/2010-05-15/"


@pytest.fixture(scope="module")
def proxy():
    with unmeasured_engine() as engine, proxied(engine.endpoint) as running:
        yield running


@pytest.fixture
def cloud(proxy, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
    proxy.clear()
    return connect(Place("444455556666", "us-west-2"))


def element(name, value):
    if isinstance(value, dict):
        value = "".join(element(key, item) for key, item in value.items())
    elif isinstance(value, list):
        value = "".join(element("member", item) for item in value)
    return f"<{name}>{value}</{name}>"


def answer(proxy, operation, **members):
    inner = "".join(element(key, value) for key, value in members.items())
    text = (
        f'<{operation}Response xmlns="{NAMESPACE}"><{operation}Result>{inner}</{operation}Result>'
    )
    proxy.respond(operation, Answer(200, f"{text}</{operation}Response>".encode()))


def failed(mode="FAIL", **more):
    return {
        "EventId": "1",
        "EventType": "VALIDATION_ERROR",
        "LogicalResourceId": "Bucket",
        "ResourceType": "AWS::S3::Bucket",
        "ValidationFailureMode": mode,
        "ValidationStatus": "FAILED",
        "ValidationStatusReason": "Bucket exists",
        **more,
    }


def test_early_validation_gives_the_reason(cloud, proxy):
    answer(proxy, "DescribeEvents", OperationEvents=[failed()])
    assert cloud.change_set_problems(CHANGE_SET) == ("Bucket AWS::S3::Bucket: Bucket exists",)
    assert "ListHookResults" not in proxy.operations


HOOK = {
    "HookResultId": "59f8e6b4-0000-4000-8000-123456789abc",
    "FailureMode": "FAIL",
    "Status": "HOOK_COMPLETE_FAILED",
    "TypeName": "Acme::Guard::Hook",
    "HookStatusReason": "see hook results for details",
}


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (
            {"HookStatusReason": "buckets need a key"},
            ["Acme::Guard::Hook: buckets need a key"],
        ),
        (
            {
                "HookStatusReason": "Template failed validation",
                "Annotations": [
                    {"AnnotationName": "KEY", "Status": "PASSED", "StatusMessage": "fine"},
                    {
                        "AnnotationName": "ACL",
                        "Status": "FAILED",
                        "StatusMessage": "is public",
                        "RemediationMessage": "make it private",
                    },
                ],
            },
            ["Acme::Guard::Hook: ACL: is public; make it private"],
        ),
    ],
)
def test_a_hook_gives_the_reason_where_no_event_has_it(cloud, proxy, result, expected):
    """aws/aws-cdk-cli#1768: only GetHookResult has the details; a hook that warns is none."""
    answer(proxy, "DescribeEvents", OperationEvents=[])
    warning = {**HOOK, "HookResultId": "other", "FailureMode": "WARN"}
    passed = {**HOOK, "HookResultId": "passed", "Status": "HOOK_COMPLETE_SUCCEEDED"}
    answer(proxy, "ListHookResults", HookResults=[warning, passed, HOOK])
    answer(proxy, "GetHookResult", HookResultId=HOOK["HookResultId"], **result)
    assert list(cloud.change_set_problems(CHANGE_SET)) == expected
    asked = [c.parameters for c in proxy.calls if c.operation == "GetHookResult"]
    assert [item["HookResultId"] for item in asked] == [HOOK["HookResultId"]]
    (listed,) = (c.parameters for c in proxy.calls if c.operation == "ListHookResults")
    assert (listed["TargetType"], listed["TargetId"]) == ("CHANGE_SET", CHANGE_SET)


def test_warnings_of_a_change_set_that_is_created(cloud, proxy):
    hook = {
        "EventId": "3",
        "EventType": "HOOK_INVOCATION_ERROR",
        "HookType": "Acme::Hook",
        "HookStatus": "HOOK_COMPLETE_FAILED",
        "HookStatusReason": "not tagged",
        "HookFailureMode": "WARN",
        "LogicalResourceId": "Role",
    }
    fatal, passed = failed(), failed("WARN", ValidationStatus="SKIPPED")
    answer(proxy, "DescribeEvents", OperationEvents=[failed("WARN"), fatal, passed, hook])
    assert cloud.change_set_warnings(CHANGE_SET) == (
        "Bucket AWS::S3::Bucket: Bucket exists",
        "Role: not tagged",
    )


def test_a_role_that_may_not_read_them_gets_no_reasons(cloud, proxy):
    proxy.fail("DescribeEvents", 403, "AccessDenied", "not authorized")
    assert cloud.change_set_problems(CHANGE_SET) == ()
    assert cloud.change_set_warnings(CHANGE_SET) == ()
