"""The relay of log events to a topic: a function, its role, and what may call it."""

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
    """The function `Relay`, which publishes to the topic with the logical id `topic`.

    It is in the VPC like all that runs. Where the VPC's ways out fail, Lambda keeps the events for
    an hour, then in the dead-letter queue, whose alarms CloudWatch tells SNS by itself.
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
    _add_permission(template, function)
    add_error_alarm(
        template,
        "RelayErrors",
        "The relay of log events fails. Read its log group; undelivered events are in its "
        "own dead-letter queue.",
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
        Description="Redacts log events and publishes them, a few messages a window",
        Handler="handler.handle",
        Timeout=30,
        # One at a time: the rate limit is in the memory of the one environment that runs.
        ReservedConcurrentExecutions=1,
        Environment=awslambda.Environment(Variables={"TOPIC_ARN": Ref(topic)}),
    )


def _add_role(template: Template, group: logs.LogGroup, topic: str) -> None:
    """What it takes to run, and one topic: nothing else."""
    publishing = allow("Publish", [sns_actions.Publish], [Ref(topic)])
    add_role(
        template,
        "RelayRole",
        trust("lambda"),
        document(publishing, *function_statements(group, GetAtt(QUEUE, "Arn"))),
        "Redacts log events and publishes them",
    )


def _add_permission(template: Template, function: awslambda.Function) -> None:
    """CloudWatch Logs of this account, for the application log group only.

    The relay's own group is not among what may call it, so that it cannot feed itself.
    """
    own = f"log-group:{APPLICATIONS}:*"
    source = arn(f"logs:${{AWS::Region}}:${{AWS::AccountId}}:{own}")
    add_permission(template, "RelayPermission", function, "logs", SourceArn=source)
