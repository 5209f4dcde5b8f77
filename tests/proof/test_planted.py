"""Each planted violation is found, by the right claim, and the clean platform has none.

A violation is one change of one committed policy or resource, such as a reviewer could overlook.
"""

from dataclasses import replace

import pytest

from tidegen.proof.claims import Verdict
from tidegen.proof.escalation import escalation
from tidegen.proof.grants import grants
from tidegen.proof.isolation import accounts, pair
from tidegen.proof.network import network
from tidegen.proof.parity import parity
from tidegen.proof.platform import Platform

ENVIRONMENT, ACCESS = "tidepool-development", "tidepool-development-access"
IDENTITY = "tidepool-identity"


def refuted_of(results):
    """Return the claims that are refuted."""
    return [r.claim.id for r in results if r.verdict is Verdict.REFUTED]


def open_to_all(name):
    def change(properties):
        extra = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
        properties[name]["Statement"].append(extra)

    return change


def lend(principal, condition=None):
    """Return a change of a bucket's policy that allows, and no longer denies, a caller."""

    def change(properties):
        allow = {"Effect": "Allow", "Principal": principal, "Action": "s3:Get*", "Resource": "*"}
        if condition:
            allow["Condition"] = condition
        properties["PolicyDocument"]["Statement"] = [allow]

    return change


def trust(principal, condition=None):
    def change(properties):
        extra = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        if condition:
            extra["Condition"] = condition
        properties["AssumeRolePolicyDocument"]["Statement"].append(extra)

    return change


def without_conditions(name):
    def change(properties):
        for item in properties[name]["Statement"]:
            if "Service" in str(item.get("Principal")):
                item.pop("Condition", None)

    return change


def with_condition(name, key, value):
    """Replace the conditions of statements for services by one on another key."""

    def change(properties):
        for item in properties[name]["Statement"]:
            if "Service" in str(item.get("Principal")):
                item["Condition"] = {"StringEqualsIfExists": {key: value}}

    return change


def subject(pattern):
    def change(properties):
        for item in properties["AssumeRolePolicyDocument"]["Statement"]:
            tests = item["Condition"]
            for operator in list(tests):
                tests[operator].pop("token.actions.githubusercontent.com:sub", None)
            tests.setdefault("StringLike", {})["token.actions.githubusercontent.com:sub"] = pattern

    return change


