"""EventBridge rules that send a sentence about an event to a topic."""

from typing import Any

from troposphere import GetAtt, Ref, Sub, Template, events


def add_event_rule(
    template: Template,
    title: str,
    description: str,
    pattern: dict[str, Any],
    topic: str,
    sentence: str,
    paths: dict[str, str],
    *,
    dead_letters: Any = None,
) -> events.Rule:
    """Add a rule on the default bus that sends events to a topic.

    `topic` is the topic's logical id, or the parameter that has its ARN. `sentence` is the message,
    text for Fn::Sub; its `<name>`s are filled from `paths` and from the event's account, region and
    time. `dead_letters` is the ARN of the queue for undelivered events, by default of the
    template's own `DeadLetterQueue`.
    """
    common = {"account": "$.account", "region": "$.region", "time": "$.time"}
    # EventBridge takes a text for a template only within quotes of its own.
    text = f'"{sentence} Account <account>, region <region>, <time>."'
    target = rule_target(
        "Topic",
        Ref(topic),
        dead_letters or GetAtt("DeadLetterQueue", "Arn"),
        InputTransformer=events.InputTransformer(
            InputPathsMap={**common, **paths},
            InputTemplate=Sub(text) if "${" in text else text,
        ),
    )
    return template.add_resource(
        events.Rule(
            title,
            Description=description,
            EventPattern=pattern,
            State="ENABLED",
            Targets=[target],
        )
    )


def rule_target(name: str, arn: Any, dead_letters: Any, **extra: Any) -> events.Target:
    """Return a target; events that it does not take within an hour go to the queue."""
    return events.Target(
        Id=name,
        Arn=arn,
        DeadLetterConfig=events.DeadLetterConfig(Arn=dead_letters),
        RetryPolicy=events.RetryPolicy(MaximumEventAgeInSeconds=3600, MaximumRetryAttempts=24),
        **extra,
    )
