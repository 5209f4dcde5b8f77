"""The trust of the deploy and read roles: workflows of one repository.

A job that names a GitHub environment has the subject `repo:REPOSITORY:environment:NAME`, with
any trigger (GitHub docs, "OpenID Connect reference"). REPOSITORY is OWNER@OWNER-ID/NAME@NAME-ID in
every repository that was created, renamed or moved after 15 July 2026, and OWNER/NAME in others.
"""

from awacs import sts
from awacs.aws import (
    Allow,
    Condition,
    PolicyDocument,
    Principal,
    Statement,
    StringEquals,
)
from troposphere import Ref, Sub

from tidegen.blocks.inputs import OIDC_PROVIDER
from tidegen.blocks.policies import (
    document,
)
from tidegen.blocks.roles import OIDC_HOST
from tidegen.contract import Input


def from_workflows(suffix: str = "", provider: Input = OIDC_PROVIDER) -> PolicyDocument:
    """Trust one repository's workflows in the GitHub environment NAME, or NAME and a suffix."""
    claims = {
        f"{OIDC_HOST}:aud": "sts.amazonaws.com",
        f"{OIDC_HOST}:sub": Sub(f"repo:${{Subject}}:environment:${{Environment}}{suffix}"),
    }
    return document(
        Statement(
            Effect=Allow,
            Principal=Principal("Federated", [Ref(provider.name)]),
            Action=[sts.AssumeRoleWithWebIdentity],
            Condition=Condition(StringEquals(claims)),
        )
    )
