"""What an account has once, its roles, and its quotas."""

from typing import Any
from uuid import UUID

from tidegen.aws.facts.reader import Reader, existing
from tidegen.aws.sessions import local_endpoint
from tidegen.contract.topics import Topic
from tidegen.errors import DeploymentError
from tidegen.planning.preflight import Answer

Names = tuple[str, ...]


def _recorders(reader: Reader, _: Names) -> Answer:
    """Those of the account; a service's own recorder is counted apart."""
    key = "ConfigurationRecorders"
    found = reader.pages("config", "describe_configuration_recorders", key)
    return {item["name"]: "" for item in found if not item.get("servicePrincipal")}


def _channels(reader: Reader, _: Names) -> Answer:
    found = reader.pages("config", "describe_delivery_channels", "DeliveryChannels")
    return {item["name"]: "" for item in found}


def _detectors(reader: Reader, _: Names) -> Answer:
    return dict.fromkeys(reader.pages("guardduty", "list_detectors", "DetectorIds"), "")


def _analyzers(reader: Reader, _: Names) -> Answer:
    found = reader.pages("accessanalyzer", "list_analyzers", "analyzers")
    return {item["arn"]: item["type"] for item in found}


def _trails(reader: Reader, _: Names) -> Answer:
    """All that count in this region, those of other home regions included."""
    found = reader.pages("cloudtrail", "describe_trails", "trailList")
    return {item["Name"]: item.get("HomeRegion", "") for item in found}


def _providers(reader: Reader, _: Names) -> Answer:
    key = "OpenIDConnectProviderList"
    arns = [item["Arn"] for item in reader.pages("iam", "list_open_id_connect_providers", key)]
    return {arn.partition(":oidc-provider/")[2]: arn for arn in arns}


def _linked_roles(reader: Reader, names: Names) -> Answer:
    prefix = "/aws-service-role/"
    found = reader.pages("iam", "list_roles", "Roles", PathPrefix=prefix)
    by_service = {item["Path"].removeprefix(prefix).rstrip("/"): item["RoleName"] for item in found}
    return {name: by_service[name] for name in names if name in by_service}


def _policies(reader: Reader, names: Names) -> Answer:
    """The account's own: a name is taken whatever the path."""
    found = reader.pages("iam", "list_policies", "Policies", Scope="Local")
    return {item["PolicyName"]: item["Arn"] for item in found if item["PolicyName"] in names}


def _iam_summary(reader: Reader, _: Names) -> Answer:
    summary: dict[str, Any] = reader.call("iam", "get_account_summary")["SummaryMap"]
    return summary


def _permissions(reader: Reader, names: Names) -> Answer:
    """Decisions of the simulator, which knows the role's policies and its boundary.

    Raises DeploymentError on the local engine, which simulates neither paths nor conditions.
    """
    if local_endpoint():
        raise DeploymentError("a local engine does not simulate policies")
    role, region, *actions = names
    return {action: _decision(reader, role, region, action) for action in actions}


def _decision(reader: Reader, role: str, region: str, action: str) -> str:
    """The decision on one action; `unknown` where a denial may hang on what only the call has."""
    context = {
        "ContextKeyName": "aws:RequestedRegion",
        "ContextKeyValues": [region],
        "ContextKeyType": "string",
    }
    found = reader.call(
        "iam",
        "simulate_principal_policy",
        PolicySourceArn=role,
        ActionNames=[action],
        ResourceArns=[_resource(role, region, action)],
        ContextEntries=[context],
    )["EvaluationResults"][0]
    decision = str(found["EvalDecision"])
    return "unknown" if decision != "allowed" and found.get("MissingContextValues") else decision


def _resource(role: str, region: str, action: str) -> str:
    """What an action on keys is simulated on: CreateKey takes no resource, the others some key."""
    if action == "kms:CreateKey":
        return "*"
    partition, account = (role.split(":")[number] for number in (1, 4))
    return f"arn:{partition}:kms:{region}:{account}:key/{UUID(int=0)}"


def _quotas(reader: Reader, names: Names) -> Answer:
    return {name: _quota(reader, *name.split("/")) for name in names}


def _quota(reader: Reader, service: str, code: str) -> float:
    """The account's own value; AWS's default where nobody has asked for another."""
    asked = {"ServiceCode": service, "QuotaCode": code}
    found = reader.found("service-quotas", "get_service_quota", **asked)
    found = found or reader.call("service-quotas", "get_aws_default_service_quota", **asked)
    return float(found["Quota"]["Value"])


READERS = {
    Topic.ANALYZERS: _analyzers,
    Topic.CHANNELS: _channels,
    Topic.DETECTORS: _detectors,
    Topic.IAM_SUMMARY: _iam_summary,
    Topic.LINKED_ROLES: _linked_roles,
    Topic.PERMISSIONS: _permissions,
    Topic.POLICIES: _policies,
    Topic.PROVIDERS: _providers,
    Topic.QUOTAS: _quotas,
    Topic.RECORDERS: _recorders,
    Topic.ROLES: existing("iam", "get_role", "RoleName"),
    Topic.TRAILS: _trails,
}
