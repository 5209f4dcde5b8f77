"""Metric filters on the trail's log group, each with an alarm, as the CIS benchmark requires.

Source: AWS docs, Security Hub controls CloudWatch.1 to CloudWatch.14 (CIS AWS Foundations 4.1
to 4.14), which compare patterns literally, so they are copied here. And CIS 4.15.
"""

from dataclasses import dataclass
from typing import Any

from troposphere import Ref, Sub, Template

from tidegen.blocks.alarms import add_alarm
from tidegen.blocks.logs import add_metric_filter

_NAMESPACE = Sub("${Project}/account")


@dataclass(frozen=True)
class Watch:
    """A filter pattern, the alarm's description, and the threshold of matches in five minutes."""

    pattern: Any
    description: str
    threshold: int = 1


def _calls(*names: str, source: str = "") -> str:
    """Return a pattern of API calls, of one service where `source` names it."""
    calls = " || ".join(f"($.eventName={name})" for name in names)
    return f"{{($.eventSource={source}.amazonaws.com) && ({calls})}}" if source else f"{{{calls}}}"


def _each(verbs: str, *nouns: str) -> list[str]:
    return [f"{verb}{noun}" for noun in nouns for verb in verbs.split()]


_PLANNED = "Find the call in CloudTrail if it was not a deployment."
#: Logical id → filter and alarm.
WATCHES = {
    "RootUse": Watch(
        '{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && '
        '$.eventType !="AwsServiceEvent"}',
        "The account's root user acted. Nobody needs it day to day: find out who it was.",
    ),
    "UnauthorizedCalls": Watch(
        '{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}',
        "AWS refused calls. A role is missing a permission, or somebody tries calls without one.",
        threshold=5,  # one refused call is a typing error
    ),
    "ConsoleLoginWithoutMfa": Watch(
        '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && '
        '($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }',
        "A user signed in without a second factor. Require one.",
    ),
    "IamPolicyChanges": Watch(
        _calls(
            *_each("Delete Put", "GroupPolicy", "RolePolicy", "UserPolicy"),
            *_each("Create Delete", "Policy", "PolicyVersion"),
            *_each("Attach Detach", "RolePolicy", "UserPolicy", "GroupPolicy"),
            source="iam",
        ),
        f"Permissions changed. {_PLANNED}",
    ),
    "TrailChanges": Watch(
        _calls("CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"),
        f"The audit trail itself changed. {_PLANNED}",
    ),
    "ConsoleLoginFailures": Watch(
        '{($.eventName=ConsoleLogin) && ($.errorMessage="Failed authentication")}',
        "Somebody failed to sign in, three times or more: a forgotten or a guessed password.",
        threshold=3,
    ),
    "KeyDeletion": Watch(
        _calls("DisableKey", "ScheduleKeyDeletion", source="kms"),
        "A key was disabled or will be deleted; its data becomes unreadable. Cancel that.",
    ),
    "BucketPolicyChanges": Watch(
        _calls(
            *("PutBucketAcl", "PutBucketPolicy", "PutBucketCors", "PutBucketLifecycle"),
            *("PutBucketReplication", "DeleteBucketPolicy", "DeleteBucketCors"),
            *("DeleteBucketLifecycle", "DeleteBucketReplication"),
            source="s3",
        ),
        f"Access to a bucket, or the retention of its objects, changed. {_PLANNED}",
    ),
    "RecorderChanges": Watch(
        _calls(
            *("StopConfigurationRecorder", "DeleteDeliveryChannel"),
            *("PutDeliveryChannel", "PutConfigurationRecorder"),
            source="config",
        ),
        f"AWS Config's recording or delivery changed or stopped. {_PLANNED}",
    ),
    "SecurityGroupChanges": Watch(
        _calls(
            *("AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress"),
            *("RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress"),
            *("CreateSecurityGroup", "DeleteSecurityGroup"),
        ),
        f"A security group changed. {_PLANNED}",
    ),
    "NetworkAclChanges": Watch(
        _calls(
            *("CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl"),
            *("DeleteNetworkAclEntry", "ReplaceNetworkAclEntry", "ReplaceNetworkAclAssociation"),
        ),
        f"A network ACL changed. {_PLANNED}",
    ),
    "GatewayChanges": Watch(
        _calls(
            *("CreateCustomerGateway", "DeleteCustomerGateway", "AttachInternetGateway"),
            *("CreateInternetGateway", "DeleteInternetGateway", "DetachInternetGateway"),
        ),
        f"A network gateway changed. {_PLANNED}",
    ),
    "RouteTableChanges": Watch(
        _calls(
            *("CreateRoute", "CreateRouteTable", "ReplaceRoute", "ReplaceRouteTableAssociation"),
            *("DeleteRouteTable", "DeleteRoute", "DisassociateRouteTable"),
            source="ec2",
        ),
        f"A route changed. {_PLANNED}",
    ),
    "VpcChanges": Watch(
        _calls(
            *("CreateVpc", "DeleteVpc", "ModifyVpcAttribute", "AcceptVpcPeeringConnection"),
            *("CreateVpcPeeringConnection", "DeleteVpcPeeringConnection"),
            *("RejectVpcPeeringConnection", "AttachClassicLinkVpc", "DetachClassicLinkVpc"),
            *("DisableVpcClassicLink", "EnableVpcClassicLink"),
        ),
        f"A VPC changed, or was connected to another, which is not allowed. {_PLANNED}",
    ),
    "OrganizationsChanges": Watch(
        _calls(
            *("AcceptHandshake", "DeclineHandshake", "InviteAccountToOrganization"),
            *("CreateAccount", "MoveAccount", "RemoveAccountFromOrganization"),
            *("LeaveOrganization", "DeleteOrganization"),
            *_each("Create Update Delete", "OrganizationalUnit", "Policy"),
            *("AttachPolicy", "DetachPolicy", "EnablePolicyType", "DisablePolicyType"),
            source="organizations",
        ),
        f"The account's organization or its policies changed. {_PLANNED}",
    ),
    "DetectionChanges": Watch(
        _calls(
            *_each("Update Delete", "Detector", "PublishingDestination"),
            *("CreateFilter", "UpdateFilter", "DisassociateFromAdministratorAccount"),
            *("DeleteConfigurationRecorder", "DeleteAnalyzer", "CreateArchiveRule"),
        ),
        f"GuardDuty, Config or Access Analyzer was limited or disabled. {_PLANNED}",
    ),
}


