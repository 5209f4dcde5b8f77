"""Preflight reports each failure that an account shows, and nothing in a clean account."""

from dataclasses import replace

import account_facts_dependencies
import account_facts_existing
import account_facts_limits
import pytest
from account_facts import (
    ADDRESS,
    CERTIFICATE,
    CLEAN,
    PLACE,
    SECRET,
    resource,
    secret,
    subject,
    trusting,
)

from tidegen.contract import Scope
from tidegen.failures import Where, catalogue, failure
from tidegen.planning.preflight import (
    CHECKS,
    DELETION_CHECKS,
    Question,
    Subject,
    Topic,
    Unchecked,
    Unknown,
    questions,
    report,
)
from tidegen.planning.preflight.stacks import capabilities

CASES = (
    *account_facts_existing.CASES,
    *account_facts_dependencies.CASES,
    *account_facts_limits.CASES,
)
HIGH = 1_000_000.0


def reported(root, answers=None, thorough=True):
    """Return the report for an account with these `answers` and no other problem."""
    account = {**CLEAN, **(answers or {})}
    asked = questions([root], thorough=thorough).get(PLACE, set())
    facts = {question: answer(question, account.get(question.topic, {})) for question in asked}
    return report([root], {PLACE: facts}, thorough=thorough)


def answer(question, answers):
    if question.topic is Topic.QUOTAS:
        return {name: answers.get(name, HIGH) for name in question.names}
    if question.topic is Topic.USAGE:
        return {name: answers.get(name, 0) for name in question.names}
    return answers


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.failure}-{case.message[:30]}")
def test_a_failure_is_reported(case):
    result = reported(subject(case.resources, **case.given), case.answers)
    findings = [finding for finding in result.findings if case.message in str(finding)]
    assert findings, result
    assert findings[0].blocking is case.blocking
    assert bool(result.blocking) is case.blocking


#: Those that are the account's fault: elsewhere the plan alone is wrong.
SHOWN = [case for case in CASES if case.answers]


@pytest.mark.parametrize("case", SHOWN, ids=lambda case: f"{case.failure}-{case.message[:30]}")
def test_a_clean_account_has_no_findings(case):
    result = reported(subject(case.resources, **case.given))
    assert not result.blocking
    assert not result.unchecked


def test_every_row_that_an_account_shows_has_a_check_and_a_case():
    rows = {row.slug for row in catalogue().values() if Where.PREFLIGHT in row.where}
    slugs = {slug for check in CHECKS for slug in check.failures}
    # test_deletion_checks has a case of each of these
    of_deletions = {slug for check in DELETION_CHECKS for slug in check.failures}
    assert slugs | of_deletions == rows
    assert {case.failure for case in CASES} == slugs


#: Without those of `test_locks`, for which the catalogue has no failure.
OF_FAILURES = [check for check in CHECKS if check.failures]


@pytest.mark.parametrize("check", OF_FAILURES, ids=lambda check: check.name)
def test_every_check_finds_a_case(check):
    cases = (case for case in CASES if case.failure in check.failures)
    assert any(findings(check, case) for case in cases)


def findings(check, case):
    """The findings of this check alone."""
    root = subject(case.resources, **case.given)
    given = {**CLEAN, **case.answers}
    asked = check.questions(root)
    facts = {question: answer(question, given.get(question.topic, {})) for question in asked}
    return [item for item in check.result(root, facts) if not isinstance(item, Unchecked)]


def test_a_finding_names_a_row_that_preflight_catches():
    for case in CASES:
        for finding in reported(subject(case.resources, **case.given), case.answers).findings:
            assert Where.PREFLIGHT in failure(finding.failure).where


def test_a_deployed_resource_is_not_a_finding():
    """A resource that merely moved between templates, or that an earlier run made."""
    root = subject(SECRET, held={"Old/Secret": "tide/mail"})
    assert not reported(root, {Topic.SECRETS: {"tide/mail": secret()}}).findings


