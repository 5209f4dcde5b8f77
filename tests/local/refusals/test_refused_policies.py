"""Policies that IAM refuses, in grammar and in size."""

from typing import Any

import pytest
from local_cloud import Cloud, Template
from local_templates import a
from refused import created, refused_creation, refused_update, updated
from test_dependencies import trust

LIST = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
SERVICE = trust(Service="ec2.amazonaws.com")


def document(*statements: Template) -> Template:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def managed(*statements: Template) -> Template:
    return a("IAM::ManagedPolicy", PolicyDocument=document(*statements))


def role(trusted: Template = SERVICE, **properties: Any) -> Template:
    return a("IAM::Role", AssumeRolePolicyDocument=trusted, **properties)


def long(count: int) -> Template:
    return {**LIST, "Sid": "S", "Action": ["s3:GetObject"] * count}


@pytest.mark.parametrize(
    "statement",
    [
        {**LIST, "Resource": "no-arn"},
        {**LIST, "Resource": "arn:aws:iam::*:*/it"},
        {"Effect": "Allow", "Action": "s3:ListAllMyBuckets"},
        {**LIST, "Condition": {"Same": {"aws:RequestTag/a": "b"}}},
    ],
    ids=["resource", "type", "without-resource", "operator"],
)
def test_a_malformed_policy(cloud: Cloud, statement: Template) -> None:
    refused_creation(cloud, "policy-malformed", It=managed(statement))
    inline = {"PolicyName": "it", "PolicyDocument": document(statement)}
    refused_creation(cloud, "policy-malformed", It=role(Policies=[inline]))
    created(cloud, It=managed(LIST))
    refused_update(cloud, "policy-malformed", It=managed(statement))
    updated(cloud, It=managed({**LIST, "Action": "s3:ListBucket"}))


def test_an_identity_policy_with_a_principal(cloud: Cloud) -> None:
    statement = {**LIST, "Principal": {"AWS": "*"}}
    refused_creation(cloud, "policy-principal", It=managed(statement))
    inline = {"PolicyName": "it", "PolicyDocument": document(statement)}
    refused_creation(cloud, "policy-principal", It=role(Policies=[inline]))


def test_a_malformed_trust_policy(cloud: Cloud) -> None:
    (statement,) = SERVICE["Statement"]
    refused_creation(cloud, "policy-malformed", It=role(document({**statement, "Resource": "*"})))
    age = {"NumericLessThan": {"aws:MultiFactorAuthAge": 3600}}
    created(cloud, It=role(document({**statement, "Condition": age})))


def test_a_managed_policy_that_is_too_long(cloud: Cloud) -> None:
    refused_creation(cloud, "managed-policy-too-long", It=managed(long(410)))
    created(cloud, "short", It=managed(long(390)))


def test_inline_policies_that_are_too_long_together(cloud: Cloud) -> None:
    def inline(count: int) -> list[Template]:
        policy = document(long(340))
        return [{"PolicyName": f"p{i}", "PolicyDocument": policy} for i in range(count)]

    refused_creation(cloud, "inline-policies-too-long", It=role(Policies=inline(2)))
    created(cloud, "short", It=role(Policies=inline(1)))


def test_a_trust_policy_that_is_too_long(cloud: Cloud) -> None:
    services = [f"service-{number:02}.amazonaws.com" for number in range(80)]
    refused_creation(cloud, "trust-policy-too-long", It=role(trust(Service=services)))
    created(cloud, "short", It=role(trust(Service=services[:50])))


def test_a_role_with_too_many_policies(cloud: Cloud) -> None:
    arns = [f"arn:aws:iam::aws:policy/p{number}" for number in range(11)]
    refused_creation(cloud, "role-policies-quota", It=role(ManagedPolicyArns=arns))
    created(cloud, "short", It=role(ManagedPolicyArns=arns[:10]))