#: Uses of the role that may undo the protections (`concerns.identity.break_glass`). No control of
#: the benchmark: for the trail it is a role like any other.
_BREAK_GLASS = Watch(
    Sub(
        '{($.eventName=AssumeRole) && ($.requestParameters.roleArn="arn:${AWS::Partition}:iam::'
        '${AWS::AccountId}:role/${Project}/break-glass/*")}'
    ),
    "The role for emergencies was assumed. Find out by whom and why (runbook: breaking the glass).",
)


def _shared_keys() -> Watch:
    """Return the watch of the keys that all environments use, and of their aliases.

    No role of the project may change them. A call on a key has its ARN among its resources.
    """
    aliases = " || ".join(
        f'($.requestParameters.aliasName="alias/${{Project}}/{owner}/*")'
        for owner in ("account", "bootstrap")
    )
    changed = '$.resources[0].ARN="${AuditKeyArn}"'
    calls = ("PutKeyPolicy", "RevokeGrant", "UntagResource")
    policies = " || ".join(f"($.eventName={name})" for name in calls)
    return Watch(
        Sub(
            "{($.eventSource=kms.amazonaws.com) && ("
            f"(($.eventName=DeleteAlias || $.eventName=UpdateAlias) && ({aliases})) || "
            f"(({policies}) && ({changed})))}}"
        ),
        f"A key that all environments share, or its alias, was changed. {_PLANNED}",
    )


def add_cis_filters(template: Template, group: str, topic: str, condition: str) -> None:
    """Add a filter on the log group and an alarm to the topic for each watch.

    `group` and `topic` are logical ids; `condition` holds where the trail is.
    """
    for title, watch in {
        **WATCHES,
        "BreakGlassUse": _BREAK_GLASS,
        "SharedKeyChanges": _shared_keys(),
    }.items():
        metric = (_NAMESPACE, title)
        filter_ = add_metric_filter(template, f"{title}Filter", Ref(group), watch.pattern, metric)
        filter_.Condition = condition
        alarm = add_alarm(
            template,
            title,
            watch.description,
            metric,
            {},
            ("GreaterThanOrEqualToThreshold", watch.threshold),
            topic=topic,
        )
        alarm.Condition = condition
