"""Everything that would make a deletion fail is reported before it begins."""

import pytest
from account_facts import ADDRESS, PLACE, resource

from tidegen.planning.preflight import DELETION_CHECKS, Subject, Topic, questions, report

HELD = {"Data": "data-1", "Kept": "kept-1", "Service": "vpce-svc-1", "Subnet": "subnet-1"}
TYPES = {
    "Data": "AWS::S3::Bucket",
    "Kept": "AWS::S3::Bucket",
    "Service": "AWS::EC2::VPCEndpointService",
    "Subnet": "AWS::EC2::Subnet",
    "Nodes": "AWS::EKS::Nodegroup",
    "Vpc": "AWS::EC2::VPC",
}


def blocking_findings(answers, resources=None):
    """Return the blocking findings from the account's answers; the bucket Kept stays."""
    return [str(finding) for finding in reported(answers, resources).blocking]


def reported(answers, resources=None, held=HELD):
    held = {**{name: name for name in resources or {}}, **held}
    subject = Subject(
        address=ADDRESS,
        resources=resources or {},
        removed=frozenset(held) - {"Kept"},
        held=held,
        types_held=TYPES,
    )
    asked = questions([subject], thorough=False, checks=DELETION_CHECKS)[PLACE]
    facts = {question: answers.get(question.topic, {}) for question in asked}
    result = report([subject], {PLACE: facts}, thorough=False, checks=DELETION_CHECKS)
    assert not result.unchecked
    return result


def test_empty_and_unused_resources_have_no_findings():
    assert blocking_findings({}) == []


def test_every_failure_of_a_deletion_has_a_case():
    answers = {
        Topic.CONTENTS: {"data-1": ""},
        Topic.INTERFACES: {"eni-1": ("ELB net/web/1", "in-use")},
    }
    result = reported(answers, {"It": resource("EKS::Cluster", DeletionProtection=True)})
    slugs = {slug for check in DELETION_CHECKS for slug in check.failures}
    assert {finding.failure for finding in result.findings} == slugs


def test_a_bucket_with_objects_is_a_finding():
    (finding,) = blocking_findings({Topic.CONTENTS: {"data-1": "", "kept-1": ""}})
    assert finding.startswith("Data: bucket 'data-1'")
    assert "not empty" in finding


def test_endpoints_of_other_accounts_are_a_finding():
    (finding,) = blocking_findings({Topic.CONNECTIONS: {"vpce-svc-1": ("vpce-1", "vpce-2")}})
    assert "Service: endpoint service vpce-svc-1 is in use by vpce-1, vpce-2" in finding


def test_network_interfaces_of_other_owners_are_a_finding():
    (finding,) = blocking_findings({Topic.INTERFACES: {"eni-1": ("ELB net/web/1", "in-use")}})
    assert "network interface eni-1" in finding


SERVICE = "com.amazonaws.us-east-1.guardduty-data"


def test_guarddutys_resources_are_reported_with_the_commands():
    answers = {Topic.ENDPOINTS: {SERVICE: "vpce-9", "com.amazonaws.us-east-1.sts": "vpce-1"}}
    (finding,) = reported(answers, held={"Vpc": "vpc-1"}).blocking
    assert finding.where == "Vpc"
    for command in (
        "aws ec2 delete-vpc-endpoints --region us-east-1 --vpc-endpoint-ids vpce-9",
        "aws ec2 delete-security-group --region us-east-1 --group-id $(aws ec2 describe-",
        "Values=GuardDutyManagedSecurityGroup-vpc-1",
    ):
        assert command in finding.message


def test_guarddutys_resources_do_not_block_while_its_agents_run():
    """GuardDuty would make them again; once the nodes are gone the commands hold."""
    answers = {Topic.ENDPOINTS: {SERVICE: "vpce-9"}}
    result = reported(answers, held={"Vpc": "vpc-1", "Nodes": "nodes-1"})
    assert not result.blocking
    assert "when the deletion fails on them, run 'aws ec2" in str(result.findings[0])


def test_an_endpoint_of_the_stacks_is_not_a_finding():
    answers = {Topic.ENDPOINTS: {SERVICE: "vpce-9"}}
    assert not reported(answers, held={"Vpc": "vpc-1", "Endpoint": "vpce-9"}).findings


ATTRIBUTES = [{"Key": "deletion_protection.enabled", "Value": "true"}]


@pytest.mark.parametrize(
    ("protected", "name"),
    [
        (resource("EKS::Cluster", DeletionProtection="true"), "DeletionProtection"),
        (resource("DynamoDB::Table", DeletionProtectionEnabled=True), "DeletionProtectionEnabled"),
        (
            resource("ElasticLoadBalancingV2::LoadBalancer", LoadBalancerAttributes=ATTRIBUTES),
            "deletion_protection.enabled",
        ),
    ],
)
def test_deletion_protection(protected, name):
    (finding,) = blocking_findings({}, {"It": protected})
    assert f"has {name} switched on" in finding
    off = {**protected, "Properties": {name: "false"}}
    assert blocking_findings({}, {"It": off}) == []


def test_a_kept_resource_may_be_protected():
    kept = resource("S3::Bucket", DeletionProtection=True)
    assert blocking_findings({}, {"Kept": kept}) == []
