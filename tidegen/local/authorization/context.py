"""The condition keys of a handler's call: those that are certain; the others are unknown.

AWS docs, "AWS global condition context keys", and the reference for the keys of services.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tidegen.iam.arns import is_own, service_of
from tidegen.iam.reference import Action, ResourceType
from tidegen.iam.subject import Subject, tags_of
from tidegen.local import upstream
from tidegen.local.authorization.roles import NOT_KNOWN, Role, boundary_of, record_named

#: Keys of all services that a session of CloudFormation may have, with values known to AWS only.
_UNKNOWN_GLOBALS = frozenset(
    f"aws:{name}".lower()
    for name in (
        *(
            "CalledVia",
            "CalledViaFirst",
            "CalledViaLast",
            "ViaAWSService",
            "SourceIp",
            "VpcSourceIp",
        ),
        *("CurrentTime", "EpochTime", "TokenIssueTime", "UserAgent", "userid", "SourceIdentity"),
        *("PrincipalOrgID", "PrincipalOrgPaths", "ResourceOrgID", "ResourceOrgPaths"),
        *("SourceVpc", "SourceVpce", "SourceVpcArn"),
    )
)
#: Services whose calls are answered in us-east-1 (AWS docs, `aws:RequestedRegion`).
_GLOBAL_SERVICES = ("iam", "route53", "cloudfront")
#: Resource type → the service that its roles are passed to.
PASSED_TO: Mapping[str, str] = {
    "AWS::AutoScaling::AutoScalingGroup": "ec2.amazonaws.com",
    "AWS::AutoScaling::LifecycleHook": "autoscaling.amazonaws.com",
    "AWS::Backup::BackupSelection": "backup.amazonaws.com",
    "AWS::Backup::RestoreTestingSelection": "restore-testing.backup.amazonaws.com",
    "AWS::CloudFormation::Stack": "cloudformation.amazonaws.com",
    "AWS::EC2::FlowLog": "vpc-flow-logs.amazonaws.com",
    "AWS::EKS::Addon": "pods.eks.amazonaws.com",
    "AWS::EKS::Cluster": "eks.amazonaws.com",
    "AWS::EKS::Nodegroup": "ec2.amazonaws.com",
    "AWS::EKS::PodIdentityAssociation": "pods.eks.amazonaws.com",
    "AWS::GuardDuty::MalwareProtectionPlan": "malware-protection-plan.guardduty.amazonaws.com",
    "AWS::IAM::InstanceProfile": "ec2.amazonaws.com",
    "AWS::KinesisFirehose::DeliveryStream": "firehose.amazonaws.com",
    "AWS::Lambda::Function": "lambda.amazonaws.com",
    "AWS::Logs::SubscriptionFilter": "logs.amazonaws.com",
    "AWS::S3::Bucket": "s3.amazonaws.com",
}
_RECORDS = ("AWS::Route53::RecordSet", "AWS::Route53::RecordSetGroup")


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The keys of one call on one resource."""

    known: Mapping[str, Any]
    action: Action
    kind: ResourceType | None
    #: Whether the resource's tags are known.
    tags_known: bool = True
    #: Keys of services that the request certainly does not have.
    absent: frozenset[str] = field(default_factory=frozenset)

    def unknown(self, key: str) -> bool:
        """Return whether a key without a value may have one."""
        name = key.lower()
        if name == NOT_KNOWN or name in _UNKNOWN_GLOBALS:
            return True
        if "resourcetag/" in name:
            return not self.tags_known and self._is_of_call(key)
        if name.startswith("aws:") or name in self.absent:
            return False
        return self._is_of_call(key)

    def _is_of_call(self, key: str) -> bool:
        own = self.kind.has_key(key) if self.kind else False
        return own or self.action.has_key(key)


def keys_of(
    action: Action, kind: ResourceType | None, arn: str, subject: Subject, role: Role
) -> Keys:
    """Return the keys of a call on one resource."""
    tags = _resource_tags(action, kind, arn, subject)
    known = {**_globals(action, arn, subject, role), **_of_service(action, arn, subject)}
    known |= _request_tags(action, subject)
    for key, value in (tags or {}).items():
        for prefix in ("aws", action.name.partition(":")[0]):
            name = f"{prefix}:ResourceTag/{key}"
            if (kind.has_key(name) if kind else False) or action.has_key(name):
                known[name] = value
    absent = frozenset({"iam:permissionsboundary", "kms:resourcealiases"})
    return Keys(known=known, action=action, kind=kind, tags_known=tags is not None, absent=absent)


def _globals(action: Action, arn: str, subject: Subject, role: Role) -> dict[str, Any]:
    service = action.name.partition(":")[0]
    owner = arn.split(":")[4] if arn.count(":") > 4 else ""
    return {
        "aws:PrincipalArn": role.arn,
        "aws:PrincipalAccount": subject.account,
        "aws:PrincipalType": "AssumedRole",
        "aws:RequestedRegion": "us-east-1" if service in _GLOBAL_SERVICES else subject.region,
        "aws:ResourceAccount": owner if owner.isdigit() else subject.account,
        "aws:SecureTransport": "true",
        **{f"aws:PrincipalTag/{key}": value for key, value in role.tags.items()},
    }


