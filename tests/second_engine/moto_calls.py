"""The calls to AWS that each resource comes to, as moto answers them.

Each function makes a resource and returns its attributes, `Ref` among them. The order of calls is
the one in which CloudFormation's handlers make them.
"""

import json
from typing import Any

from api_shapes import call

Properties = dict[str, Any]


def role(iam, name, properties):
    once = ("ManagedPolicyArns", "Policies")
    made = call(iam, "create_role", {"RoleName": name, **properties}, *once)["Role"]
    for arn in properties.get("ManagedPolicyArns", ()):
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    return {"Ref": name, "Arn": made["Arn"], "RoleId": made["RoleId"]}


def managed_policy(iam, name, properties):
    about = {"PolicyName": properties.get("ManagedPolicyName", name), **properties}
    made = call(iam, "create_policy", about, "ManagedPolicyName", "Roles")["Policy"]
    for holder in properties.get("Roles", ()):
        iam.attach_role_policy(RoleName=holder, PolicyArn=made["Arn"])
    return {"Ref": made["Arn"], "PolicyArn": made["Arn"]}


def instance_profile(iam, name, properties):
    about = {"InstanceProfileName": name, **properties}
    made = call(iam, "create_instance_profile", about, "Roles")["InstanceProfile"]
    for holder in properties["Roles"]:
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=holder)
    return {"Ref": name, "Arn": made["Arn"]}


def oidc_provider(iam, name, properties):
    made = call(iam, "create_open_id_connect_provider", properties)
    return {"Ref": made["OpenIDConnectProviderArn"], "Arn": made["OpenIDConnectProviderArn"]}


def key(kms, name, properties):
    later = ("EnableKeyRotation", "RotationPeriodInDays", "KeyPolicy", "PendingWindowInDays")
    about = {**properties, "Policy": properties["KeyPolicy"]}
    # KMS has words of its own for the two parts of a tag
    tags = [{f"Tag{part}": text for part, text in tag.items()} for tag in about.pop("Tags", [])]
    about |= {"Tags": tags} if tags else {}
    made = call(kms, "create_key", about, *later)["KeyMetadata"]
    if properties.get("EnableKeyRotation"):
        period = {k: v for k, v in properties.items() if k == "RotationPeriodInDays"}
        call(kms, "enable_key_rotation", {"KeyId": made["KeyId"], **period})
    return {"Ref": made["KeyId"], "KeyId": made["KeyId"], "Arn": made["Arn"]}


def alias(kms, name, properties):
    call(kms, "create_alias", properties)
    return {"Ref": properties["AliasName"]}


def secret(secretsmanager, name, properties):
    later = ("GenerateSecretString", "ReplicaRegions")
    regions = properties.get("ReplicaRegions")
    replicas = {"AddReplicaRegions": regions} if regions else {}
    text = _generated(secretsmanager, properties.get("GenerateSecretString"))
    about = {"Name": name, **properties, **text, **replicas}
    arn = call(secretsmanager, "create_secret", about, *later)["ARN"]
    return {"Ref": arn, "Id": arn}


def _generated(secretsmanager, options):
    if not options:
        return {}
    template = ("SecretStringTemplate", "GenerateStringKey")
    word = call(secretsmanager, "get_random_password", options, *template)["RandomPassword"]
    if "GenerateStringKey" not in options:
        return {"SecretString": word}
    content = json.loads(options["SecretStringTemplate"])
    return {"SecretString": json.dumps({**content, options["GenerateStringKey"]: word})}


def secret_policy(secretsmanager, name, properties):
    call(secretsmanager, "put_resource_policy", properties)
    return {"Ref": properties["SecretId"]}


def topic(sns, name, properties):
    attributes = {key: str(value) for key, value in properties.items() if key != "TopicName"}
    arn = sns.create_topic(Name=properties.get("TopicName", name), Attributes=attributes)
    return {"Ref": arn["TopicArn"], "TopicArn": arn["TopicArn"], "TopicName": name}


def topic_policy(sns, name, properties):
    for arn in properties["Topics"]:
        policy = json.dumps(properties["PolicyDocument"])
        sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    return {"Ref": name}


def subscription(sns, name, properties):
    plain = ("Endpoint", "Protocol", "TopicArn")
    attributes = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in properties.items()
        if key not in plain
    }
    about = {key: properties[key] for key in plain}
    made = call(sns, "subscribe", {**about, "Attributes": attributes})
    return {"Ref": made["SubscriptionArn"], "Arn": made["SubscriptionArn"]}


