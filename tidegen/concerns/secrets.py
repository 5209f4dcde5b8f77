"""One secret for each secret that the chart reads, created unfilled."""

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
from tidegen.contract import Concern, Context, Kind, Output, Scope

#: CloudFormation generates a new value, and so discards the filled one, whenever a property of this
#: changes. So it is the same for every secret and contains none of the chart's keys (they are in
#: the Metadata): adding a key to a secret must not discard the values it has. It also means that an
#: unfilled secret has no keys, so that no pod can mistake a marker for a password.
_UNFILLED = {
    "SecretStringTemplate": json.dumps({MARKER: "true"}),
    "GenerateStringKey": SEED,
    "PasswordLength": 32,
    "ExcludePunctuation": True,
}
#: In a secret's own policy "*" means the secret.
_THIS_SECRET = ["*"]
#: Roles below these paths, and administrators: they can see in the cluster any secret that its pods
#: read, and they fill the values that third parties issue.
_READERS = [
    *(
        Sub(f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/${{Project}}/{path}/*")
        for path in ("${Environment}", "break-glass")
    ),
    *administrators(),
]


def add_resources(template: Template, _context: Context) -> None:
    """Add a secret and its policy for each name of the chart."""
    add_replica_condition(template)
    add_administrator_conditions(template)
    for name, keys in CHART_SECRETS.items():
        _add_secret(template, name, keys)


def _add_secret(template: Template, name: str, keys: Mapping[str, Fill]) -> None:
    """Add a secret, with a physical name: the chart's values refer to it before it exists."""
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
    """Return the chart's keys and how each is filled, for `tidegen secrets`.

    For a secret without rotation, add the reasons.
    """
    metadata = {"Tidegen": {"Keys": {name: str(fill) for name, fill in keys.items()}}}
    if rotated_keys(keys):
        return metadata
    reasons = " ".join(dict.fromkeys(WHY_KEPT[fill] for fill in keys.values()))
    return {**metadata, **unmet(reasons, "SECRETSMANAGER_ROTATION_ENABLED_CHECK")}


def _policy() -> Any:
    all_actions = [Action("secretsmanager", "*")]
    return document(deny_other_accounts(all_actions, _THIS_SECRET), _deny_other_readers())


def _deny_other_readers() -> Statement:
    """Deny reading except by this environment's roles, administrators and break-glass roles.

    In an account that two environments share, it applies regardless of their roles' policies.
    """
    others = [
        ArnNotLike({"aws:PrincipalArn": _READERS}),
        Bool({"aws:PrincipalIsAWSService": "false"}),
    ]
    reading = [actions.GetSecretValue]
    return deny_everybody("DenyOtherReaders", reading, _THIS_SECRET, Condition(others))


CONCERN = Concern(
    scopes=(Scope.ENVIRONMENT,),
    add_resources=add_resources,
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
            "SecretsPath",
            Kind.STRING,
            Sub("/${Project}/${Environment}/"),
            "Prefix of the secrets' names",
            surface=True,
        ),
    ),
    # CloudFormation validates a secret's policy before it puts it.
    extra_deploy_actions=("secretsmanager:ValidateResourcePolicy",),
)
