"""GuardDuty and Access Analyzer: suspicious behaviour, and access from outside the account."""

from troposphere import Ref, Sub, Template, accessanalyzer, guardduty

from tidegen.blocks.inputs import OIDC_PROVIDER
from tidegen.blocks.policies import arn
from tidegen.blocks.trail import AUDIT_KEY
from tidegen.concerns.audit.recorder import LOG_INTAKE
from tidegen.contract import Input

#: Feature → agents and add-ons that GuardDuty manages for it. All features that guard a workload:
#: one whose kind of resource does not exist costs nothing. Source: Security Hub controls
#: GuardDuty.1 and GuardDuty.5 to .13.
FEATURES: dict[str, tuple[str, ...]] = {
    "S3_DATA_EVENTS": (),
    "EKS_AUDIT_LOGS": (),
    "EBS_MALWARE_PROTECTION": (),
    "LAMBDA_NETWORK_LOGS": (),
    "RDS_LOGIN_EVENTS": (),
    # With EKS_RUNTIME_MONITORING, its predecessor, GuardDuty refuses both.
    "RUNTIME_MONITORING": (
        "EKS_ADDON_MANAGEMENT",
        "EC2_AGENT_MANAGEMENT",
        "ECS_FARGATE_AGENT_MANAGEMENT",
    ),
}


def add_detector(
    template: Template, *, key: Input = AUDIT_KEY, bucket: Input = LOG_INTAKE
) -> guardduty.Detector:
    """Add the detector, which keeps findings for 90 days, and their export to the archive."""
    detector = template.add_resource(
        guardduty.Detector(
            "Detector",
            Enable=True,
            FindingPublishingFrequency="FIFTEEN_MINUTES",
            # Features alone: GuardDuty refuses them together with DataSources (failure
            # detector-sources-and-features).
            Features=[_feature(name, managed) for name, managed in FEATURES.items()],
        )
    )
    template.add_resource(
        guardduty.PublishingDestination(
            "FindingsArchive",
            DetectorId=Ref(detector),
            DestinationType="S3",
            # No prefix: GuardDuty requires that it exists, and writes below AWSLogs/ anyway.
            DestinationProperties=guardduty.CFNDestinationProperties(
                DestinationArn=arn(f"s3:::${{{bucket.name}}}"), KmsKeyArn=Ref(key.name)
            ),
        )
    )
    return detector


def _feature(name: str, managed: tuple[str, ...]) -> guardduty.CFNFeatureConfiguration:
    more = [
        guardduty.CFNFeatureAdditionalConfiguration(Name=item, Status="ENABLED") for item in managed
    ]
    extra = {"AdditionalConfiguration": more} if more else {}
    return guardduty.CFNFeatureConfiguration(Name=name, Status="ENABLED", **extra)


def add_analyzer(template: Template, provider: Input = OIDC_PROVIDER) -> accessanalyzer.Analyzer:
    """Add the analyzer of external access; it is free, and an account and region may have one.

    The roles of the project that CI assumes are external access by intent; a finding for each of
    them would hide the unintended one.
    """
    ours = accessanalyzer.ArchiveRuleProperty(
        RuleName="ci",
        Filter=[
            accessanalyzer.Filter(Property="principal.Federated", Eq=[Ref(provider.name)]),
            accessanalyzer.Filter(Property="resource", Contains=[Sub(":role/${Project}/")]),
            accessanalyzer.Filter(Property="resourceType", Eq=["AWS::IAM::Role"]),
        ],
    )
    return template.add_resource(
        accessanalyzer.Analyzer("ExternalAccess", Type="ACCOUNT", ArchiveRules=[ours])
    )
