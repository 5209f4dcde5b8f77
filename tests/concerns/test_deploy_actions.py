"""The execution role can do what CloudFormation's handlers do, and no more than that needs.

Source: `handlers.*.permissions` of the registry schemas, which say what each handler may call.
"""

import re
from pathlib import Path

from tidegen.blocks.linked_roles import (
    LINKED_SERVICES,
    OF_ENVIRONMENTS,
    OF_THE_ACCOUNT,
    ON_FIRST_USE,
)
from tidegen.cloudformation.schemas import schema_of
from tidegen.cloudformation.text import parse_template
from tidegen.composition import build_assets
from tidegen.concerns import own_concerns
from tidegen.concerns.access.nesting import NESTING
from tidegen.contract import Context, Scope

ROOTS = Path(__file__).parents[2] / "templates" / "current" / "roots"
#: Scopes that are deployed with the execution role; people deploy the others.
SCOPES = {scope for scope in Scope if scope.has_execution_role}
#: What handlers may call and this platform never lets them: pattern → why.
NOT_GRANTED = {
    r"dynamodb:(BatchWriteItem|DeleteItem|GetItem|PutItem|Query|Scan|UpdateItem)": "data",
    r"s3:(DeleteObject|PutObjectAcl|PutBucketAcl|GetObjectVersion)": "data",
    r"secretsmanager:GetSecretValue": "data",
    r"logs:PutLogEvents": "data",
    r"sns:(Get|Put)DataProtectionPolicy": "not used; data",
    r"ec2:(CopyVolumes|CreateSnapshot)": "data",
    r"kms:(DisableKey|EnableKey|DisableKeyRotation|RevokeGrant)": "keys stay on",
    r"(kinesis|s3tables|amplify|apigateway|apprunner|appsync|cognito-idp|acm-pca|vpc-lattice|"
    r"managed-fleets|elasticfilesystem|route53-recovery-control-config|vpce|bedrock.*|"
    r"payments|s3files):.*": "services that no template uses in this way",
    r"firehose:ListDeliveryStreams": "web ACLs log to log groups",
    r"s3:.*(Website|Accelerate|Analytics|Inventory|Metadata|CORS|Abac).*": "not used",
    r"s3:.*MetricsConfiguration": "not used",
    r"s3:(Get|Put)IntelligentTieringConfiguration": "features of buckets that are not used",
    r"s3:(ListTagsForResource|TagResource|UntagResource)": "tags of access points",
    r"cloudfront:.*(ConnectionGroup|VpcOrigin|Invalidation|Staging).*": "not used",
    r"dynamodb:.*(Replica|Import|Kinesis).*": "one region, no import, no stream of that kind",
    r"ec2:(AcceptAddressTransfer|AssociateAddress|DisassociateAddress)": "addresses of NAT only",
    r"ec2:.*(Ipv6|PublicIpDnsName|VpnGateway|VerifiedAccess|VpcEncryption).*": "not used",
    r"ec2:.*(Tenancy|SubnetCidr).*": "never changed in place",
    r"ec2:(Una|A)ssignPrivate(IpAddresses|NatGatewayAddress)": "one address an interface",
    r"ec2:(Dis)?[Aa]ssociateNatGatewayAddress": "one address a gateway",
    r"ec2:ModifyVpcEndpointServicePayerResponsibility": "the provider pays",
    r"ec2:Get\*": "a wildcard; single actions are declared",
    r"cloudwatch:.*InsightRules?": "no contributor insights of endpoints",
    r"logs:.*(DataProtection|IndexPolic|BearerToken|DeletionProtection|Retention).*": "not used",
    r"logs:DisassociateKmsKey": "logs stay encrypted",
    r"lambda:.*(CodeSigning|Recursion|Scaling|LayerVersion).*": "not used",
    r"lambda:.*(RuntimeManagement|Capacity).*": "not used",
    r"lambda:PublishVersion": "not used",
    r"autoscaling:.*(LoadBalancer|TrafficSource|InstanceRefresh).*": "members have no balancer",
    r"backup:.*VaultNotifications": "notified through EventBridge",
    r"route53:.*(QueryLogging|HostedZoneFeatures).*": "query logs are a scope of us-east-1",
    r"elasticloadbalancing:(ModifyCapacityReservation|ModifyIpPools|SetIpAddressType)": "not used",
    r"elasticloadbalancing:(Register|Deregister)Targets": "the cluster's controller registers",
    r"elasticloadbalancing:(Get|Create|Delete).*WebACL.*": "called by WAF",
    r"wafv2:(Get|Put)PermissionPolicy": "rule groups of others",
    r"ses:PutConfigurationSet(Archiving|Tracking|Vdm)Options": "not used",
}


