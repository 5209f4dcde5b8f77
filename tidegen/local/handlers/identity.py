"""IAM's OIDC providers and the policies and rotation of secrets."""

import json
from typing import Any

from tidegen.local.handlers.base import Handler, Resource, Result, handles
from tidegen.local.handlers.service import client


@handles("AWS::IAM::OIDCProvider")
class OidcProvider(Handler):
    """An OIDC provider, identified by its URL."""

    def create(self, resource: Resource) -> Result:
        """Create the provider."""
        properties = resource.properties
        made = client("iam").create_open_id_connect_provider(
            Url=properties["Url"],
            ClientIDList=properties.get("ClientIdList", []),
            ThumbprintList=properties.get("ThumbprintList", []),
            Tags=resource.tags(),
        )
        arn = made["OpenIDConnectProviderArn"]
        return Result(arn, {"Arn": arn})

    def update(self, resource: Resource) -> Result:
        """Recreate the provider, with the same ARN: the engine has no call that changes one."""
        self.delete(resource)
        return self.create(resource)

    def delete(self, resource: Resource) -> None:
        """Delete the provider."""
        arn = resource.physical_id
        client("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)


@handles("AWS::SecretsManager::ResourcePolicy")
class SecretPolicy(Handler):
    """The resource policy of a secret."""

    def create(self, resource: Resource) -> Result:
        """Set the policy."""
        policy: Any = resource.properties["ResourcePolicy"]
        text = policy if isinstance(policy, str) else json.dumps(policy)
        made = client("secretsmanager").put_resource_policy(
            SecretId=resource.properties["SecretId"], ResourcePolicy=text
        )
        return Result(made["ARN"])

    def delete(self, resource: Resource) -> None:
        """Delete the policy."""
        client("secretsmanager").delete_resource_policy(SecretId=resource.properties["SecretId"])


@handles("AWS::SecretsManager::RotationSchedule")
class RotationSchedule(Handler):
    """The rotation of a secret; the function is never run."""

    def create(self, resource: Resource) -> Result:
        """Enable rotation."""
        made = client("secretsmanager").rotate_secret(
            SecretId=resource.properties["SecretId"],
            RotateImmediately=False,
            **resource.only("RotationLambdaARN", "RotationRules"),
        )
        return Result(made["ARN"])

    def delete(self, resource: Resource) -> None:
        """Leave the secret as it is: the engine does not serve CancelRotateSecret."""
