"""The function that rotates secrets whose values can be generated."""

from pathlib import Path

from troposphere import GetAtt, Template

from tidegen.blocks import inputs
from tidegen.blocks.functions import FUNCTION_EXTRAS, NETWORK_INPUTS
from tidegen.blocks.roles import BOUNDARY
from tidegen.concerns.rotation.rotation_function import add_rotation_function
from tidegen.contract import Asset, Concern, Context, Kind, Output, Scope

_FUNCTION = Path(__file__).parent / "code"


def add_resources(template: Template, context: Context) -> None:
    """Add the rotation function."""
    add_rotation_function(template, context)


CONCERN = Concern(
    scopes=(Scope.ENVIRONMENT,),
    add_resources=add_resources,
    inputs=(
        *inputs.NAMES,
        BOUNDARY,
        *NETWORK_INPUTS,
        inputs.LOGS_KEY,
        inputs.MESSAGING_KEY,
        inputs.DEAD_LETTERS,
        inputs.WARNING_TOPIC,
        inputs.ARTIFACTS_BUCKET,
        inputs.SECRETS_KEY,
        inputs.REPLICA_KEY,
    ),
    outputs=(
        Output(
            "RotationFunctionArn",
            Kind.ARN,
            GetAtt("Function", "Arn"),
            "Function that rotates the secrets",
        ),
    ),
    extra_deploy_actions=FUNCTION_EXTRAS,
    assets=(Asset("rotation", _FUNCTION),),
)
