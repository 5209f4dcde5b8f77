"""Rotation of a secret by the environment's function: a schedule, and tags for the function."""

from collections.abc import Collection
from typing import Any

from troposphere import Ref, Tags, Template, secretsmanager

from tidegen.blocks.inputs import sibling
from tidegen.contract import Input, Kind

#: Input of a concern whose secrets rotate.
ROTATION_FUNCTION = sibling("RotationFunctionArn", Kind.ARN, "Function that rotates the secrets")
#: Every other month: 56 or 63 days, where rules ask for 90 at most (Security Hub,
#: SecretsManager.4). A schedule in days would drift away from Sundays. Night in the Americas, and
#: clear of the restore test at 03:00; a dump that it breaks is repeated an hour later. In UTC.
_SCHEDULE = "cron(0 8 ? 1,3,5,7,9,11 SUN#1 *)"
_WINDOW = "2h"


def add_rotation(
    template: Template,
    secret: secretsmanager.Secret,
    kind: str,
    keys: Collection[str] = (),
    users: Collection[str] = (),
    *,
    schedule: str = _SCHEDULE,
    at_once: bool = False,
    function: Input = ROTATION_FUNCTION,
    **tags: Any,
) -> None:
    """Let the function rotate `secret`, and give the secret the tags that the function reads.

    `kind` is one of the function's kinds (`concerns/rotation/code`). Of kind `values`, `keys` get
    random values and `users` the other of two names; other kinds read `tags`. With `at_once` a
    deploy that changes the schedule rotates.

    The schedule's logical id must never change: CloudFormation would create the new schedule, then
    delete the old one and rotation with it (cloudformation-coverage-roadmap, issue 1813).
    """
    named = {"rotated-keys": " ".join(keys), "alternated-keys": " ".join(users)}
    given = {tag: names for tag, names in named.items() if names}
    secret.Tags = Tags({"rotation": kind, **given, **tags})
    template.add_resource(
        secretsmanager.RotationSchedule(
            f"{secret.title}Rotation",
            SecretId=Ref(secret),
            RotationLambdaARN=Ref(function.name),
            # False unless rotation creates the first value: a deploy must not restart services.
            RotateImmediatelyOnUpdate=at_once,
            RotationRules=secretsmanager.RotationRules(
                ScheduleExpression=schedule, Duration=_WINDOW
            ),
        )
    )