def queue(sqs, name, properties):
    attributes = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in properties.items()
        if key != "QueueName"
    }
    name = properties.get("QueueName", name)
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    got = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return {"Ref": url, "QueueUrl": url, "Arn": got["QueueArn"], "QueueName": name}


def queue_policy(sqs, name, properties):
    for url in properties["Queues"]:
        policy = {"Policy": json.dumps(properties["PolicyDocument"])}
        sqs.set_queue_attributes(QueueUrl=url, Attributes=policy)
    return {"Ref": name}


def hosted_zone(route53, name, properties):
    vpcs = properties.get("VPCs", [])
    first = {"VPC": vpcs[0]} if vpcs else {}
    about = {"CallerReference": name, "Name": properties["Name"], **first}
    made = call(route53, "create_hosted_zone", about)
    for vpc in vpcs[1:]:
        route53.associate_vpc_with_hosted_zone(HostedZoneId=made["HostedZone"]["Id"], VPC=vpc)
    zone = made["HostedZone"]["Id"].rpartition("/")[2]
    return {
        "Ref": zone,
        "Id": zone,
        "NameServers": made.get("DelegationSet", {}).get("NameServers"),
    }


def record(route53, name, properties):
    values = {"ResourceRecords": [{"Value": v} for v in properties.get("ResourceRecords", [])]}
    about = {key: v for key, v in properties.items() if key != "HostedZoneId"}
    about |= values if "ResourceRecords" in properties else {}
    change = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": about}]}
    zone = {"HostedZoneId": properties["HostedZoneId"], "ChangeBatch": change}
    call(route53, "change_resource_record_sets", zone)
    return {"Ref": properties["Name"]}


def health_check(route53, name, properties):
    made = call(route53, "create_health_check", {"CallerReference": name, **properties})
    return {"Ref": made["HealthCheck"]["Id"], "HealthCheckId": made["HealthCheck"]["Id"]}


def table(dynamodb, name, properties):
    later = (
        "ContributorInsightsSpecification",
        "PointInTimeRecoverySpecification",
        "ResourcePolicy",
        "SSESpecification",
        "TimeToLiveSpecification",
        "GlobalSecondaryIndexes",
    )
    indexes = [
        {key: value for key, value in index.items() if key != "ContributorInsightsSpecification"}
        for index in properties.get("GlobalSecondaryIndexes", [])
    ]
    about = {
        "TableName": name,
        **properties,
        "SSESpecification": {
            ("Enabled" if key == "SSEEnabled" else key): value
            for key, value in properties["SSESpecification"].items()
        },
        "ResourcePolicy": properties["ResourcePolicy"]["PolicyDocument"],
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
    }
    made = call(dynamodb, "create_table", about, *(set(later) - about.keys()), *later[:2], later[4])
    name = made["TableDescription"]["TableName"]
    recovery = ("PointInTimeRecoverySpecification", "update_continuous_backups")
    expiry = ("TimeToLiveSpecification", "update_time_to_live")
    for part, operation in (recovery, expiry):
        if part in properties:
            call(dynamodb, operation, {"TableName": name, part: properties[part]})
    arn = made["TableDescription"]["TableArn"]
    return {"Ref": name, "Arn": arn}


def log_group(logs, name, properties):
    name = properties.get("LogGroupName", name)
    call(logs, "create_log_group", {**properties, "LogGroupName": name}, "RetentionInDays")
    days = int(properties["RetentionInDays"])
    logs.put_retention_policy(logGroupName=name, retentionInDays=days)
    (made,) = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][:1]
    return {"Ref": name, "Arn": made["arn"]}


def metric_filter(logs, name, properties):
    call(logs, "put_metric_filter", {"FilterName": name, **properties})
    return {"Ref": name}


def alarm(cloudwatch, name, properties):
    call(cloudwatch, "put_metric_alarm", {"AlarmName": name, **properties})
    (made,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return {"Ref": name, "Arn": made["AlarmArn"]}


def rule(events, name, properties):
    about = {"Name": name, **properties}
    arn = call(events, "put_rule", about, "Targets")["RuleArn"]
    answer = call(events, "put_targets", {"Rule": name, "Targets": properties["Targets"]})
    assert answer["FailedEntryCount"] == 0, answer
    return {"Ref": name, "Arn": arn}