#: Name → (stack, path, change, the claim that must be refuted).
GRANTS = {
    "a bucket open to all": (
        ENVIRONMENT,
        "Storage/UploadsBucketPolicy",
        open_to_all("PolicyDocument"),
        "strangers",
    ),
    "a key open to all": (
        ENVIRONMENT,
        "DataEncryption/DataKey",
        open_to_all("KeyPolicy"),
        "strangers",
    ),
    "a foreign account in a key policy": (
        ENVIRONMENT,
        "DataEncryption/DataKey",
        lambda p: p["KeyPolicy"]["Statement"].append(
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::999999999999:root"},
                "Action": "kms:Decrypt",
                "Resource": "*",
            }
        ),
        "strangers",
    ),
    "a foreign account may assume a role": (
        ACCESS,
        "DeployRole",
        trust({"AWS": "999999999999"}),
        "strangers",
    ),
    "anyone may assume a role with a condition that anyone meets": (
        ACCESS,
        "ReadRole",
        trust("*", {"StringEqualsIfExists": {"aws:PrincipalTag/environment": "development"}}),
        "strangers",
    ),
    "a bucket that names a neighbour's role": (
        ENVIRONMENT,
        "Storage/UploadsBucketPolicy",
        lend({"AWS": "arn:aws:iam::444455556666:role/tidepool/staging/Any"}),
        "not-lent",
    ),
    "a bucket for all roles of the project": (
        ENVIRONMENT,
        "Storage/UploadsBucketPolicy",
        lend("*", {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::444455556666:role/tidepool/*"}}),
        "not-lent",
    ),
    "a topic without a source": (
        ENVIRONMENT,
        "Notifications/CriticalTopicPolicy",
        without_conditions("PolicyDocument"),
        "deputies",
    ),
    "a queue whose source is optional": (
        ENVIRONMENT,
        "Notifications/DeadLetterQueuePolicy",
        with_condition("PolicyDocument", "aws:SourceOrgPath", "o-1/*"),
        "deputies",
    ),
    "a key whose services have no condition": (
        ENVIRONMENT,
        "Encryption/MessagingKey",
        without_conditions("KeyPolicy"),
        "deputies",
    ),
    "a trust to a whole repository": (
        ACCESS,
        "DeployRole",
        subject("repo:tidepool-org*/platform*:*"),
        "federation",
    ),
    "a trust to any environment of the repository": (
        ACCESS,
        "DeployRole",
        subject("repo:tidepool-org*/platform*:environment:*"),
        "federation",
    ),
    "a trust to every organization": (
        ACCESS,
        "ReadRole",
        subject("*:environment:dev*"),
        "federation",
    ),
    "a trust without a subject": (
        ACCESS,
        "ReadRole",
        lambda p: [s.pop("Condition") for s in p["AssumeRolePolicyDocument"]["Statement"]],
        "federation",
    ),
}


@pytest.mark.parametrize("name", GRANTS)
def test_a_grant_too_many_is_found(planted, sources, name):
    stack, path, change, claim = GRANTS[name]
    changed = planted(stack, path, change)
    refuted = {r.claim.id for r in grants(changed, sources) if r.verdict is Verdict.REFUTED}
    assert claim in refuted


def allow(action, resource="*", **condition):
    def change(properties):
        extra = {"Effect": "Allow", "Action": [action], "Resource": [resource]}
        if condition:
            extra["Condition"] = condition
        properties["PolicyDocument"]["Statement"].append(extra)

    return change


def open_boundary(action):
    """Return a change that allows an action in a boundary, for any tags."""

    def change(properties):
        statements = properties["PolicyDocument"]["Statement"]
        statements[:] = [s for s in statements if s["Effect"] == "Allow"]
        statements.append({"Effect": "Allow", "Action": [action], "Resource": ["*"]})

    return change


ESCALATIONS = {
    "a role of a template assumes any role": (
        IDENTITY,
        "PermissionsBoundary",
        open_boundary("sts:AssumeRole"),
        "own-path",
    ),
    "a role of a template passes any role": (
        IDENTITY,
        "PermissionsBoundary",
        open_boundary("iam:PassRole"),
        "own-path",
    ),
    "a role of a template creates a user": (
        IDENTITY,
        "PermissionsBoundary",
        open_boundary("iam:CreateUser"),
        "own-path",
    ),
    "a role of a template lifts boundaries": (
        IDENTITY,
        "PermissionsBoundary",
        open_boundary("iam:DeleteRolePermissionsBoundary"),
        "boundary-kept",
    ),
    "a role of a template creates roles without a boundary": (
        IDENTITY,
        "PermissionsBoundary",
        open_boundary("iam:CreateRole"),
        "boundary-kept",
    ),
}


@pytest.mark.parametrize("name", ESCALATIONS)
def test_a_way_out_of_the_own_path_is_found(planted, sources, name):
    stack, path, change, claim = ESCALATIONS[name]
    changed = planted(stack, path, change)
    results = list(escalation(changed, sources))
    assert claim in {r.claim.id for r in results if r.verdict is Verdict.REFUTED}
    unchanged = [r for r in results if r.subject[0] in ("production", "shared-production")]
    assert all(r.verdict is Verdict.PROVEN for r in unchanged), "only one account was changed"


def without_tags(then=lambda properties: None):
    """Return a change that removes the Deny by tag, which would hold the next one up."""

    def change(properties):
        statements = properties["PolicyDocument"]["Statement"]
        statements[:] = [item for item in statements if item["Sid"] != "NotOfOthers"]
        then(properties)

    return change


NEIGHBOURS = {
    "the boundary has no Deny by tag": (IDENTITY, "PermissionsBoundary", without_tags()),
    "the boundary allows every bucket": (
        IDENTITY,
        "PermissionsBoundary",
        allow("s3:GetObject", "arn:aws:s3:::tidepool-*"),
    ),
    "the boundary allows every secret": (
        IDENTITY,
        "PermissionsBoundary",
        without_tags(allow("secretsmanager:GetSecretValue")),
    ),
    "a typo in a variable with a default": (
        IDENTITY,
        "PermissionsBoundary",
        allow(
            "dynamodb:DeleteTable",
            "arn:aws:dynamodb:*:*:table/tidepool-${aws:PrincipalTag/enviroment, 'staging'}-*",
        ),
    ),
    "NotAction": (
        IDENTITY,
        "PermissionsBoundary",
        lambda p: p["PolicyDocument"]["Statement"].append(
            {"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": ["*"]}
        ),
    ),
    "a tag that is compared only if it exists": (
        IDENTITY,
        "PermissionsBoundary",
        without_tags(
            allow(
                "sqs:DeleteQueue",
                StringEqualsIfExists={"aws:ResourceTag/owner": "${aws:PrincipalTag/environment}"},
            )
        ),
    ),
}


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_a_reach_to_another_environment_is_found(planted, sources, name):
    changed = planted(*NEIGHBOURS[name])
    result, _ = pair(changed, "development", "staging", sources)
    assert result.verdict is Verdict.REFUTED
    example = result.counterexamples[0]
    assert example.file.startswith("templates/current/roots/")
    assert example.line > 1
    assert example.data["statement"]


def test_a_route_to_another_network_is_found(planted, sources):
    def change(properties):
        properties.pop("NatGatewayId")
        properties["TransitGatewayId"] = "tgw-1"

    changed = planted(ENVIRONMENT, "Network/Private1DefaultRoute", change)
    assert refuted_of(network(changed, sources)) == ["no-joined-networks"]


def test_a_route_out_of_the_data_tier_is_found(planted, platform, sources):
    root = next(r for r in platform.roots if r.address.name == ENVIRONMENT)
    table = root.subjects["Network/DataRouteTable"].physical_id
    changed = planted(
        ENVIRONMENT,
        "Network/Private1DefaultRoute",
        lambda properties: properties.update(RouteTableId=table),
    )
    assert refuted_of(network(changed, sources)) == ["data-tier-closed"]


@pytest.mark.parametrize("source", ["0.0.0.0/0", "0.0.0.0/1", "10.0.0.0/8", "203.0.113.0/24"])
def test_a_security_group_open_to_others_is_found(planted, sources, source):
    def change(properties):
        rule = {"CidrIp": source, "FromPort": 27017, "ToPort": 27017, "IpProtocol": "tcp"}
        properties["SecurityGroupIngress"] = [rule]

    changed = planted(ENVIRONMENT, "Database/SecurityGroup", change)
    assert refuted_of(network(changed, sources)) == ["inbound-by-load-balancer"]


def test_a_load_balancer_open_on_another_port_is_found(planted, sources):
    def change(properties):
        properties["SecurityGroupIngress"][0].update(FromPort=22, ToPort=22)

    changed = planted(ENVIRONMENT, "Ingress/LoadBalancerSecurityGroup", change)
    assert refuted_of(network(changed, sources)) == ["inbound-by-load-balancer"]


def test_an_endpoint_to_a_service_of_others_is_found(planted, sources):
    other = "com.amazonaws.vpce.us-west-2.vpce-svc-0123456789abcdef0"
    changed = planted(ENVIRONMENT, "SharedEndpoint/Endpoint", lambda p: p.update(ServiceName=other))
    assert refuted_of(network(changed, sources)) == ["no-joined-networks"]


@pytest.mark.parametrize("principal", ["*", "arn:aws:iam::999999999999:root"])
def test_a_shared_service_for_others_is_found(planted, sources, principal):
    changed = planted(
        "tidepool-shared-nonproduction",
        "SharedServices/EndpointServicePermissions",
        lambda p: p["AllowedPrincipals"].append(principal),
    )
    assert refuted_of(network(changed, sources)) == ["no-joined-networks"]


@pytest.mark.parametrize(
    "kind",
    ["AWS::EC2::VPCPeeringConnection", "AWS::EC2::TransitGatewayAttachment", "AWS::RAM::New"],
)
def test_a_type_that_may_join_networks_is_found(platform, sources, kind):
    roots = [
        replace(root, resources={**root.resources, "Network/NatAddress1": {"Type": kind}})
        if root.address.name == ENVIRONMENT
        else root
        for root in platform.roots
    ]
    changed = Platform(platform.members, tuple(roots))
    assert refuted_of(network(changed, sources)) == ["no-joined-networks"]


def test_a_root_that_only_one_environment_has_is_found(platform, sources):
    roots = [r for r in platform.roots if r.address.name != "tidepool-staging-access"]
    changed = Platform(platform.members, tuple(roots))
    assert refuted_of(parity(changed, sources)) == ["same-templates"]


def test_a_shared_range_is_found(planted, platform, sources):
    staging = next(r for r in platform.roots if r.address.name == "tidepool-staging")
    taken = staging.properties("Network/Vpc")["CidrBlock"]
    changed = planted(ENVIRONMENT, "Network/Vpc", lambda p: p.update(CidrBlock=taken))
    assert refuted_of(network(changed, sources)) == ["disjoint-ranges"]


def test_the_clean_platform_has_no_alarm(platform, sources):
    """The pairs are proven by the test of the command."""
    results = [
        *accounts(platform),
        *network(platform, sources),
        *grants(platform, sources),
        *escalation(platform, sources),
        *parity(platform, sources),
    ]
    assert len(results) > 40
    assert {r.verdict for r in results} == {Verdict.PROVEN}
    assert all(r.asked for r in results)
