"""Managed rules of AWS Config: those of the HIPAA pack that apply to the platform's services.

Source: the conformance pack "Operational Best Practices for HIPAA Security" (AWS), with rules for
Kubernetes added, and without those on services that the platform does not use and those that it
can never meet, as a rule that always fails hides new failures: data events of all buckets (the
trail logs the project's), replication, logging and Object Lock of every bucket.
"""

from troposphere import Template, config

_Rules = dict[str, tuple[str, dict[str, str]]]

#: Logical id → managed rule and its parameters: resources of the region.
REGIONAL: _Rules = {
    "AlarmsHaveActions": (
        "CLOUDWATCH_ALARM_ACTION_CHECK",
        {"alarmActionRequired": "true", "insufficientDataActionRequired": "false"},
    ),
    "BackupsEncrypted": ("BACKUP_RECOVERY_POINT_ENCRYPTED", {}),
    "BucketsDenyPlainHttp": ("S3_BUCKET_SSL_REQUESTS_ONLY", {}),
    "BucketsEncrypted": ("S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED", {}),
    "BucketsNotPublic": ("S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED", {}),
    "BucketsNotReadByAll": ("S3_BUCKET_PUBLIC_READ_PROHIBITED", {}),
    "BucketsNotWrittenByAll": ("S3_BUCKET_PUBLIC_WRITE_PROHIBITED", {}),
    "BucketsVersioned": ("S3_BUCKET_VERSIONING_ENABLED", {}),
    "BucketsWithoutAcls": ("S3_BUCKET_ACL_PROHIBITED", {}),
    "CertificatesNotExpiring": ("ACM_CERTIFICATE_EXPIRATION_CHECK", {"daysToExpiration": "30"}),
    "ClusterEndpointPrivate": ("EKS_ENDPOINT_NO_PUBLIC_ACCESS", {}),
    "ClusterLogs": ("EKS_CLUSTER_LOGGING_ENABLED", {}),
    "ClusterSecretsEncrypted": ("EKS_SECRETS_ENCRYPTED", {}),
    "DefaultSecurityGroupClosed": ("VPC_DEFAULT_SECURITY_GROUP_CLOSED", {}),
    "DetectorEnabled": ("GUARDDUTY_ENABLED_CENTRALIZED", {}),
    "FirewallLogs": ("WAFV2_LOGGING_ENABLED", {}),
    "FlowLogs": ("VPC_FLOW_LOGS_ENABLED", {"trafficType": "ALL"}),
    "FunctionsNotPublic": ("LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED", {}),
    "InstancesUseImdsv2": ("EC2_IMDSV2_CHECK", {}),
    "InstancesWithoutPublicIp": ("EC2_INSTANCE_NO_PUBLIC_IP", {}),
    "KeysNotBeingDeleted": ("KMS_CMK_NOT_SCHEDULED_FOR_DELETION", {}),
    "KeysRotate": ("CMK_BACKING_KEY_ROTATION_ENABLED", {}),
    "ListenersRedirectToHttps": ("ALB_HTTP_TO_HTTPS_REDIRECTION_CHECK", {}),
    "LoadBalancersBehindFirewall": ("ALB_WAF_ENABLED", {}),
    "LoadBalancersLog": ("ELB_LOGGING_ENABLED", {}),
    "LogGroupsEncrypted": ("CLOUDWATCH_LOG_GROUP_ENCRYPTED", {}),
    "NetworkAclsClosed": ("NACL_NO_UNRESTRICTED_SSH_RDP", {}),
    # Port 80 answers with a redirect only, which ListenersRedirectToHttps watches.
    "PortsAuthorized": ("VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS", {"authorizedTcpPorts": "80,443"}),
    "RemoteShellClosed": ("INCOMING_SSH_DISABLED", {}),
    "RiskyPortsClosed": ("RESTRICTED_INCOMING_TRAFFIC", {"blockedPort1": "27017"}),
    "SecretsUseOwnKey": ("SECRETSMANAGER_USING_CMK", {}),
    "SnapshotsNotPublic": ("EBS_SNAPSHOT_PUBLIC_RESTORABLE_CHECK", {}),
    "SubnetsWithoutPublicIps": ("SUBNET_AUTO_ASSIGN_PUBLIC_IP_DISABLED", {}),
    "TablesEncrypted": ("DYNAMODB_TABLE_ENCRYPTED_KMS", {}),
    "TablesInBackupPlan": ("DYNAMODB_IN_BACKUP_PLAN", {}),
    "TablesRecoverable": ("DYNAMODB_PITR_ENABLED", {}),
    "TopicsEncrypted": ("SNS_ENCRYPTED_KMS", {}),
    "VolumesEncrypted": ("ENCRYPTED_VOLUMES", {}),
    "VolumesEncryptedByDefault": ("EC2_EBS_ENCRYPTION_BY_DEFAULT", {}),
}
#: The same for an account's global resources: evaluated where these are recorded.
GLOBAL: _Rules = {
    "AccessKeysRotate": ("ACCESS_KEYS_ROTATED", {"maxAccessKeyAge": "90"}),
    "AccountBlocksPublicAccess": ("S3_ACCOUNT_LEVEL_PUBLIC_ACCESS_BLOCKS_PERIODIC", {}),
    "ConsoleNeedsMfa": ("MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS", {}),
    "NoAdministrators": ("IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS", {}),
    "NoInlinePolicies": ("IAM_NO_INLINE_POLICY_CHECK", {}),
    "NoRootAccessKey": ("IAM_ROOT_ACCESS_KEY_CHECK", {}),
    "NoUnusedCredentials": ("IAM_USER_UNUSED_CREDENTIALS_CHECK", {"maxCredentialUsageAge": "90"}),
    "NoUserPolicies": ("IAM_USER_NO_POLICIES_CHECK", {}),
    "PasswordPolicy": (
        "IAM_PASSWORD_POLICY",
        {"MinimumPasswordLength": "14", "PasswordReusePrevention": "24", "MaxPasswordAge": "90"},
    ),
    "RootHasHardwareMfa": ("ROOT_ACCOUNT_HARDWARE_MFA_ENABLED", {}),
    "RootHasMfa": ("ROOT_ACCOUNT_MFA_ENABLED", {}),
    "TrailEnabled": ("CLOUD_TRAIL_ENABLED", {}),
    "TrailEncrypted": ("CLOUD_TRAIL_ENCRYPTION_ENABLED", {}),
    "TrailInLogs": ("CLOUD_TRAIL_CLOUD_WATCH_LOGS_ENABLED", {}),
    "TrailOfAllRegions": ("MULTI_REGION_CLOUD_TRAIL_ENABLED", {}),
    "TrailValidated": ("CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED", {}),
    "UsersHaveMfa": ("IAM_USER_MFA_ENABLED", {}),
}


def add_config_rules(template: Template, recorder: str, home_region: str) -> None:
    """Add the rules; `recorder` is a logical id, `home_region` the condition for global ones."""
    for title, (identifier, parameters) in REGIONAL.items():
        _add_rule(template, title, identifier, parameters, recorder)
    for title, (identifier, parameters) in GLOBAL.items():
        _add_rule(template, title, identifier, parameters, recorder).Condition = home_region


def _add_rule(
    template: Template, title: str, identifier: str, parameters: dict[str, str], recorder: str
) -> config.ConfigRule:
    extra = {"InputParameters": parameters} if parameters else {}
    return template.add_resource(
        config.ConfigRule(
            title,
            Source=config.Source(Owner="AWS", SourceIdentifier=identifier),
            DependsOn=recorder,  # AWS Config accepts no rule before a recorder exists
            **extra,
        )
    )
