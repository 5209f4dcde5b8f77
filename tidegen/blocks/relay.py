"""The relay of log events to a topic: a function, its role, and what may call it."""

from awacs import kms as kms_actions
from awacs import logs as logs_actions
from awacs import sns as sns_actions
from awacs import sqs as sqs_actions
from awacs.aws import Action
from troposphere import GetAtt, Ref, Sub, Template, awslambda, logs

from tidegen.blocks.alarms import add_alarm
from tidegen.blocks.container_logs import APPLICATIONS
from tidegen.blocks.function_code import code
from tidegen.blocks.function_network import connecting, inside_vpc
from tidegen.blocks.logs import add_log_group
from tidegen.blocks.policies import allow, document, trust
from tidegen.blocks.relay_queue import TITLE as QUEUE
from tidegen.blocks.relay_queue import add_relay_alarms, add_relay_queue
from tidegen.blocks.roles import add_role
from tidegen.contract import Context


def add_relay(template: Template, context: Context, topic: str) -> awslambda.Function:
    """The function `Relay`, which publishes to the topic with the logical id `topic`.

    It is in the VPC like all that runs. Where the VPC's ways out fail, Lambda keeps the events for
    an hour, then in the dead-letter queue, whose alarms CloudWatch tells SNS by itself.
    """
    group = add_log_group(template, "RelayLogGroup", Sub("/${Project}/${Environment}/relay"))
    add_relay_queue(template)
    _add_role(template, group, topic)
    function = template.add_resource(
        _function(context, group, topic, inside_vpc(template, "Relay"))
    )
    template.add_resource(
        awslambda.EventInvokeConfig(
            "RelayRetries",
            FunctionName=Ref(function),
            Qualifier="$LATEST",
            MaximumEventAgeInSeconds=3600,
            MaximumRetryAttempts=2,
        )
    )
    _add_permission(template, function)
    _add_alarm(template, function)
    add_relay_alarms(template, Ref(function))
    return function


def _function(
    context: Context, group: logs.LogGroup, topic: str, network: awslambda.VPCConfig
) -> awslambda.Function:
    return awslambda.Function(
        "Relay",
        Description="Redacts log events and publishes them, a few messages a window",
        Runtime="python3.13",
        Architectures=["arm64"],
        Handler="handler.handle",
        Code=code(context, "relay"),
        Role=GetAtt("RelayRole", "Arn"),
        MemorySize=256,
        Timeout=30,
        # One at a time: the rate limit is in the memory of the one environment that runs.
        ReservedConcurrentExecutions=1,
        KmsKeyArn=Ref("MessagingKeyArn"),
        VpcConfig=network,
        Environment=awslambda.Environment(Variables={"TOPIC_ARN": Ref(topic)}),
        DeadLetterConfig=awslambda.DeadLetterConfig(TargetArn=GetAtt(QUEUE, "Arn")),
        LoggingConfig=awslambda.LoggingConfig(LogGroup=Ref(group)),
        # Lambda checks at creation that the role reaches the VPC and the dead-letter queue.
        DependsOn=["RelayRolePolicy"],
    )


def _add_role(template: Template, group: logs.LogGroup, topic: str) -> None:
    """Own log group, one topic, one queue, and their key: nothing else but the way into the VPC."""
    add_role(
        template,
        "RelayRole",
        trust("lambda"),
        document(
            allow(
                "WriteOwnLog",
                [logs_actions.CreateLogStream, logs_actions.PutLogEvents],
                [GetAtt(group, "Arn")],
            ),
            allow("Publish", [sns_actions.Publish], [Ref(topic)]),
            allow("KeepUndelivered", [sqs_actions.SendMessage], [GetAtt(QUEUE, "Arn")]),
            allow(
                "UseMessagingKey",
                [Action("kms", "GenerateDataKey*"), kms_actions.Decrypt],
                [Ref("MessagingKeyArn")],
            ),
            *connecting(),
        ),
        "Redacts log events and publishes them",
    )


def _add_permission(template: Template, function: awslambda.Function) -> None:
    """CloudWatch Logs of this account, for the application log group only (catalogue row 49).

    The relay's own group is not among what may call it, so that it cannot feed itself.
    """
    template.add_resource(
        awslambda.Permission(
            "RelayPermission",
            Action="lambda:InvokeFunction",
            FunctionName=Ref(function),
            Principal="logs.amazonaws.com",
            SourceAccount=Ref("AWS::AccountId"),
            SourceArn=Sub(
                "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:"
                f"{APPLICATIONS}:*"
            ),
        )
    )


def _add_alarm(template: Template, function: awslambda.Function) -> None:
    add_alarm(
        template,
        "RelayErrors",
        "The relay of log events fails. Read its log group; undelivered events are in its "
        "own dead-letter queue.",
        ("AWS/Lambda", "Errors"),
        {"FunctionName": Ref(function)},
        ("GreaterThanThreshold", 0),
        topic="WarningTopic",
    )
