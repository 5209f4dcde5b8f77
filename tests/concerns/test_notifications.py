"""Notifications: publishers of topics, undelivered messages, and the relay's permissions."""

import json

import pytest

from tidegen.composition import build_assets
from tidegen.concerns import own_concerns
from tidegen.concerns.encryption import CONCERN as ENCRYPTION
from tidegen.concerns.notifications import CONCERN
from tidegen.contract import Context

CONTEXT = Context((CONCERN, ENCRYPTION), build_assets([CONCERN]))


@pytest.fixture(scope="module")
def resources():
    return json.loads(CONCERN.build(CONTEXT).to_json())["Resources"]


def of(resources, kind):
    return {k: v["Properties"] for k, v in resources.items() if v["Type"] == kind}


def test_every_topic_is_encrypted_with_our_key_and_has_one_policy(resources):
    topics = of(resources, "AWS::SNS::Topic")
    policies = of(resources, "AWS::SNS::TopicPolicy")
    assert len(topics) == 5
    assert {t["KmsMasterKeyId"]["Ref"] for t in topics.values()} == {"MessagingKeyArn"}
    assert sorted(p["Topics"][0]["Ref"] for p in policies.values()) == sorted(topics)


def test_topic_policies_refuse_plain_http(resources):
    for policy in of(resources, "AWS::SNS::TopicPolicy").values():
        denials = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
        values = [s["Condition"]["Bool"]["aws:SecureTransport"] for s in denials]
        assert {str(value).lower() for value in values} == {"false"}


