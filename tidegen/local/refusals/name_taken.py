"""Names in use. Upstream's handlers overwrite most resources of the same name, of any stack."""

from typing import Any, NamedTuple

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


MESSAGE = "Resource of type '{type}' with identifier '{name}' already exists."


@refuses(
    "name-taken",
    *LOOK_UPS,
    on=(CREATE,),
    message=MESSAGE,
    source="https://github.com/aws/aws-cdk-cli/issues/1000",
    failure="name-taken",
)
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