def test_a_deployed_resource_of_another_type_does_not_take_a_name():
    """A vault and a cluster have the same name, which is the physical id of both."""
    vault = {"Vault": resource("Backup::BackupVault", BackupVaultName="tide-qa")}
    given = {"held": {"Cluster": "tide-qa"}, "types_held": {"Cluster": "AWS::EKS::Cluster"}}
    (finding,) = reported(subject(vault, **given), {Topic.VAULTS: {"tide-qa": ""}}).findings
    assert "'tide-qa' exists already" in finding.message


def test_a_resource_that_is_identified_by_an_id_is_recognised_as_the_stacks_own():
    """Its physical id is not its name, so only the account's answer shows that it is the same."""
    kind = "CloudFront::OriginAccessControl"
    control = {"Control": resource(kind, OriginAccessControlConfig={"Name": "tide-assets"})}
    answers = {Topic.ACCESS_CONTROLS: {"tide-assets": "E1"}}
    types = {"Control": f"AWS::{kind}"}
    own = subject(control, held={"Control": "E1"}, types_held=types)
    assert not reported(own, answers).findings
    other = subject(control, held={"Control": "E2"}, types_held=types)
    assert len(reported(other, answers).findings) == 1


def test_a_deployed_resource_that_stays_is_not_asked_for():
    root = subject(SECRET, added=frozenset())
    assert Topic.SECRETS not in {q.topic for q in questions([root], thorough=True).get(PLACE, ())}


def test_a_name_that_is_not_known_yet_is_not_asked_for():
    later = {"Fn::GetAtt": ["Other", "Name"]}
    root = subject({"Bucket": resource("S3::Bucket", BucketName=later)})
    assert not reported(root).findings


def test_a_stack_that_does_not_change_asks_nothing():
    root = replace(subject({"Bucket": resource("S3::Bucket", BucketName="b")}), changes=False)
    assert questions([root], thorough=False) == {}


def test_a_deploy_does_not_ask_what_it_does_not_depend_on():
    held = {"held": {"Alarms": "arn:topic"}, "types_held": {"Alarms": "AWS::SNS::Topic"}}
    root = subject({}, **held)
    assert Question(Topic.PENDING, ("arn:topic",)) in questions([root], thorough=True)[PLACE]
    assert questions([root], thorough=False) == {}


def test_denied_access_is_reported_and_is_not_a_failure():
    root = subject({"Detector": resource("GuardDuty::Detector")})
    facts = {Question(Topic.DETECTORS): Unknown("guardduty:ListDetectors is not allowed")}
    result = report([root], {PLACE: facts}, thorough=False)
    assert not result.findings
    assert [str(item) for item in result.unchecked] == [
        "tide-development: not checked: GuardDuty detector: guardduty:ListDetectors is not allowed"
    ]


def test_a_permission_that_depends_on_the_real_call_is_not_a_finding():
    answers = {Topic.PERMISSIONS: {"kms:CreateKey": "allowed", "kms:PutKeyPolicy": "unknown"}}
    result = reported(subject({"Key": resource("KMS::Key")}), answers)
    assert not result.findings
    assert "not checked: permission kms:PutKeyPolicy" in str(result.unchecked[0])


@pytest.mark.parametrize(
    ("scope", "role", "blocking"),
    [
        (Scope.ENVIRONMENT, "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", True),
        (Scope.ACCOUNT, "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", False),
        (Scope.ACCOUNT, "es.amazonaws.com/AWSServiceRoleForES", True),
    ],
)
def test_a_linked_role_that_the_account_file_creates_first_does_not_block(scope, role, blocking):
    key = {"Key": trusting(f"aws-service-role/{role}")}
    root = replace(subject(key), address=replace(ADDRESS, scope=scope))
    (finding,) = reported(root, {Topic.ROLES: {}}).findings
    assert (finding.failure, finding.blocking) == ("role-missing", blocking)