def types():
    """What CloudFormation makes as the execution role: in the concerns, and in their roots."""
    concerns = own_concerns()
    context = Context(concerns, build_assets(concerns))
    templates = [concern.build(context) for concern in concerns if SCOPES & set(concern.scopes)]
    roots = [parse_template((ROOTS / f"{scope}.yaml").read_text()) for scope in SCOPES]
    nested = {item["Type"] for root in roots for item in root["Resources"].values()}
    assert nested == {"AWS::CloudFormation::Stack"}
    return nested | {r.resource_type for t in templates for r in t.resources.values()}


def granted():
    """What the concerns declare, and what nesting them takes besides."""
    concerns = [concern for concern in own_concerns() if SCOPES & set(concern.scopes)]
    nesting = {action.JSONrepr() for action in NESTING}
    return nesting | {action for concern in concerns for action in concern.deploy_actions}


def wanted():
    """Action → the types whose handlers call it; IAM's own part is the access concern's."""
    from policy_sentry.querying.actions import get_actions_for_service

    found = {}
    for type_name in types():
        for name, handler in schema_of(type_name).get("handlers", {}).items():
            for action in handler.get("permissions", []) if name != "list" else []:
                found.setdefault(action, set()).add(type_name)
    known = {
        service: {a.lower() for a in get_actions_for_service(service)}
        for service in {action.partition(":")[0] for action in found}
    }
    # The schemas also name actions that IAM does not know.
    return {a: t for a, t in found.items() if a.lower() in known[a.partition(":")[0]]}


def test_every_call_of_a_handler_is_declared_or_excepted():
    declared = sorted(action.lower() for action in granted())
    known = re.compile("|".join(re.escape(a).replace(r"\*", ".*") for a in declared))
    excepted = re.compile("|".join([*NOT_GRANTED, "iam:.*"]))
    missing = {
        action: sorted(types)
        for action, types in wanted().items()
        if not known.fullmatch(action.lower()) and not excepted.fullmatch(action)
    }
    assert not missing


def test_service_linked_roles_are_granted_for_every_type_that_needs_one():
    """What the schemas say; other services make theirs without the schema saying so."""
    made = types()
    linked = {**LINKED_SERVICES, **ON_FIRST_USE}
    covered = {name for service in OF_ENVIRONMENTS for name in linked[service]}
    needed = {name for name in made if "iam:CreateServiceLinkedRole" in _permissions(name)}
    # Its logs would need the role on their way to Firehose only (VPC guide, flow log permissions).
    assert needed - covered == {"AWS::EC2::FlowLog"}
    assert covered <= made
    assert not {name for service in OF_THE_ACCOUNT for name in linked[service]} & made


def _permissions(type_name):
    handlers = schema_of(type_name).get("handlers", {}).values()
    return {action for handler in handlers for action in handler.get("permissions", [])}


def test_what_is_excepted_is_not_granted_by_another_way():
    data = [pattern for pattern, why in NOT_GRANTED.items() if why == "data"]
    declared = {action for concern in own_concerns() for action in concern.deploy_actions}
    assert not [a for a in declared if any(re.fullmatch(p, a) for p in data)]
