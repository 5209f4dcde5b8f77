"""GuardDuty and Access Analyzer: what looks wrong, and who outside the account reaches in."""

from troposphere import Ref, Sub, Template, accessanalyzer, guardduty

#: Feature → what GuardDuty manages for it. All that guard a workload: one whose kind of resource
#: does not exist costs nothing. Source: Security Hub controls GuardDuty.1 and GuardDuty.5 to .13.
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


def add_detector(template: Template) -> guardduty.Detector:
    """The detector, and the copy of its findings in the archive, as it keeps them for 90 days.

    Needs the parameters `AuditKeyArn` and `LogIntakeBucketName`.
    """
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
    bucket = Sub("arn:${AWS::Partition}:s3:::${LogIntakeBucketName}")
    template.add_resource(
        guardduty.PublishingDestination(
            "FindingsArchive",
            DetectorId=Ref(detector),
            DestinationType="S3",
            # No prefix: GuardDuty wants to find one, and writes below AWSLogs/ by itself.
            DestinationProperties=guardduty.CFNDestinationProperties(
                DestinationArn=bucket, KmsKeyArn=Ref("AuditKeyArn")
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


def add_analyzer(template: Template) -> accessanalyzer.Analyzer:
    """External access: the free one, of which an account and region may have one.

    The roles of the project that CI takes are outside access by intent, and a finding for each of
    them would hide the one that is not. Needs the parameters `OidcProviderArn` and `Project`.
    """
    ours = accessanalyzer.ArchiveRuleProperty(
        RuleName="ci",
        Filter=[
            accessanalyzer.Filter(Property="principal.Federated", Eq=[Ref("OidcProviderArn")]),
            accessanalyzer.Filter(Property="resource", Contains=[Sub(":role/${Project}/")]),
            accessanalyzer.Filter(Property="resourceType", Eq=["AWS::IAM::Role"]),
        ],
    )
    return template.add_resource(
        accessanalyzer.Analyzer("ExternalAccess", Type="ACCOUNT", ArchiveRules=[ours])
    )
