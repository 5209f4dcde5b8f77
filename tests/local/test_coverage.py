"""Which of the types that tidegen's templates use are created, and which only recorded."""

from dataclasses import replace

import pytest
from cfnlint.schema._getatts import _all_property_types
from local_cloud import Cloud

from tidegen.cloudformation.schemas import resource_types
from tidegen.local import coverage
from tidegen.local.attributes import GIVEN_PROPERTIES_ARE_ATTRIBUTES, Identity, arn

# The types that tidegen's templates are made of, by service.
USED = {
    "AccessAnalyzer": "Analyzer",
    "AutoScaling": "AutoScalingGroup LifecycleHook",
    "Backup": "BackupPlan BackupSelection BackupVault RestoreTestingPlan RestoreTestingSelection",
    "CertificateManager": "Certificate",
    "CloudFormation": "Stack",
    "CloudFront": "Distribution OriginAccessControl",
    "CloudTrail": "Trail",
    "CloudWatch": "Alarm CompositeAlarm Dashboard",
    "Config": "ConfigRule ConfigurationRecorder DeliveryChannel",
    "DynamoDB": "Table",
    "EC2": "EIP FlowLog InternetGateway LaunchTemplate NatGateway NetworkAcl NetworkAclEntry"
    " NetworkInterface Route RouteTable SecurityGroup SecurityGroupEgress SecurityGroupIngress"
    " Subnet SubnetNetworkAclAssociation SubnetRouteTableAssociation VPC VPCEndpoint"
    " VPCEndpointService VPCEndpointServicePermissions VPCGatewayAttachment Volume",
    "EKS": "AccessEntry Addon Cluster Nodegroup PodIdentityAssociation",
    "ElasticLoadBalancingV2": "Listener ListenerRule LoadBalancer TargetGroup",
    "Events": "Rule",
    "GuardDuty": "Detector MalwareProtectionPlan PublishingDestination",
    "IAM": "InstanceProfile ManagedPolicy OIDCProvider Role",
    "KMS": "Alias Key",
    "KinesisFirehose": "DeliveryStream",
    "Lambda": "Function Permission",
    "Logs": "LogGroup MetricFilter ResourcePolicy SubscriptionFilter",
    "Route53": "HealthCheck HostedZone RecordSet RecordSetGroup",
    "Route53Resolver": "ResolverQueryLoggingConfig ResolverQueryLoggingConfigAssociation",
    "S3": "Bucket BucketPolicy",
    "SES": "ConfigurationSet ConfigurationSetEventDestination DedicatedIpPool EmailIdentity"
    " Template",
    "SNS": "Subscription Topic TopicPolicy",
    "SQS": "Queue QueuePolicy",
    "SSM": "Document Parameter",
    "SecretsManager": "ResourcePolicy RotationSchedule Secret",
    "WAFv2": "LoggingConfiguration WebACL WebACLAssociation",
}
TYPES = [f"AWS::{service}::{name}" for service, names in USED.items() for name in names.split()]


def test_the_committed_list_of_recorded_types_is_exact() -> None:
    recorded = sorted(name for name in TYPES if coverage.kind_of(name) == "recorded")
    assert recorded == coverage.committed_recorded_types()


def test_every_used_type_is_created_or_recorded() -> None:
    assert "unsupported" not in {coverage.kind_of(name) for name in TYPES}


@pytest.mark.parametrize("name", ["AWS::No::Type", "AWS::CloudFormation::Macro"])
def test_other_types_are_unsupported(name: str) -> None:
    assert coverage.kind_of(name) == "unsupported"


def test_recorded_types_are_kept_and_listed(cloud: Cloud) -> None:
    def template(frequency: str) -> dict[str, object]:
        properties = {"Enable": "true", "FindingPublishingFrequency": frequency}
        detector = {"Type": "AWS::GuardDuty::Detector", "Properties": properties}
        return {"Resources": {"It": detector}}

    def listed() -> list[str]:
        control = cloud.client("cloudcontrol")
        resources = control.list_resources(TypeName="AWS::GuardDuty::Detector")
        return [item["Properties"] for item in resources["ResourceDescriptions"]]

    cloud.create("it", template("ONE_HOUR"))
    before = cloud.resources("it")
    assert "ONE_HOUR" in listed()[0]
    cloud.update("it", template("SIX_HOURS"))
    assert cloud.resources("it") == before
    assert "SIX_HOURS" in listed()[0]
    cloud.delete("it")
    assert not listed()


def test_a_replacement_has_another_physical_id(cloud: Cloud) -> None:
    def template(kind: str) -> dict[str, object]:
        analyzer = {"Type": "AWS::AccessAnalyzer::Analyzer", "Properties": {"Type": kind}}
        return {"Resources": {"It": analyzer}}

    cloud.create("it", template("ACCOUNT"))
    before = cloud.resources("it")
    assert cloud.update("it", template("ORGANIZATION"))["StackStatus"] == "UPDATE_COMPLETE"
    assert cloud.resources("it") != before
    resources = cloud.client("cloudcontrol").list_resources(
        TypeName="AWS::AccessAnalyzer::Analyzer"
    )
    assert len(resources["ResourceDescriptions"]) == 1


def test_generated_values_depend_on_the_identity() -> None:
    one = Identity(
        type_name="AWS::WAFv2::WebACL",
        account="111122223333",
        region="eu-central-1",
        stack_name="stack",
        logical_id="It",
    )
    assert arn(one) == arn(one)
    assert arn(one).startswith("arn:aws:wafv2:eu-central-1:111122223333:webacl/stack-It-")
    other = replace(one, logical_id="Other")
    assert one.name() != other.name()


def test_cfn_lint_agrees_on_which_types_have_their_properties_as_attributes() -> None:
    assert set(TYPES) & set(_all_property_types) == GIVEN_PROPERTIES_ARE_ATTRIBUTES


def test_every_used_type_is_in_the_registry() -> None:
    assert set(TYPES) <= set(resource_types())
