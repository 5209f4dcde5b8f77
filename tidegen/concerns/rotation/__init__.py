"""The function that rotates secrets whose values can be generated."""

from pathlib import Path

from troposphere import GetAtt, Template

from tidegen.blocks.functions import FUNCTION_EXTRAS, NETWORK_INPUTS
from tidegen.blocks.inputs import (
    ARTIFACTS_BUCKET,
    DEAD_LETTERS,
    ENVIRONMENT,
    LOGS_KEY,
    MESSAGING_KEY,
    PROJECT,
    WARNING_TOPIC,
)
from tidegen.blocks.roles import BOUNDARY
from tidegen.concerns.rotation.rotation_function import add_rotation_function
from tidegen.contract import (
    Asset,
    Concern,
    Context,
    Input,
    Kind,
    Output,
    Root,
    Scope,
    Sibling,
    add_outputs,
    new_template,
)

_FUNCTION = Path(__file__).parent / "code"


def build(context: Context) -> Template:
    """Return the rotation template."""
    template = new_template(CONCERN)
    function = add_rotation_function(template, context)
    return add_outputs(template, CONCERN, RotationFunctionArn=GetAtt(function, "Arn"))


CONCERN = Concern(
    name="rotation",
    scopes=(Scope.ENVIRONMENT,),
    purpose="The function that rotates secrets whose values a machine makes.",
    build=build,
    inputs=(
        PROJECT,
        ENVIRONMENT,
        BOUNDARY,
        *NETWORK_INPUTS,
        LOGS_KEY,
        MESSAGING_KEY,
        DEAD_LETTERS,
        WARNING_TOPIC,
        ARTIFACTS_BUCKET,
        Input("SecretsKeyArn", Kind.KEY_ARN, Sibling("SecretsKeyArn"), "Key of the secrets"),
        Input(
            "ReplicaKeyArn",
            Kind.KEY_ARN,
            Root(Scope.RECOVERY, "ReplicaKeyArn"),
            "Key of the replicas, or empty",
            default="",
        ),
    ),
    outputs=(Output("RotationFunctionArn", Kind.ARN, "Function that rotates the secrets"),),
    extra_deploy_actions=FUNCTION_EXTRAS,
    assets=(Asset("rotation", _FUNCTION),),
)
