"""Secrets Manager's secrets: one for each secret of the chart, created empty but present."""

import json
from collections.abc import Mapping
from typing import Any

from awacs import secretsmanager as actions
from awacs.aws import Action, ArnNotLike, Bool, Condition, Statement
from troposphere import If, NoValue, Ref, Sub, Template, secretsmanager

from tidegen.blocks import inputs
from tidegen.blocks.administrators import (
    ADMINISTRATOR_INPUTS,
    add_administrator_conditions,
    administrators,
)
from tidegen.blocks.conditions import HAS_REPLICA, add_replica_condition
from tidegen.blocks.policies import deny_everybody, deny_other_accounts, document
from tidegen.blocks.rotation import ROTATION_FUNCTION, add_rotation
from tidegen.blocks.stateful import RETAINED
from tidegen.blocks.suppressions import unmet
from tidegen.chart.secrets import CHART_SECRETS, MARKER, SEED, WHY_KEPT, Fill, rotated_keys
from tidegen.contract import Concern, Context, Kind, Output, Scope, add_outputs, new_template

#: CloudFormation makes a new value, and so discards the filled one, whenever anything in here
#: changes. That is why it is the same for every secret and knows none of the chart's keys (they
#: are in the Metadata): a key that is added to a secret must not cost the ones it has. An unfilled
#: secret then also lacks its keys, so that no pod can take a marker for a password.
_UNFILLED = {
    "SecretStringTemplate": json.dumps({MARKER: "true"}),
    "GenerateStringKey": SEED,
    "PasswordLength": 32,
    "ExcludePunctuation": True,
}
#: In a secret's own policy "*" means the secret.
_THIS_SECRET = ["*"]
#: Roles below these paths, and the people: they see in the cluster what its pods read, and somebody
#: has to fill what third parties issue.
_READERS = [
    *(
        Sub(f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/${{Project}}/{path}/*")
        for path in ("${Environment}", "break-glass")
    ),
    *administrators(),
]


def build(_context: Context) -> Template:
    """The secrets template: a secret and its policy for each name of the chart."""
    template = new_template(CONCERN)
    add_replica_condition(template)
    add_administrator_conditions(template)
    for name, keys in CHART_SECRETS.items():
        _add_secret(template, name, keys)
    return add_outputs(template, CONCERN, SecretsPath=Sub("/${Project}/${Environment}/"))


def _add_secret(template: Template, name: str, keys: Mapping[str, Fill]) -> None:
    """One secret. Its name is physical: the chart's values refer to it before it stands."""
    secret = template.add_resource(
        secretsmanager.Secret(
            _title(name),
            Name=Sub(f"/${{Project}}/${{Environment}}/{name}"),
            Description=f"Secret {name} of the chart, filled by `tidegen secrets fill`",
            GenerateSecretString=secretsmanager.GenerateSecretString(**_UNFILLED),
            KmsKeyId=Ref("SecretsKeyArn"),
            ReplicaRegions=If(HAS_REPLICA, [_replica()], NoValue),
            Metadata=_metadata(keys),
            **RETAINED,
        )
    )
    template.add_resource(
        secretsmanager.ResourcePolicy(
            f"{secret.title}Policy",
            SecretId=Ref(secret),
            BlockPublicPolicy=True,
            ResourcePolicy=_policy(),
        )
    )
    if rotated_keys(keys):
        users = rotated_keys(keys, Fill.ALTERNATED)
        add_rotation(template, secret, "values", rotated_keys(keys), users)


def _title(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-")) + "Secret"


def _replica() -> secretsmanager.ReplicaRegion:
    return secretsmanager.ReplicaRegion(Region=Ref("RecoveryRegion"), KmsKeyId=Ref("ReplicaKeyArn"))


def _metadata(keys: Mapping[str, Fill]) -> dict[str, Any]:
    """The chart's keys and who fills them, for `tidegen secrets`; and why a secret is kept."""
    filled = {"Tidegen": {"Keys": {name: str(fill) for name, fill in keys.items()}}}
    if rotated_keys(keys):
        return filled
    why = " ".join(dict.fromkeys(WHY_KEPT[fill] for fill in keys.values()))
    return {**filled, **unmet(why, "SECRETSMANAGER_ROTATION_ENABLED_CHECK")}


def _policy() -> Any:
    everything = [Action("secretsmanager", "*")]
    return document(deny_other_accounts(everything, _THIS_SECRET), _deny_other_readers())


def _deny_other_readers() -> Statement:
    """A Deny of reading by anything but this environment's roles, its people, and break-glass.

    It holds in an account that two environments share, whatever their roles' policies say.
    """
    others = [
        ArnNotLike({"aws:PrincipalArn": _READERS}),
        Bool({"aws:PrincipalIsAWSService": "false"}),
    ]
    reading = [actions.GetSecretValue]
    return deny_everybody("DenyOtherReaders", reading, _THIS_SECRET, Condition(others))


CONCERN = Concern(
    name="secrets",
    scopes=(Scope.ENVIRONMENT,),
    purpose="One secret for each secret that the chart reads, created unfilled.",
    build=build,
    inputs=(
        *inputs.NAMES,
        inputs.SECRETS_KEY,
        ROTATION_FUNCTION,
        inputs.RECOVERY_REGION,
        *ADMINISTRATOR_INPUTS,
        inputs.REPLICA_KEY,
    ),
    outputs=(
        Output(
            "SecretsPath", Kind.STRING, "What the names of the secrets start with", surface=True
        ),
    ),
    # A secret's policy is validated before it is put.
    extra_deploy_actions=("secretsmanager:ValidateResourcePolicy",),
)
