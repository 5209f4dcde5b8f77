"""Services with a service-linked role, and the platform's resource types that need it.

The account owns the role: roles in `LINKED_SERVICES` are created by a person with the account's
file, not by the first environment as a side effect.
"""

from collections.abc import Mapping

LINKED_SERVICES: Mapping[str, tuple[str, ...]] = {
    "access-analyzer.amazonaws.com": ("AWS::AccessAnalyzer::Analyzer",),
    "autoscaling.amazonaws.com": ("AWS::AutoScaling::AutoScalingGroup", "AWS::EKS::Nodegroup"),
    "backup.amazonaws.com": ("AWS::Backup::BackupPlan", "AWS::Backup::BackupSelection"),
    "config.amazonaws.com": ("AWS::Config::ConfigurationRecorder",),
    "eks-nodegroup.amazonaws.com": ("AWS::EKS::Nodegroup",),
    "eks.amazonaws.com": ("AWS::EKS::Cluster",),
    "elasticloadbalancing.amazonaws.com": ("AWS::ElasticLoadBalancingV2::LoadBalancer",),
    "guardduty.amazonaws.com": ("AWS::GuardDuty::Detector",),
}
#: Created by the service when it is first used, with the permission of its caller.
ON_FIRST_USE: Mapping[str, tuple[str, ...]] = {
    "contributorinsights.dynamodb.amazonaws.com": ("AWS::DynamoDB::Table",),
    "restore-testing.backup.amazonaws.com": ("AWS::Backup::RestoreTestingPlan",),
    "route53resolver.amazonaws.com": ("AWS::Route53Resolver::ResolverQueryLoggingConfig",),
    "wafv2.amazonaws.com": ("AWS::WAFv2::LoggingConfiguration",),
}
#: Needed only by the account's own stacks, which no execution role creates.
OF_THE_ACCOUNT = (
    "access-analyzer.amazonaws.com",
    "config.amazonaws.com",
    "guardduty.amazonaws.com",
)
#: Services for which an environment may create the role where it is missing.
OF_ENVIRONMENTS = tuple(sorted({*LINKED_SERVICES, *ON_FIRST_USE} - set(OF_THE_ACCOUNT)))
