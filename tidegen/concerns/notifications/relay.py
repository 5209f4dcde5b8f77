"""The relay of log events to a topic: a function, its role, and the permission to invoke it."""

from awacs import sns as sns_actions
from troposphere import GetAtt, Ref, Sub, Template, awslambda, logs

from tidegen.blocks.container_logs import APPLICATIONS
from tidegen.blocks.functions import (
    add_error_alarm,
    add_function,
    add_permission,
    function_statements,
)
from tidegen.blocks.logs import add_log_group
from tidegen.blocks.policies import allow, arn, document, trust
from tidegen.blocks.roles import add_role
from tidegen.concerns.notifications.relay_queue import TITLE as QUEUE
from tidegen.concerns.notifications.relay_queue import add_relay_alarms, add_relay_queue
from tidegen.contract import Context


def add_relay(template: Template, context: Context, topic: str) -> awslambda.Function:
    """Add the function `Relay`, which publishes to the topic with the logical id `topic`.

    It runs in the VPC like all other code. While it cannot reach SNS, Lambda keeps the events for
    an hour, then puts them into the dead-letter queue, whose alarms do not depend on the relay.
    """
    group = add_log_group(template, "RelayLogGroup", Sub("/${Project}/${Environment}/relay"))
    add_relay_queue(template)
    _add_role(template, group, topic)
    function = _add_function(template, context, group, topic)
    template.add_resource(
        awslambda.EventInvokeConfig(
            "RelayRetries",
            FunctionName=Ref(function),
            Qualifier="$LATEST",
            MaximumEventAgeInSeconds=3600,
            MaximumRetryAttempts=2,
        )
    )
    _allow_application_logs(template, function)
    add_error_alarm(
        template,
        "RelayErrors",
        "The relay of log events fails. Read its log group; events that it could not handle are "
        "in its own dead-letter queue.",
        function,
        topic="WarningTopic",
    )
    add_relay_alarms(template, Ref(function))
    return function


def _add_function(
    template: Template, context: Context, group: logs.LogGroup, topic: str
) -> awslambda.Function:
    return add_function(
        template,
        "Relay",
        (context, "relay"),
        group,
        GetAtt(QUEUE, "Arn"),
        Description="Publishes summaries of log events, with a limit of messages",
        Handler="handler.handle",
        Timeout=30,
        # One at a time: the rate limit is in the memory of a single execution environment.
        ReservedConcurrentExecutions=1,
        Environment=awslambda.Environment(Variables={"TOPIC_ARN": Ref(topic)}),
    )


def _add_role(template: Template, group: logs.LogGroup, topic: str) -> None:
    """Add the function's role: permissions to run and to publish to one topic, nothing else."""
    publishing = allow("Publish", [sns_actions.Publish], [Ref(topic)])
    add_role(
        template,
        "RelayRole",
        trust("lambda"),
        document(publishing, *function_statements(group, GetAtt(QUEUE, "Arn"))),
        "Publishes summaries of log events",
    )


def _allow_application_logs(template: Template, function: awslambda.Function) -> None:
    """Allow CloudWatch Logs of this account, for the application log group only.

    The relay's own log group may not invoke it, so that it cannot trigger itself.
    """
    group = f"log-group:{APPLICATIONS}:*"
    source = arn(f"logs:${{AWS::Region}}:${{AWS::AccountId}}:{group}")
    add_permission(template, "RelayPermission", function, "logs", SourceArn=source)
