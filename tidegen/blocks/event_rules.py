"""EventBridge rules that tell a topic what happened, in a sentence."""

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
    """A rule on the default bus → the topic with the logical id, or of the parameter, `topic`.

    `sentence` is the message, text for Fn::Sub; its `<name>`s are filled from `paths` and from the
    event's account, region and time. What cannot be delivered within an hour goes to the queue with
    the ARN `dead_letters`, or to the template's own `DeadLetterQueue`.
    """
    common = {"account": "$.account", "region": "$.region", "time": "$.time"}
    # EventBridge takes a text for a template only within quotes of its own.
    text = f'"{sentence} Account <account>, region <region>, <time>."'
    target = events.Target(
        Id="Topic",
        Arn=Ref(topic),
        DeadLetterConfig=events.DeadLetterConfig(
            Arn=dead_letters or GetAtt("DeadLetterQueue", "Arn")
        ),
        RetryPolicy=events.RetryPolicy(MaximumEventAgeInSeconds=3600, MaximumRetryAttempts=24),
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
