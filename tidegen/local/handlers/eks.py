"""EKS: add-ons, access entries and pod identities of a cluster."""

from tidegen.local.handlers.base import Handler, Properties, Resource, Result, handles
from tidegen.local.handlers.service import client


@handles("AWS::EKS::Addon")
class Addon(Handler):
    """An add-on of a cluster."""

    def create(self, resource: Resource) -> Result:
        """Create the add-on."""
        call = {**self._key(resource), **self._settings(resource), "tags": resource.tag_map()}
        made = client("eks").create_addon(**call)["addon"]
        return Result("|".join(self._key(resource).values()), {"Arn": made["addonArn"]})

    def update(self, resource: Resource) -> Result:
        """Change version, role and configuration."""
        client("eks").update_addon(**self._key(resource), **self._settings(resource))
        return Result(resource.physical_id)

    def delete(self, resource: Resource) -> None:
        """Delete the add-on."""
        client("eks").delete_addon(**self._key(resource))

    def _key(self, resource: Resource) -> dict[str, str]:
        """Return the add-on's cluster and name."""
        properties = resource.properties
        return {"clusterName": properties["ClusterName"], "addonName": properties["AddonName"]}

    def _settings(self, resource: Resource) -> Properties:
        """Return the properties that can be changed."""
        names = ("AddonVersion", "ServiceAccountRoleArn", "ConfigurationValues", "ResolveConflicts")
        return _lower(resource.only(*names))


@handles("AWS::EKS::AccessEntry")
class AccessEntry(Handler):
    """The access of one IAM principal to a cluster."""

    def create(self, resource: Resource) -> Result:
        """Create the entry and associate its policies."""
        settings = _lower(resource.only("Type", "Username", "KubernetesGroups"))
        made = client("eks").create_access_entry(
            **self._key(resource), **settings, tags=resource.tag_map()
        )["accessEntry"]
        self._associate(resource)
        physical = "|".join(reversed(self._key(resource).values()))
        return Result(physical, {"AccessEntryArn": made["accessEntryArn"]})

    def update(self, resource: Resource) -> Result:
        """Change groups, user name and policies."""
        settings = _lower(resource.only("Username", "KubernetesGroups"))
        client("eks").update_access_entry(**self._key(resource), **settings)
        kept = {policy["PolicyArn"] for policy in resource.properties.get("AccessPolicies", [])}
        for policy in resource.previous.get("AccessPolicies", []):
            if policy["PolicyArn"] not in kept:
                client("eks").disassociate_access_policy(
                    **self._key(resource), policyArn=policy["PolicyArn"]
                )
        self._associate(resource)
        return Result(resource.physical_id)

    def delete(self, resource: Resource) -> None:
        """Delete the entry."""
        client("eks").delete_access_entry(**self._key(resource))

    def _key(self, resource: Resource) -> dict[str, str]:
        """Return the entry's cluster and principal."""
        properties = resource.properties
        cluster, principal = properties["ClusterName"], properties["PrincipalArn"]
        return {"clusterName": cluster, "principalArn": principal}

    def _associate(self, resource: Resource) -> None:
        """Associate the entry's policies."""
        for policy in resource.properties.get("AccessPolicies", []):
            client("eks").associate_access_policy(
                **self._key(resource),
                policyArn=policy["PolicyArn"],
                accessScope=_lower(policy["AccessScope"]),
            )


@handles("AWS::EKS::PodIdentityAssociation")
class PodIdentityAssociation(Handler):
    """The role of a service account's pods."""

    def create(self, resource: Resource) -> Result:
        """Create the association."""
        names = ("ClusterName", "Namespace", "ServiceAccount", "RoleArn", "TargetRoleArn")
        made = client("eks").create_pod_identity_association(
            **_lower(resource.only(*names)), tags=resource.tag_map()
        )["association"]
        known = {"AssociationId": made["associationId"], "AssociationArn": made["associationArn"]}
        return Result(made["associationArn"], known)

    def update(self, resource: Resource) -> Result:
        """Change the role."""
        call = _lower(resource.only("ClusterName", "RoleArn", "TargetRoleArn"))
        association = _association_id(resource)
        client("eks").update_pod_identity_association(associationId=association, **call)
        return Result(resource.physical_id)

    def delete(self, resource: Resource) -> None:
        """Delete the association."""
        client("eks").delete_pod_identity_association(
            clusterName=resource.properties["ClusterName"], associationId=_association_id(resource)
        )


def _association_id(resource: Resource) -> str:
    """Return the last part of an association's ARN."""
    return resource.physical_id.rpartition("/")[2]


def _lower(properties: Properties) -> Properties:
    """Return `properties` with names in EKS's format: the first letter in lower case."""
    return {name[0].lower() + name[1:]: value for name, value in properties.items()}