def test_publishers_are_services_of_this_account(resources):
    """EventBridge need not send a source to topics: requiring one would lose every event."""
    for policy in of(resources, "AWS::SNS::TopicPolicy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Effect"] == "Allow":
                [service] = statement["Principal"]["Service"]
                suffix = "IfExists" if service == "events.amazonaws.com" else ""
                condition = statement["Condition"]
                account = {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
                assert condition[f"StringEquals{suffix}"] == account
                arn = condition[f"ArnLike{suffix}"]["aws:SourceArn"]["Fn::Sub"]
                assert ":${AWS::AccountId}:" in arn


#: Topic policy of a concern → beginning of the names of the alarms that may publish.
ALARMS = {
    "notifications": "${Project}-${Environment}-",
    "audit": "${Project}-account-",
}


@pytest.mark.parametrize("name", ALARMS)
def test_alarms_of_the_same_root_publish_and_no_others(name):
    """CloudFormation names an alarm after its stack; a given name has to begin like that."""
    concern = next(c for c in own_concerns() if c.name == name)
    policies = of(
        json.loads(concern.build(CONTEXT).to_json())["Resources"], "AWS::SNS::TopicPolicy"
    )
    sources = {
        statement["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Sub"].rpartition(":alarm:")[2]
        for policy in policies.values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement.get("Sid") == "PublishFromCloudwatch"
    }
    assert sources == {f"{ALARMS[name]}*"}


def test_every_alarm_with_a_name_is_named_after_its_root():
    given = [
        item["AlarmName"]["Fn::Sub"]
        for concern in own_concerns()
        for kind in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
        for item in of(json.loads(concern.build(CONTEXT).to_json())["Resources"], kind).values()
        if "AlarmName" in item
    ]
    assert given
    assert all(name.startswith(tuple(ALARMS.values())) for name in given)


def test_every_contact_of_every_list_is_subscribed(resources):
    subscriptions = of(resources, "AWS::SNS::Subscription")
    assert len(subscriptions) == 12
    for title, item in subscriptions.items():
        contact = item["Endpoint"]["Ref"]
        assert title[-1] == contact[-1]
        condition = None if contact.endswith("1") else f"Has{contact}"
        assert resources[title].get("Condition") == condition


def test_events_of_ses_which_contain_addresses_are_not_mailed(resources):
    topics = {item["TopicArn"]["Ref"] for item in of(resources, "AWS::SNS::Subscription").values()}
    assert topics == {"CriticalTopic", "WarningTopic", "SecurityTopic", "BackupTopic"}


def test_the_queue_accepts_senders_by_the_arn_of_a_rule_or_topic(resources):
    """EventBridge's and SNS's guides say that they send this ARN, and mention no account."""
    statements = resources["DeadLetterQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    senders = [s for s in statements if s["Effect"] == "Allow"]
    assert len(senders) == 2
    for statement in senders:
        assert statement["Condition"].keys() == {"ArnLike"}
        (arn,) = statement["Condition"]["ArnLike"].values()
        assert ":${AWS::AccountId}:" in arn["Fn::Sub"]


def test_the_key_allows_every_publisher_and_events_only_for_our_topics_and_queues():
    """EventBridge sends KMS no source; SNS and SQS send the resource as encryption context."""
    key = json.loads(ENCRYPTION.build(CONTEXT).to_json())["Resources"]["MessagingKey"]
    statements = key["Properties"]["KeyPolicy"]["Statement"]
    by_service = {
        s["Principal"]["Service"][0].split(".")[0]: s
        for s in statements
        if "Service" in s["Principal"]
    }
    assert {"cloudwatch", "events", "ses", "sns"} <= set(by_service)
    assert all("Condition" in statement for statement in by_service.values())
    by_events = [s for s in statements if s["Sid"].startswith("UseByEvents")]
    prefix, ours = "kms:EncryptionContext:aws:", "${AWS::Region}:${AWS::AccountId}:*"
    assert [s["Condition"] for s in by_events] == [
        {"ArnLike": {f"{prefix}sns:topicArn": {"Fn::Sub": f"arn:${{AWS::Partition}}:sns:{ours}"}}},
        {"ArnLike": {f"{prefix}sqs:arn": {"Fn::Sub": f"arn:${{AWS::Partition}}:sqs:{ours}"}}},
    ]


def test_every_subscription_and_rule_has_a_dead_letter_queue(resources):
    queue = {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}
    for subscription in of(resources, "AWS::SNS::Subscription").values():
        assert subscription["RedrivePolicy"] == {"deadLetterTargetArn": queue}
    rules = of(resources, "AWS::Events::Rule")
    for rule in rules.values():
        [target] = rule["Targets"]
        assert target["DeadLetterConfig"] == {"Arn": queue}
        assert "RoleArn" not in target  # with one, delivery to encrypted topics fails (AWS docs)
    assert resources["DeadLetters"]["Properties"]["AlarmActions"]


def test_rules_fill_every_placeholder_of_their_template(resources):
    import re

    for title, rule in of(resources, "AWS::Events::Rule").items():
        transformer = rule["Targets"][0]["InputTransformer"]
        used = set(re.findall(r"<(\w+)>", transformer["InputTemplate"]))
        assert used == set(transformer["InputPathsMap"]), title


def test_rules_only_publish_to_topics_that_allow_eventbridge(resources):
    policies = of(resources, "AWS::SNS::TopicPolicy")
    open_to_events = {
        policy["Topics"][0]["Ref"]
        for policy in policies.values()
        if "events.amazonaws.com" in json.dumps(policy)
    }
    for rule in of(resources, "AWS::Events::Rule").values():
        assert rule["Targets"][0]["Arn"]["Ref"] in open_to_events


def test_only_health_events_of_this_account_and_region_page(resources):
    """AWS Health also sends public events of other regions, and each again to a backup region."""
    rules = {
        title: rule
        for title, rule in of(resources, "AWS::Events::Rule").items()
        if rule["EventPattern"]["source"] == ["aws.health"]
    }
    here = {"Ref": "AWS::Region"}
    for title, rule in rules.items():
        detail = rule["EventPattern"]["detail"]
        public = detail["eventScopeCode"] == ["PUBLIC"]
        assert detail["eventRegion"] == ([here] if public else [here, "global"]), title
        assert len(rule["EventPattern"]["detail-type"]) == 1
    assert {title: rule["Targets"][0]["Arn"]["Ref"] for title, rule in rules.items()} == {
        "AbuseReported": "SecurityTopic",
        "HealthIssue": "CriticalTopic",
        "HealthNotice": "WarningTopic",
        "HealthOfRegion": "WarningTopic",
    }
    kinds = {title: rule["EventPattern"]["detail-type"] for title, rule in rules.items()}
    assert kinds["AbuseReported"] == ["AWS Health Abuse Event"]


#: Actions that Lambda performs as the role, and the function's code never.
INTERFACES = {
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
}


def test_the_relay_may_only_publish_log_and_send_to_its_dead_letter_queue(resources):
    statements = resources["RelayRolePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    allowed = [s for s in statements if s["Effect"] == "Allow"]
    of_code = [s for s in allowed if not set(s["Action"]) & INTERFACES]
    assert sorted(a for s in of_code for a in s["Action"]) == [
        "kms:Decrypt",
        "kms:GenerateDataKey*",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "sns:Publish",
        "sqs:SendMessage",
    ]
    assert all(resource != "*" for s in of_code for resource in s["Resource"])


def test_lambda_may_connect_the_relay_to_the_vpc_and_its_code_may_not(resources):
    statements = resources["RelayRolePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    (denial,) = [s for s in statements if s["Effect"] == "Deny"]
    assert set(denial["Action"]) == INTERFACES
    assert denial["Condition"] == {"Null": {"lambda:SourceFunctionArn": "false"}}
    network = resources["Relay"]["Properties"]["VpcConfig"]
    assert network["SubnetIds"] == {"Ref": "PrivateSubnetIds"}
    assert network["SecurityGroupIds"] == [{"Ref": "RelaySecurityGroup"}]
    group = resources["RelaySecurityGroup"]["Properties"]
    assert "SecurityGroupIngress" not in group
    assert [r["ToPort"] for r in group["SecurityGroupEgress"]] == [443]


def test_alarms_on_the_relay_do_not_depend_on_it(resources):
    assert resources["Relay"]["Properties"]["DeadLetterConfig"]
    for title in ("RelayErrors", "DeadLetters"):
        assert resources[title]["Properties"]["AlarmActions"] == [{"Ref": "WarningTopic"}]


def test_the_relays_own_log_cannot_trigger_it(resources):
    source = resources["RelayPermission"]["Properties"]["SourceArn"]["Fn::Sub"]
    own_group = resources["RelayLogGroup"]["Properties"]["LogGroupName"]["Fn::Sub"]
    assert source.endswith(
        ":log-group:/aws/containerinsights/${Project}-${Environment}/application:*"
    )
    assert own_group not in source
    assert resources["RelayPermission"]["Properties"]["SourceAccount"]["Ref"] == "AWS::AccountId"


def test_unredacted_events_are_kept_four_days_and_only_break_glass_reads_them(resources):
    """A failed invocation puts the log lines into the queue unredacted."""
    queue = resources["RelayDeadLetterQueue"]["Properties"]
    assert queue["MessageRetentionPeriod"] == 4 * 24 * 3600
    statements = resources["RelayDeadLetterQueuePolicy"]["Properties"]["PolicyDocument"][
        "Statement"
    ]
    assert {s["Effect"] for s in statements} == {"Deny"}
    (reading,) = (s for s in statements if s["Action"] == ["sqs:ReceiveMessage"])
    (allowed,) = reading["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
    assert allowed["Fn::Sub"].endswith("role/${Project}/break-glass/*")


def test_lost_log_events_have_alarms(resources):
    alarms = of(resources, "AWS::CloudWatch::Alarm")
    metrics = {a["MetricName"] for t, a in alarms.items() if t.startswith("Relay")}
    assert {
        "AsyncEventsDropped",
        "DeadLetterErrors",
        "ApproximateNumberOfMessagesVisible",
    } < metrics
    (queue,) = alarms["RelayDeadLetters"]["Dimensions"]
    assert queue["Value"] == {"Fn::GetAtt": ["RelayDeadLetterQueue", "QueueName"]}


def test_one_execution_at_a_time_keeps_the_rate_limit(resources):
    function = resources["Relay"]["Properties"]
    assert function["ReservedConcurrentExecutions"] == 1
    assert function["DeadLetterConfig"] == {
        "TargetArn": {"Fn::GetAtt": ["RelayDeadLetterQueue", "Arn"]}
    }
    assert function["LoggingConfig"] == {"LogGroup": {"Ref": "RelayLogGroup"}}


def test_the_code_is_the_asset_of_the_release(resources):
    code = resources["Relay"]["Properties"]["Code"]
    assert code == {
        "S3Bucket": {"Ref": "ArtifactsBucketName"},
        "S3Key": CONTEXT.assets["relay"].key,
    }
    bare = json.loads(CONCERN.build(Context()).to_json())["Resources"]["Relay"]["Properties"]
    assert bare["Code"]["S3Key"] == f"assets/{'0' * 64}/relay.zip"
