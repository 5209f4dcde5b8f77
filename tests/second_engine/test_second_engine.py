"""A second opinion: the calls that the resources come to, as moto answers them.

moto (https://docs.getmoto.org) is written by others, and checks what IAM, KMS, S3, SNS, SQS,
Secrets Manager, Route 53 and DynamoDB refuse. The embedded engine is not asked here.
"""

import json
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from moto import mock_aws
from moto_account import MAKERS, Account

from tidegen.cli.session import Session
from tidegen.contract import Scope
from tidegen.environments import load_all

PROJECT = Path(__file__).parents[2]
FAMILIES = {
    "production": (
        "account-production-recovery",
        "account-production",
        "shared-production",
        "production",
    ),
    "nonproduction": ("account-nonproduction", "shared-nonproduction", "development"),
}

#: moto has the text of AWS's own managed policies, which the roles are given.
WITH_AWS_POLICIES = {"iam": {"load_aws_managed_policies": True}}


class Empty:
    """An account without stacks."""

    def __init__(self, place):
        self.place = place

    def account(self):
        return self.place.account

    def caller(self):
        return f"arn:aws:iam::{self.place.account}:root"

    def named_stacks(self, names):
        return dict.fromkeys(names)


@pytest.fixture
def moto(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "moto")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "moto")
    with mock_aws(config=WITH_AWS_POLICIES):
        yield


@cache
def steps(*names):
    session = Session(project=PROJECT, files=load_all(PROJECT), connect=Empty, local=False)
    return [step for name in names for step in session.plan(name).steps]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_call_is_accepted(family, moto):
    account = Account()
    for step in steps(*FAMILIES[family]):
        account.deploy(step)
    assert account.refused == []
    assert Counter(account.made.values()).keys() == MAKERS.keys()


def planted(step, old, new):
    """Return the step with a part of its root's template replaced."""
    text = json.dumps(step.template.body)
    assert old in text
    return replace(step, template=replace(step.template, body=json.loads(text.replace(old, new))))


@pytest.mark.parametrize(
    ("scope", "old", "new", "refusal"),
    [
        (Scope.IDENTITY, "iam::*:role/", "iam::*:*/", "IAM resource path must either be"),
        (Scope.IDENTITY, '"Effect": "Deny"', '"Effect": "No"', "MalformedPolicyDocument"),
        (Scope.BOOTSTRAP, '"SSEAlgorithm"', '"Algorithm"', "Algorithm"),
        (Scope.BOOTSTRAP, "logging.s3.amazonaws.com", "s3.amazonaws.com", "TargetBucketForLogging"),
    ],
)
def test_a_planted_fault_is_refused(scope, old, new, refusal, moto):
    account = Account()
    for step in steps("account-nonproduction"):
        if step.scope is scope:
            account.deploy(planted(step, old, new))
            break  # the later roots have no planted fault
        account.deploy(step)
    assert any(refusal in line for line in account.refused), account.refused