def _request_tags(action: Action, subject: Subject) -> dict[str, Any]:
    """Return the tags that the call sends: those of a new resource, or those that change."""
    if not action.has_key("aws:TagKeys") and not action.has_key("aws:RequestTag/any"):
        return {}
    tags = subject.tags() if subject.operation in ("create", "update") else {}
    if subject.operation == "update":
        before = tags_of(subject.type_name, subject.previous)
        tags = {key: value for key, value in tags.items() if before.get(key) != value}
    sent: dict[str, Any] = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    return {**sent, "aws:TagKeys": sorted(tags)} if tags else {}


def _resource_tags(
    action: Action, kind: ResourceType | None, arn: str, subject: Subject
) -> dict[str, str] | None:
    """Return the tags of the resource that a call acts on; None if they are not known."""
    if kind is None:
        return {} if arn == "*" else None
    if "/aws-service-role/" in arn:
        return {}
    if not is_own(kind, subject):
        return {} if kind.has_key("aws:RequestTag/any") else _tags_at(arn, subject)
    if subject.operation != "create":
        return tags_of(subject.type_name, subject.previous or subject.properties)
    if action.has_key("aws:RequestTag/any"):
        return {}  # it comes into being with this call, or is tagged as part of it
    return subject.tags()


def _tags_at(arn: str, subject: Subject) -> dict[str, str] | None:
    """Return the tags of a resource of some stack, looked up once for all calls of a handler."""
    if arn not in subject.tags_by_arn:
        subject.tags_by_arn[arn] = _tags_elsewhere(arn)
    return subject.tags_by_arn[arn]


def _tags_elsewhere(arn: str) -> dict[str, str] | None:
    """Return the tags of a resource of some stack; None if no stack has it."""
    service, names = arn.split(":")[2].replace("-", ""), _names_in(arn)
    for stack in list(upstream.stack_records().values()):
        for record in list(stack.get("_resources", {}).values()):
            if service_of(record["ResourceType"]) == service and _is_called(record, names):
                return tags_of(record["ResourceType"], record.get("Properties") or {})
    return None


def _names_in(arn: str) -> set[str]:
    """Return the ARN, and the names of its resource that a stack's record may have."""
    resource = arn.split(":", 5)[5]
    ends = {resource, resource.rpartition("/")[2], resource.rpartition(":")[2]}
    return {arn, *ends, resource.removeprefix("secret:").removesuffix("-XXXXXX")}


def _is_called(record: Mapping[str, Any], names: set[str]) -> bool:
    """Return whether the physical id or an attribute of a stack's record is one of the names."""
    known = [record.get("PhysicalResourceId"), *(record.get("Attributes") or {}).values()]
    return any(isinstance(text, str) and text in names for text in known)


def _of_service(action: Action, arn: str, subject: Subject) -> dict[str, Any]:
    """Return the keys of services that are certain."""
    found: dict[str, Any] = {"ec2:Region": subject.region}
    if action.name == "iam:PassRole" and subject.type_name in PASSED_TO:
        found["iam:PassedToService"] = PASSED_TO[subject.type_name]
    if "/aws-service-role/" in arn:
        found["iam:AWSServiceName"] = arn.partition("/aws-service-role/")[2].partition("/")[0]
    if action.name.startswith("iam:") and ":role/" in arn:
        found |= _boundary(action, arn, subject)
    if action.name.startswith("kms:") and ":key/" in arn:
        found["kms:ResourceAliases"] = _aliases(arn)
    if subject.type_name in _RECORDS:
        found["route53:ChangeResourceRecordSetsNormalizedRecordNames"] = _record_names(subject)
    if "ManagedPolicy" in subject.type_name and subject.physical_id:
        found["iam:PolicyARN"] = subject.physical_id
    return {key: value for key, value in found.items() if value}


def _boundary(action: Action, arn: str, subject: Subject) -> dict[str, Any]:
    """Return the boundary that the call sets, or that its role has."""
    given = str(subject.properties.get("PermissionsBoundary") or "")
    if action.name.endswith((":CreateRole", "PermissionsBoundary")) and given:
        return {"iam:PermissionsBoundary": given}
    record = record_named(arn.rpartition("/")[2])
    boundary = boundary_of(record) if record else given
    return {"iam:PermissionsBoundary": boundary} if boundary else {}


def _aliases(arn: str) -> list[str]:
    """Return the names of a key's aliases."""
    key = arn.rpartition("/")[2]
    pairs = upstream.service("kms")._aliases.items()
    return sorted(
        f"alias/{alias.rpartition(':alias/')[2]}" for alias, owner in pairs if owner == key
    )


def _record_names(subject: Subject) -> list[str]:
    """Return the names of the records that change, in lower case and without the last dot."""
    records = subject.properties.get("RecordSets") or [subject.properties]
    names = {str(record.get("Name", "")).lower().rstrip(".") for record in records}
    return sorted(names - {""})
