"""Names in use. Upstream's handlers overwrite most resources of the same name, of any stack."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from tidegen.local import upstream
from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import CREATE, Words, refuses


class _LookUp(NamedTuple):
    """The operation that looks a name up in its service."""

    prop: str
    service: str
    operation: str
    argument: str
    result: str = ""  # the list in the answer; without it, an answer means that it exists


LOOK_UPS = {
    "AWS::AutoScaling::AutoScalingGroup": _LookUp(
        "AutoScalingGroupName",
        "autoscaling",
        "describe_auto_scaling_groups",
        "AutoScalingGroupNames",
        "AutoScalingGroups",
    ),
    "AWS::Backup::BackupVault": _LookUp(
        "BackupVaultName", "backup", "describe_backup_vault", "BackupVaultName"
    ),
    "AWS::CloudWatch::Alarm": _LookUp(
        "AlarmName", "cloudwatch", "describe_alarms", "AlarmNames", "MetricAlarms"
    ),
    "AWS::CloudWatch::CompositeAlarm": _LookUp(
        "AlarmName", "cloudwatch", "describe_alarms", "AlarmNames", "CompositeAlarms"
    ),
    "AWS::Config::ConfigRule": _LookUp(
        "ConfigRuleName", "config", "describe_config_rules", "ConfigRuleNames", "ConfigRules"
    ),
    "AWS::DynamoDB::Table": _LookUp("TableName", "dynamodb", "describe_table", "TableName"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": _LookUp(
        "Name", "elbv2", "describe_load_balancers", "Names", "LoadBalancers"
    ),
    "AWS::ElasticLoadBalancingV2::TargetGroup": _LookUp(
        "Name", "elbv2", "describe_target_groups", "Names", "TargetGroups"
    ),
    "AWS::Events::Rule": _LookUp("Name", "events", "describe_rule", "Name"),
    "AWS::IAM::Role": _LookUp("RoleName", "iam", "get_role", "RoleName"),
    "AWS::KMS::Alias": _LookUp("AliasName", "kms", "describe_key", "KeyId"),
    "AWS::Lambda::Function": _LookUp("FunctionName", "lambda", "get_function", "FunctionName"),
    "AWS::Logs::LogGroup": _LookUp("LogGroupName", "logs", "list_tags_log_group", "logGroupName"),
    "AWS::SES::ConfigurationSet": _LookUp(
        "Name", "sesv2", "get_configuration_set", "ConfigurationSetName"
    ),
    "AWS::SES::EmailIdentity": _LookUp(
        "EmailIdentity", "sesv2", "get_email_identity", "EmailIdentity"
    ),
    "AWS::SQS::Queue": _LookUp("QueueName", "sqs", "get_queue_url", "QueueName"),
    "AWS::SecretsManager::Secret": _LookUp("Name", "secretsmanager", "describe_secret", "SecretId"),
}


@refuses(*LOOK_UPS, on=(CREATE,))
def name_taken(resource: Resource) -> Words:
    """A resource with a name of its own, while one of that name exists."""
    kind = resource.identity.type_name
    look_up = LOOK_UPS[kind]
    name = resource.properties.get(look_up.prop)
    if name and _exists(look_up, str(name)):
        return {"type": kind, "name": str(name)}
    return None


def _exists(look_up: _LookUp, name: str) -> bool:
    """Return whether the service has a resource of that name."""
    plural = bool(look_up.result) and look_up.argument.endswith("s")
    argument: Any = [name] if plural else name
    more = {"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]} if "Alarm" in look_up.prop else {}
    answer = looked_up(look_up.service, look_up.operation, **{look_up.argument: argument}, **more)
    return bool(answer.get(look_up.result)) if look_up.result else bool(answer)


@refuses(*LOOK_UPS, on=(CREATE,))
def name_held_by_stack(resource: Resource) -> Words:
    """A resource with the name of a resource of another stack."""
    kind = resource.identity.type_name
    name = resource.properties.get(LOOK_UPS[kind].prop)
    owner = _holder(kind, str(name), {resource.identity.stack_name}) if name else ""
    return {"name": str(name), "stack": owner} if owner else None


def foreign_owner(type_name: str, properties: Mapping[str, Any], root: str) -> str:
    """Return the id of the stack with a resource of that name; empty if it is of the root.

    The root's nested stacks are its own: their resources are the ones that the templates describe.
    """
    name = properties.get(LOOK_UPS[type_name].prop) if type_name in LOOK_UPS else None
    own = {stack for stack in upstream.stack_records() if root in (stack, *_parents(stack))}
    return _holder(type_name, name, own) if isinstance(name, str) else ""


def _parents(stack_name: str) -> Iterator[str]:
    """Yield the names of the stacks that a stack is nested in, its parent first."""
    while parent := upstream.stack_record(stack_name).get("_parent_stack_name"):
        yield parent
        stack_name = parent


def _holder(type_name: str, name: str, own: Collection[str]) -> str:
    """Return the id of a stack with that resource, none of `own`; empty if there is none."""
    for stack_name, stack in list(upstream.stack_records().items()):
        if stack_name in own or stack["StackStatus"] == "DELETE_COMPLETE":
            continue
        for record in stack.get("_resources", {}).values():
            held = record["Properties"].get(LOOK_UPS[type_name].prop)
            if record["ResourceType"] == type_name and held == name:
                return str(stack["StackId"])
    return ""
