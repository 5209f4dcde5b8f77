"""The execution role is granted the calls of CloudFormation's handlers, and no more.

Source: `handlers.*.permissions` of the registry schemas, which say what each handler may call.
"""

import json
import re
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest
from troposphere import cloudformation, kinesis, sqs

from tidegen.blocks.linked_roles import (
    LINKED_SERVICES,
    OF_ENVIRONMENTS,
    OF_THE_ACCOUNT,
    ON_FIRST_USE,
)
from tidegen.cloudformation.handlers import COMMITTED, handler_permissions
from tidegen.cloudformation.schemas import schema_of
from tidegen.cloudformation.text import parse_template
from tidegen.composition import build_assets
from tidegen.concerns import own_concerns
from tidegen.concerns.access.exceptions import NEVER, NOT_USED, UNKNOWN_TO_IAM, is_excepted
from tidegen.concerns.access.execution_permissions import deploy_permissions
from tidegen.contract import Concern, Context, Scope
from tidegen.errors import CompositionError
from tidegen.rendering.handler_permissions import current_text

ROOTS = Path(__file__).parents[2] / "templates" / "current" / "roots"
#: Scopes that are deployed as the execution role; people deploy the others.
SCOPES = {scope for scope in Scope if scope.has_execution_role}
OWN = own_concerns()
DEPLOYED = [concern for concern in OWN if SCOPES & set(concern.scopes)]


@cache
def types():
    """Return the types that CloudFormation creates as the execution role, in concerns and roots."""
    context = Context(OWN, build_assets(OWN))
    templates = [concern.build(context) for concern in DEPLOYED]
    roots = [parse_template((ROOTS / f"{scope}.yaml").read_text()) for scope in SCOPES]
    nested = {item["Type"] for root in roots for item in root["Resources"].values()}
    assert nested == {"AWS::CloudFormation::Stack"}
    return nested | {r.resource_type for t in templates for r in t.resources.values()}


def granted():
    """Return every action or pattern that the committed template grants the execution role."""
    template = parse_template((ROOTS / "access.yaml").read_text())
    policies = [
        item["Properties"]["PolicyDocument"]["Statement"]
        for item in template["Resources"].values()
        if {"Ref": "ExecutionRole"} in item["Properties"].get("Roles", ())
    ]
    statements = [s for policy in policies for s in policy if s["Effect"] == "Allow"]
    return {action for statement in statements for action in statement["Action"]}


def is_granted(action, patterns):
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)


@cache
def called():
    """Return action → types whose handlers call it, by the schemas, not the committed module."""
    types_of = {}
    for type_name in types():
        for name, handler in schema_of(type_name).get("handlers", {}).items():
            for action in handler.get("permissions", []) if name != "list" else []:
                types_of.setdefault(action, set()).add(type_name)
    return types_of


@cache
def known(service):
    """Return the service's actions in IAM, in lower case."""
    from policy_sentry.querying.actions import get_actions_for_service

    return {action.lower() for action in get_actions_for_service(service)}


def is_known(action):
    return action.lower() in known(action.partition(":")[0])


def test_every_call_of_a_handler_is_granted_or_excepted():
    """IAM's own part is the access concern's; the schemas also name actions IAM does not know."""
    allowed = granted()
    missing = {
        action: names
        for action, names in called().items()
        if is_known(action)
        and not is_granted(action, allowed)
        and not all(is_excepted(action, name) for name in names)
        and not action.startswith("iam:")
    }
    assert not missing


def test_the_calls_that_tag_a_resource_are_granted():
    """Every taggable resource has its stack's tags: no exception covers `tagging.permissions`."""
    allowed = granted()
    tagging = {
        action
        for name in types()
        for action in schema_of(name).get("tagging", {}).get("permissions", ())
        if is_known(action) and action in called()
    }
    assert "s3:TagResource" in tagging
    assert not {action for action in tagging if not is_granted(action, allowed)}


def test_iam_knows_no_action_of_those_excepted_as_unknown():
    unknown = {a for a in called() if any(re.fullmatch(p, a) for p in UNKNOWN_TO_IAM)}
    assert not {action for action in unknown if is_known(action)}


def test_every_exception_is_needed():
    actions = called()
    everywhere = [*NEVER, *UNKNOWN_TO_IAM]
    assert not [p for p in everywhere if not any(re.fullmatch(p, a) for a in actions)]
    assert not [
        (name, pattern)
        for name, patterns in NOT_USED.items()
        for pattern in patterns
        if not any(re.fullmatch(pattern, a) and name in actions[a] for a in actions)
    ]


def test_concerns_declare_only_actions_missing_from_the_schemas():
    actions = called()
    extras = [action for concern in DEPLOYED for action in concern.extra_deploy_actions]
    assert not [action for action in extras if action in actions]


