"""`tidegen drift` on the local engine, with the committed environments."""

import json

import pytest

from tests.conftest import client, deployed, tidegen

ENV = ("--env", "account-nonproduction")


@pytest.fixture(scope="module")
def aws():
    """An engine with an account's roots deployed."""
    with deployed("account-nonproduction") as environment:
        yield environment


def test_unchanged_resources_are_in_sync_or_not_checked(aws):
    done = tidegen("drift", *ENV, env=aws)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "tidepool-account (444455556666/us-west-2)" in done.stdout
    assert "  Audit  " in done.stdout
    counts = json.loads(tidegen("drift", *ENV, "--json", env=aws).stdout)["counts"]
    assert counts["in_sync"] > 10
    assert counts["not_checked"] > 10
    assert counts["modified"] == counts["deleted"] == 0


def test_a_nested_resource_changed_by_hand_is_reported(aws):
    sns = client(aws, "sns")
    topics = [topic["TopicArn"] for topic in sns.list_topics()["Topics"]]
    topic = next(arn for arn in topics if "FindingsTopic" in arn)
    sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "owner", "Value": "somebody"}])
    done = tidegen("drift", *ENV, env=aws)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"MODIFIED  FindingsTopic  AWS::SNS::Topic {topic}" in done.stdout
    report = json.loads(tidegen("drift", *ENV, "--json", env=aws).stdout)
    (row,) = [
        resource
        for stack in report["stacks"]
        for resource in stack["resources"]
        if resource["status"] == "MODIFIED"
    ]
    assert row["path"] == "Audit/FindingsTopic"
    assert [difference["kind"] for difference in row["differences"]] == ["ADD"]


def test_without_a_stack_there_is_nothing_to_compare(aws):
    done = tidegen("drift", "--env", "account-production", env=aws)
    assert done.returncode == 2
    assert "is not deployed" in done.stderr


def test_a_deploy_brings_the_drift_back(aws):
    """After `rollback --skip` too: nothing else brings a skipped resource back."""
    planned = tidegen("plan", *ENV, "--drift", env=aws)
    assert planned.returncode == 0, planned.stderr
    assert "stays; 'tidegen deploy --revert-drift' sets it back" in planned.stdout
    plain = tidegen("deploy", *ENV, "--yes", env=aws)
    assert "nothing to change" in plain.stdout
    assert tidegen("drift", *ENV, env=aws).returncode == 1
    done = tidegen("deploy", *ENV, "--revert-drift", "--yes", env=aws)
    assert done.returncode == 0, done.stderr
    assert "drift of 1 resource" in done.stdout
    assert "~ FindingsTopic  AWS::SNS::Topic" in done.stdout
    assert tidegen("drift", *ENV, env=aws).returncode == 0
    again = tidegen("deploy", *ENV, "--revert-drift", "--yes", env=aws)
    assert "no drift to revert" in again.stdout


def test_a_grant_that_no_template_declares_is_listed(aws):
    iam, s3 = client(aws, "iam"), client(aws, "s3")
    identity = client(aws, "cloudformation").list_stack_resources(StackName="tidepool-identity")
    role = next(
        resource["PhysicalResourceId"]
        for resource in identity["StackResourceSummaries"]
        if resource["ResourceType"] == "AWS::IAM::Role"
    )
    allowed = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [allowed]}
    iam.put_role_policy(RoleName=role, PolicyName="hotfix", PolicyDocument=json.dumps(document))
    names = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    bucket = next(name for name in names if "artifacts" in name)
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    partner = {"AWS": "arn:aws:iam::444455556666:root"}
    opened = {"Sid": "Partner", "Effect": "Allow", "Principal": partner, "Action": "s3:GetObject"}
    policy["Statement"].append({**opened, "Resource": f"arn:aws:s3:::{bucket}/*"})
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    done = tidegen("drift", *ENV, env=aws)
    assert done.returncode == 1
    listed = [line for line in done.stdout.splitlines() if line.startswith("undeclared")]
    assert [line.rpartition(": ")[2] for line in sorted(listed)] == [
        "policy statement Partner",
        "inline policy hotfix",
    ]
    data = json.loads(tidegen("drift", *ENV, "--json", env=aws).stdout)
    assert {item["physical_id"] for item in data["undeclared"]} == {role, bucket}
    assert data["unchecked_grants"] == []
