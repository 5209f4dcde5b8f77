"""Targets of plans, as the tests make them."""

from tidegen.contract import Scope
from tidegen.planning.recovery.steps import Words
from tidegen.planning.steps import Target

ACCOUNT = "111122223333"
#: Of a recovery of environment `prod`.
WORDS = Words(
    project="tide",
    environment="prod",
    account=ACCOUNT,
    home="us-west-2",
    region="us-east-2",
    domain="tide.example",
    cidr="10.72.0.0/16",
    former_cidr="10.64.0.0/16",
)


def target_of(name, scope=Scope.ENVIRONMENT, *, account=ACCOUNT, region="r", home=None, **more):
    """Return a target of project `tide`; its region is the account's home region by default."""
    return Target(
        name=name,
        project="tide",
        scope=scope,
        account=account,
        region=region,
        home_region=home or region,
        **more,
    )
