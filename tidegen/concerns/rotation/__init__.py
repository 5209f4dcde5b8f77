"""The function that rotates secrets whose values can be generated."""

from pathlib import Path

from troposphere import GetAtt, Template

from tidegen.blocks import inputs
from tidegen.blocks.functions import FUNCTION_EXTRAS, NETWORK_INPUTS
from tidegen.blocks.roles import BOUNDARY
from tidegen.concerns.rotation.rotation_function import add_rotation_function
from tidegen.contract import Asset, Concern, Context, Kind, Output, Scope, add_outputs, new_template

_FUNCTION = Path(__file__).parent / "code"


def build(context: Context) -> Template:
    """Return the rotation template."""
    template = new_template(CONCERN)
    function = add_rotation_function(template, context)
    return add_outputs(template, CONCERN, RotationFunctionArn=GetAtt(function, "Arn"))


CONCERN = Concern(
    name="rotation",
    scopes=(Scope.ENVIRONMENT,),
    purpose="The function that rotates secrets whose values can be generated.",
    build=build,
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
    outputs=(Output("RotationFunctionArn", Kind.ARN, "Function that rotates the secrets"),),
    extra_deploy_actions=FUNCTION_EXTRAS,
    assets=(Asset("rotation", _FUNCTION),),
)
