"""EventBridge rules that tell a topic what happened, in a sentence."""

from typing import Any

from troposphere import GetAtt, Ref, Template, events


def add_event_rule(
    template: Template,
    title: str,
    description: str,
    pattern: dict[str, Any],
    topic: str,
    sentence: str,
    paths: dict[str, str],
) -> events.Rule:
    """A rule on the default bus → the topic with the logical id `topic`.

    `sentence` is the message; its `<name>`s are filled from `paths` and from the event's account,
    region and time. What cannot be delivered within an hour goes to `DeadLetterQueue`.
    """
    common = {"account": "$.account", "region": "$.region", "time": "$.time"}
    target = events.Target(
        Id="Topic",
        Arn=Ref(topic),
        DeadLetterConfig=events.DeadLetterConfig(Arn=GetAtt("DeadLetterQueue", "Arn")),
        RetryPolicy=events.RetryPolicy(MaximumEventAgeInSeconds=3600, MaximumRetryAttempts=24),
        InputTransformer=events.InputTransformer(
            InputPathsMap={**common, **paths},
            # EventBridge takes a text for a template only within quotes of its own.
            InputTemplate=f'"{sentence} Account <account>, region <region>, <time>."',
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
