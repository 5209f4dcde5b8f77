"""Actions that handlers call, by the registry's schemas, but no deploy is granted, with reasons.

Patterns are regular expressions that match a whole action.
"""

import functools
import re
from collections.abc import Mapping

#: Never granted, for no type's handler.
NEVER: Mapping[str, str] = {
    r"dynamodb:(BatchWriteItem|DeleteItem|GetItem|PutItem|Query|Scan|UpdateItem)": "data",
    r"s3:(DeleteObject|PutObjectAcl|PutBucketAcl|GetObjectVersion)": "data",
    r"secretsmanager:GetSecretValue": "data",
    r"logs:PutLogEvents": "data",
    r"sns:(Get|Put)DataProtectionPolicy": "data; not used",
    r"ec2:(CopyVolumes|CreateSnapshot)": "data",
    r"kms:(DisableKey|EnableKey|DisableKeyRotation|RevokeGrant)": "keys stay on",
    r"logs:DisassociateKmsKey": "logs stay encrypted",
    r"(ec2|ssm):Get\*": "wildcards that reach data; single actions are granted",
}
#: Entries of the schemas that are no IAM action.
UNKNOWN_TO_IAM = (
    r"backup-storage:Mount",
    r"cloudfront:CreateDistributionWithTags",
    r"ec2:(Create|Delete)VpcEndpointServicePermissions",
    r"eks:ActivateCertificateAuthority",
    r"lambda:AssociateRuntimeAlias",
    r"resolverquerylogging:.*",
    r"s3:DeleteBucket(Analytics|Metrics)Configuration",
    r"s3:DeleteBucket(Cors|Encryption|Lifecycle|Replication)",
    r"s3:(PutBucketReplication|PutObjectLockConfiguration|GetObjectMetadata)",
    r"s3:UpdateBucketMetadataAnnotationTableConfiguration",
)
#: Resource type → actions of its handlers for features that no template uses → reason.
NOT_USED: Mapping[str, Mapping[str, str]] = {
    "AWS::AutoScaling::AutoScalingGroup": {
        r"autoscaling:.*(LoadBalancer|TrafficSource|InstanceRefresh).*": "members have no balancer",
        r"managed-fleets:.*": "groups of instances of our own",
        r"vpc-lattice:.*": "networks are never joined",
    },
    "AWS::Backup::BackupVault": {
        r"backup:(Delete|Put)BackupVaultNotifications": "notified through EventBridge",
    },
    "AWS::CertificateManager::Certificate": {r"acm-pca:.*": "certificates are public"},
    "AWS::CloudFront::Distribution": {
        r"cloudfront:.*(ConnectionGroup|VpcOrigin|Invalidation|Staging).*": "one plain origin",
    },
    "AWS::DynamoDB::Table": {
        r"dynamodb:.*Replica": "one region",
        r"dynamodb:.*Import.*": "no import",
        r"(dynamodb:(Disable|Enable|Update)Kinesis|kinesis:).*": "no stream of that kind",
    },
    "AWS::EC2::EIP": {
        r"ec2:(AcceptAddressTransfer|AssociateAddress|DisassociateAddress)": "for NAT only",
    },
    "AWS::EC2::NatGateway": {
        r"ec2:(Dis)?[Aa]ssociateNatGatewayAddress": "one address a gateway",
        r"ec2:(Una|A)ssignPrivateNatGatewayAddress": "one address a gateway",
    },
    "AWS::EC2::NetworkInterface": {
        r"ec2:(Una|A)ssign(PrivateIp|Ipv6)Addresses": "one address an interface",
        r"ec2:ModifyPublicIpDnsNameOptions": "no public address",
    },
    "AWS::EC2::Subnet": {r"ec2:.*SubnetCidrBlock": "never changed in place"},
    "AWS::EC2::VPC": {
        r"ec2:ModifyVpcTenancy": "never changed in place",
        r"ec2:.*VpcEncryption.*": "not used",
    },
    "AWS::EC2::VPCEndpoint": {
        r"vpc-lattice:.*": "networks are never joined",
        r"vpce:AllowMultiRegion": "one region",
    },
    "AWS::EC2::VPCEndpointService": {
        r"cloudwatch:.*InsightRules": "no contributor insights of endpoints",
        r"ec2:ModifyVpcEndpointServicePayerResponsibility": "the provider pays",
        r"vpce:AllowMultiRegion": "one region",
    },
    "AWS::EC2::VPCGatewayAttachment": {r"ec2:.*VpnGateway.*": "networks are never joined"},
    "AWS::ElasticLoadBalancingV2::Listener": {r"cognito-idp:.*": "no sign-in at the balancer"},
    "AWS::ElasticLoadBalancingV2::ListenerRule": {r"cognito-idp:.*": "no sign-in at the balancer"},
    "AWS::ElasticLoadBalancingV2::LoadBalancer": {
        r"elasticloadbalancing:Modify(CapacityReservation|IpPools)": "not used",
        r"elasticloadbalancing:SetIpAddressType": "not used",
    },
    "AWS::ElasticLoadBalancingV2::TargetGroup": {
        r"elasticloadbalancing:(Register|Deregister)Targets": "the cluster's controller registers",
    },
    "AWS::Lambda::Function": {
        r"lambda:.*(CodeSigning|Recursion|Scaling|LayerVersion).*": "not used",
        r"lambda:.*(RuntimeManagement|Capacity).*": "not used",
        r"lambda:PublishVersion": "not used",
        r"(elasticfilesystem|s3files):.*": "functions mount nothing",
    },
    "AWS::Logs::LogGroup": {
        r"logs:.*(DataProtection|IndexPolic|BearerToken|DeletionProtection).*": "not used",
        r"logs:DeleteRetentionPolicy": "every log group has a retention",
    },
    "AWS::Route53::HealthCheck": {r"route53-recovery-control-config:.*": "not used"},
    "AWS::Route53::HostedZone": {
        # reading a zone lists them (registry schema), and GetAtt reads
        r"route53:.*QueryLoggingConfig": "query logs are a scope of us-east-1",
        r"route53:UpdateHostedZoneFeatures": "not used",
    },
    "AWS::S3::Bucket": {
        r"s3:.*(Website|Accelerate|Analytics|Inventory|Metadata|CORS|Abac).*": "not used",
        r"s3:(Get|Put)(IntelligentTiering|Metrics)Configuration": "not used",
        r"s3tables:.*": "no tables of metadata",
    },
    "AWS::SES::ConfigurationSet": {
        r"ses:PutConfigurationSet(Archiving|Tracking|Vdm)Options": "not used",
    },
    "AWS::WAFv2::LoggingConfiguration": {
        r"firehose:ListDeliveryStreams": "web ACLs log to log groups",
    },
    "AWS::WAFv2::WebACL": {r"payments:.*": "not used"},
    "AWS::WAFv2::WebACLAssociation": {
        r"(amplify|apigateway|apprunner|appsync):.*": "balancers only",
        r"(bedrock-agentcore|cognito-idp):.*": "balancers only",
        r"ec2:.*VerifiedAccess.*": "balancers only",
        r"wafv2:(Get|Put)PermissionPolicy": "rule groups of others",
    },
}


def is_excepted(action: str, type_name: str) -> bool:
    """Return whether an action that a handler of the type calls is never granted for it."""
    own = _compiled(tuple(NOT_USED.get(type_name, ())))
    return bool(_everywhere().fullmatch(action) or own.fullmatch(action))


@functools.cache
def _everywhere() -> re.Pattern[str]:
    return _compiled((*NEVER, *UNKNOWN_TO_IAM))


@functools.cache
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Return one pattern for all; for none, one that matches the empty text only."""
    return re.compile("|".join(patterns))