def interfaces(answers, **held):
    names = {"Subnet": "subnet-1", **held}
    root = subject({}, removed={"Subnet"}, held=names, types_held={"Subnet": "AWS::EC2::Subnet"})
    return [str(finding) for finding in reported(root, {Topic.INTERFACES: answers}).findings]


def test_interfaces_deleted_with_the_stack_are_not_findings():
    balancer = "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/tide/1"
    assert not interfaces({"eni-1": ("ELB app/tide/1", "in-use")}, Balancer=balancer)
    assert not interfaces({"eni-1": ("aws-K8S-i-1", "in-use")})
    (left,) = interfaces({"eni-1": ("aws-K8S-i-1", "available")})
    assert "delete its owner" in left


def test_only_the_interface_of_the_stacks_own_function_is_deleted():
    """Lambda names an interface after its function and an id."""
    description = "AWS Lambda VPC ENI-{}-4c93ec8d-2d2f-4c5e-b5c8-0d6d2e9c5f3a"
    own = {"Function": "tide-staging-Rotation-1-Function-a"}
    assert not interfaces({"eni-1": (description.format(own["Function"]), "in-use")}, **own)
    assert interfaces({"eni-1": (description.format("somebody-elses"), "in-use")}, **own)


def test_all_is_reported_at_once():
    resources = {
        "Detector": resource("GuardDuty::Detector"),
        "Recorder": resource("Config::ConfigurationRecorder"),
        **SECRET,
    }
    answers = {
        Topic.DETECTORS: {"abc": ""},
        Topic.RECORDERS: {"default": ""},
        Topic.SECRETS: {"tide/mail": secret()},
    }
    assert {finding.failure for finding in reported(subject(resources), answers).findings} == {
        "detector-exists",
        "name-taken",
        "recorder-exists",
    }


def test_the_capabilities_that_a_root_needs():
    role, named = resource("IAM::Role"), resource("IAM::Role", RoleName="tide")
    assert capabilities({"": {"Resources": {"Vpc": resource("EC2::VPC")}}}) == ()
    assert capabilities({"A": {"Resources": {"Role": role}}}) == ("CAPABILITY_IAM",)
    both = {"A": {"Resources": {"Role": named}}, "B": {"Transform": "Macro"}}
    assert capabilities(both) == ("CAPABILITY_AUTO_EXPAND", "CAPABILITY_NAMED_IAM")


def test_a_subject_follows_references():
    root = Subject(
        address=ADDRESS, resources={"Vpc": resource("EC2::VPC", CidrBlock="10.0.0.0/16")}
    )
    assert root.resource_at({"Ref": "Vpc"}) == ("Vpc", {"CidrBlock": "10.0.0.0/16"})
    assert root.resource_at("vpc-1") is None
    assert root.physical({"Ref": "Vpc"}) is None
    assert replace(root, held={"Vpc": "vpc-1"}).physical({"Ref": "Vpc"}) == "vpc-1"


@pytest.mark.parametrize("deployed", [True, False])
def test_every_certificate_of_a_zone_is_reported_once(deployed):
    """The ingress and the database are certified in the same zone."""
    both = {"Ingress/Certificate", "Database/Certificate"}
    option = {"DomainName": "a", "HostedZoneId": {"Ref": "Zone"}}
    certificate = resource(
        "CertificateManager::Certificate", DomainName="a", DomainValidationOptions=[option] * 3
    )
    given = {"held": {"Zone": "Z1"}, "added": frozenset(both)} if deployed else {}
    root = subject({"Zone": CERTIFICATE["Zone"], **dict.fromkeys(both, certificate)}, **given)
    result = reported(root, {Topic.NAME_SERVERS: {"tide.example": ()}})
    undelegated = [f.where for f in result.findings if f.failure == "zone-not-delegated"]
    assert sorted(undelegated) == sorted(both)