def test_only_deployed_concerns_declare_extras():
    assert not [c.name for c in OWN if c.extra_deploy_actions and c not in DEPLOYED]


def test_the_committed_permissions_match_the_schemas():
    """After a change of a concern or of cfn-lint: `make permissions`."""
    assert COMMITTED.read_text() == current_text()
    assert set(json.loads(COMMITTED.read_text())) == types() - {"AWS::CloudFormation::Stack"}


def test_every_type_in_use_has_handlers_with_permissions():
    assert not [name for name in types() if not called_by(name)]


def called_by(type_name):
    return {action for action, names in called().items() if type_name in names}


def test_service_linked_roles_are_granted_for_every_type_that_needs_one():
    """Compare with the schemas; other services create theirs without the schema naming it."""
    made = types()
    linked = {**LINKED_SERVICES, **ON_FIRST_USE}
    covered = {name for service in OF_ENVIRONMENTS for name in linked[service]}
    needed = {name for name in made if "iam:CreateServiceLinkedRole" in _permissions(name)}
    # Its logs would need the role on their way to Firehose only (VPC guide, flow log permissions).
    assert needed - covered == {"AWS::EC2::FlowLog"}
    assert covered <= made
    assert not {name for service in OF_THE_ACCOUNT for name in linked[service]} & made


def _permissions(type_name):
    handlers = schema_of(type_name).get("handlers", {}).values()
    return {action for handler in handlers for action in handler.get("permissions", [])}


def test_actions_never_granted_match_no_granted_wildcard():
    allowed = granted()
    services = {action.partition(":")[0] for action in allowed}
    actions = {action for service in services for action in known(service)}
    never = [re.compile(pattern, re.IGNORECASE) for pattern in NEVER]
    assert len(actions) > 3000
    assert not [a for a in actions if any(p.fullmatch(a) for p in never) and is_granted(a, allowed)]


def test_unused_actions_are_granted_only_by_reading_wildcards():
    allowed = granted()
    excepted = {a for a, names in called().items() if all(is_excepted(a, n) for n in names)}
    reached = {action for action in excepted if is_granted(action, allowed)}
    assert not {action for action in reached if not re.search(":(Describe|Get)", action)}
    assert not reached & allowed


def concern_of(*resources, extras=()):
    """Return a third party's concern, of the scope of environments."""

    def add_resources(template, _context):
        for resource in resources:
            template.add_resource(resource)

    return Concern(
        name="reports",
        scopes=(Scope.ENVIRONMENT,),
        purpose="Test.",
        add_resources=add_resources,
        extra_deploy_actions=extras,
    )


def permissions(*resources, extras=()):
    return deploy_permissions(Context((concern_of(*resources, extras=extras),)))


def test_an_uncommitted_type_is_looked_up_in_the_schemas():
    assert "AWS::Kinesis::Stream" not in json.loads(COMMITTED.read_text())
    actions = permissions(kinesis.Stream("Stream"))
    assert {"kinesis:CreateStream", "kinesis:DeleteStream"} <= actions
    # DynamoDB's handlers call it too, for a feature that no template of ours uses
    assert "kinesis:DescribeStreamSummary" in actions


def test_a_service_is_spelled_as_everywhere_else():
    assert "ec2:CreateManagedPrefixList" in handler_permissions("AWS::EC2::PrefixList")
    assert "batch:CreateJobQueue" in handler_permissions("AWS::Batch::JobQueue")


def test_extras_are_granted_in_addition():
    queue = sqs.Queue("Queue")
    assert permissions(queue, extras=("sqs:PurgeQueue",)) - permissions(queue) == {"sqs:PurgeQueue"}


def test_a_wildcard_replaces_the_actions_that_it_covers():
    actions = permissions(sqs.Queue("Queue"), extras=("sqs:*Queue",))
    assert {action for action in actions if action.endswith("Queue")} == {"sqs:*Queue"}


@pytest.mark.parametrize("type_name", ["Custom::Thing", "Ours::Reports::Thing"])
def test_a_type_outside_aws_needs_no_permission(type_name):
    assert permissions(cloudformation.CustomResource("A", ServiceToken="a")) == set()
    custom = type("Custom", (cloudformation.CustomResource,), {"resource_type": type_name})
    assert permissions(custom("A", ServiceToken="a")) == set()


def test_a_type_unknown_to_cfn_lint_is_refused():
    unknown = type("New", (sqs.Queue,), {"resource_type": "AWS::New::Thing"})
    with pytest.raises(CompositionError) as caught:
        permissions(unknown("A"))
    assert str(caught.value) == (
        "resource type AWS::New::Thing: cfn-lint has no schema, so the permissions to deploy"
        " it are unknown; update cfn-lint"
    )
