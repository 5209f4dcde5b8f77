"""Rules for every concern, by discovery: a new concern is tested without a change here."""

import json
import re
from functools import cache

import pytest

from tests.built import CONCERNS, CONTEXT
from tidegen.concerns.access.execution_permissions import deploy_permissions
from tidegen.contract import Field, Root, Scope, field_catalogue


@cache
def body(concern):
    from tidegen.rendering.templates import ordered

    return ordered(CONTEXT.template_of(concern))


each = pytest.mark.parametrize("concern", CONCERNS, ids=lambda c: c.name)


@each
def test_the_name_is_the_modules_name_and_the_purpose_is_one_sentence(concern):
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", concern.name)
    assert concern.add_resources.__module__ == f"tidegen.concerns.{concern.name.replace('-', '_')}"
    assert concern.purpose.endswith(".")
    assert len(concern.purpose) <= 120


@each
def test_stateful_types_encrypt_with_a_key_of_ours(concern):
    """Server access logs and load balancer logs cannot use one: their bucket has a reason."""
    for logical_id, item in body(concern)["Resources"].items():
        text = json.dumps(item.get("Properties", {}))
        if item["Type"] == "AWS::S3::Bucket":
            assert "aws:kms" in text or "Reason" in json.dumps(item["Metadata"]), logical_id
        if item["Type"] == "AWS::Logs::LogGroup":
            assert "KmsKeyId" in item["Properties"], logical_id
            # a number in the template: every environment keeps its logs as long as production
            assert item["Properties"]["RetentionInDays"] in (400, 3653), logical_id
        if item["Type"] in ("AWS::SecretsManager::Secret", "AWS::EC2::Volume"):
            assert "KmsKeyId" in item["Properties"], logical_id


@each
def test_roles_have_a_path_a_boundary_and_no_inline_policies(concern):
    for logical_id, item in body(concern)["Resources"].items():
        if item["Type"] == "AWS::IAM::Role":
            properties = item["Properties"]
            assert "Path" in properties, logical_id
            assert "PermissionsBoundary" in properties, logical_id
            assert "Policies" not in properties, logical_id
            assert "RoleName" not in properties, logical_id


@each
def test_templates_contain_no_secret_values(concern):
    for logical_id, item in body(concern)["Resources"].items():
        if item["Type"] == "AWS::SecretsManager::Secret":
            assert "SecretString" not in item["Properties"], logical_id


@each
def test_no_template_exports_imports_or_connects_networks(concern):
    text = json.dumps(body(concern))
    assert "Fn::ImportValue" not in text
    assert '"Export"' not in text
    for word in ("VPCPeering", "TransitGateway", "VPNGateway", "VPNConnection", "VpcLattice"):
        assert word not in text


@each
def test_conditions_are_few_and_never_on_a_name(concern):
    conditions = body(concern).get("Conditions", {})
    assert len(conditions) <= 8
    assert '"Ref": "Environment"' not in json.dumps(conditions)


#: EC2 API reference, IpRange: "Invalid rule description" is the error for other characters.
GROUP_TEXT = re.compile(r"[a-zA-Z0-9. _:/()#,@\[\]+=&;{}!$*-]{1,255}")


def descriptions(value):
    """Yield every Description and GroupDescription in the properties of a resource."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if key in ("Description", "GroupDescription"):
            yield inner
        elif isinstance(inner, dict | list):
            yield from descriptions(inner)


@each
def test_descriptions_of_security_groups_have_only_characters_that_ec2_accepts(concern):
    for logical_id, item in body(concern)["Resources"].items():
        if item["Type"].startswith("AWS::EC2::SecurityGroup"):
            for text in descriptions(item["Properties"]):
                assert GROUP_TEXT.fullmatch(text), logical_id


@each
def test_partition_and_suffix_are_never_literal(concern):
    text = json.dumps(body(concern)["Resources"])
    assert "arn:aws:" not in text


def test_deploy_actions_are_real_actions():
    from policy_sentry.querying.actions import get_actions_for_service

    known = {}
    extras = {action for concern in CONCERNS for action in concern.extra_deploy_actions}
    for action in extras | deploy_permissions(CONTEXT):
        service, _, _name = action.partition(":")
        if service not in known:
            known[service] = {a.lower() for a in get_actions_for_service(service)}
        pattern = re.compile(re.escape(action.lower()).replace(r"\*", ".*"))
        assert any(pattern.fullmatch(a) for a in known[service]), action


def test_every_scope_has_a_concern():
    assert {scope for concern in CONCERNS for scope in concern.scopes} == set(Scope)


def test_no_concern_depends_on_the_identity_stack():
    """Its region may be the lost one: each region's bootstrap repeats the values others need."""
    sources = {(c.name, i.name): i.source for c in CONCERNS for i in c.inputs}
    roots = {key: s.scope for key, s in sources.items() if isinstance(s, Root)}
    assert Scope.BOOTSTRAP in roots.values()
    assert not [key for key, scope in roots.items() if scope is Scope.IDENTITY]


@each
def test_a_field_reaches_the_concern_in_one_of_its_scopes(concern):
    """A default would hide that no root passes the field on: it would be the value for good."""
    catalogue = field_catalogue()
    assert not [
        item.source.name
        for item in concern.inputs
        if isinstance(item.source, Field)
        and not set(catalogue[item.source.name].scopes) & set(concern.scopes)
    ]
