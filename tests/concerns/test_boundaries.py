"""The two boundaries: as wide as roles need, no wider, and within AWS's size and grammar."""

import json
from fnmatch import fnmatchcase
from functools import cache

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.policy_validation import IAMPolicyDocumentValidator
from policy_sentry.shared.iam_data import get_service_prefix_data
from template_policies import PSEUDO, resolve
from test_isolation import (
    ACCOUNT,
    CEILING,
    IDENTITY,
    REGION,
    grants,
    sample,
    within_boundary,
)

from tests.built import CONCERNS, resources
from tidegen.cloudformation.values import listed
from tidegen.contract import Scope
from tidegen.environments.types import PROJECT_LENGTH

BOUNDARIES = ("PermissionsBoundary", "DeployBoundary")
#: AWS docs, IAM quotas: characters of a managed policy, without white space.
LIMIT = 6_144
#: Granted by AWS's own policies and held back by the boundary: patterns → reason.
HELD_BACK = {
    ("backup-gateway:*", "dsql:*", "ebs:*", "elasticfilesystem:*", "fsx:*"): "unused services",
    ("ds:*", "rds:*", "redshift:*", "redshift-serverless:*", "ssm-sap:*"): "unused services",
    ("storagegateway:*", "timestream:*"): "unused services",
    (
        "backup:DescribeRestoreJob",
        "backup:ListRecoveryPointsByBackupVault",
        "backup:ListRestoreJobs",
        "backup:StartRestoreJob",
        "ec2:RunInstances",
        "ec2:TerminateInstances",
        "eks:*",
        "iam:GetRole",
        "iam:ListAttachedRolePolicies",
        "iam:PassRole",
    ): "backups of clusters and instances: the plan has volumes and tables",
    (
        "cloudformation:*",
        "ec2:CopyImage",
        "ec2:CreateImage",
        "ec2:DeregisterImage",
        "ec2:ModifyImageAttribute",
        "ssm:CancelCommand",
        "guardduty:GetMalwareScan",
        "guardduty:StartMalwareScan",
    ): "backups of stacks and instances, and scans of backups",
    (
        "ec2:ModifySnapshotAttribute",
        "ec2:ModifySnapshotTier",
        "ec2:RestoreSnapshotTier",
        "ec2:EnableFastSnapshotRestores",
        "ec2:LockSnapshot",
    ): "snapshots are neither shared nor put into other tiers, and the vault locks them",
    (
        "autoscaling:UpdateAutoScalingGroup",
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:CreateRoute",
        "ec2:CreateSecurityGroup",
        "ec2:DeleteRoute",
        "ec2:DeleteSecurityGroup",
        "ec2:ModifyInstanceAttribute",
        "ec2:RevokeSecurityGroupIngress",
        "elasticloadbalancing:*",
        "iam:CreateServiceLinkedRole",
    ): "the cloud provider's own load balancers, routes and groups: the templates create these",
}


def test_a_boundary_fits_with_the_longest_names_in_every_partition():
    document = {
        title: resources(IDENTITY)[title]["Properties"]["PolicyDocument"] for title in BOUNDARIES
    }
    for partition in ("aws", "aws-cn", "aws-us-gov"):
        known = {**PSEUDO, "AWS::Partition": partition, "Project": "p" * PROJECT_LENGTH}
        for title in BOUNDARIES:
            text = json.dumps(resolve(document[title], known), separators=(",", ":"))
            assert len(text) <= LIMIT, (title, partition, len(text))
            IAMPolicyDocumentValidator(text).validate()


def managed():
    """Yield (role's concern, title, statement) of AWS's policies that roles have."""
    documents = json.loads(aws_managed_policies_data)
    for concern in CONCERNS:
        # those of roles whose own policy is their boundary are no policies of AWS
        own_boundary = {Scope.IDENTITY, Scope.BOOTSTRAP} & set(concern.scopes)
        for title, item in {} if own_boundary else resources(concern).items():
            if item["Type"] == "AWS::IAM::Role":
                for policy in item["Properties"].get("ManagedPolicyArns", []):
                    name = policy["Fn::Sub"].rpartition("/")[2]
                    for statement in documents[name]["Document"]["Statement"]:
                        yield name, title, statement


#: Resources in place of a pattern for every resource of a service.
OWN = {
    "dynamodb": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/tidepool-staging-Metrics-1",
}
KEYS = {
    "kms__GrantIsForAWSResource": "true",
    "aws__ResourceTag/environment": "staging",
    "aws__ResourceTag/eks:cluster-name": "tidepool-staging",
    "cloudwatch__namespace": "CWAgent",
}


def held_back():
    """Return the actions of AWS's policies that a role may not use below the boundary."""
    for name, title, statement in managed():
        assert statement["Effect"] == "Allow"
        for action in listed(statement["Action"]):
            for pattern in listed(statement["Resource"]):
                arn = OWN.get(action.partition(":")[0]) or sample(pattern)
                role = f"staging/tidepool-staging-Any-{title}-1"
                if not within_boundary(action, arn, role, **KEYS):
                    yield name, action


def test_the_boundary_allows_what_aws_policies_grant_except_what_is_not_used():
    refused = {action for _, action in held_back()}
    patterns = [pattern for group in HELD_BACK for pattern in group]
    unexpected = {a for a in refused if not any(fnmatchcase(a, p) for p in patterns)}
    assert not unexpected
    assert not [p for p in patterns if not any(fnmatchcase(a, p) for a in refused)]


def test_the_restores_of_a_test_are_allowed_to_the_role_that_restores_only():
    """AWS Backup names the table, so that its name says nothing of an environment."""
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/awsbackup-restore-test-1"
    role = "staging/tidepool-staging-Backup-RestoreRole-1"
    for action in ("RestoreTableFromAwsBackup", "DescribeTable", "BatchWriteItem"):
        assert within_boundary(f"dynamodb:{action}", table, role)
        for other in ("staging/Mine", "staging/access/Mine"):
            if action != "DescribeTable":
                assert not within_boundary(f"dynamodb:{action}", table, other)
    assert not within_boundary("dynamodb:DeleteTable", table, role)


@cache
def writing(service):
    """Return the actions of a service that change something."""
    privileges = get_service_prefix_data(service)["privileges"]
    reads = ("List", "Read")
    return {f"{service}:{n}" for n, item in privileges.items() if item["access_level"] not in reads}


def granted_actions():
    """Return the patterns of actions that roles of templates are granted."""
    own = {action for name, action, *_ in grants() if name != "access"}
    aws = {action for *_, s in managed() for action in listed(s["Action"])}
    return own | aws


#: Wider than the policies of roles: action → reason.
WIDER = {
    "guardduty:SendSecurityTelemetry": "its agents call it without a grant",
}


def test_the_boundary_allows_no_change_that_no_role_makes():
    patterns = {
        action
        for statement in CEILING
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
    }
    services = {pattern.partition(":")[0] for pattern in patterns}
    allowed = {
        action
        for service in services
        for action in writing(service)
        if any(fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)
    }
    used = granted_actions()
    unused = {a for a in allowed if not any(fnmatchcase(a, p) for p in used)}
    assert len(allowed) > 60
    assert unused == set(WIDER)


@pytest.mark.parametrize("title", BOUNDARIES)
def test_a_boundary_grants_no_whole_account(title):
    document = resources(IDENTITY)[title]["Properties"]["PolicyDocument"]
    for statement in document["Statement"]:
        if statement["Effect"] == "Allow":
            assert "*" not in statement["Action"]
