"""The resources that an account has once, its roles, and its quotas."""

from typing import Any
from uuid import UUID

from tidegen.aws.facts.reader import Reader, existing
from tidegen.aws.sessions import local_endpoint
from tidegen.contract import Topic
from tidegen.errors import DeploymentError
from tidegen.planning.preflight import Answer

Names = tuple[str, ...]


def _recorders(reader: Reader, _: Names) -> Answer:
    """Return those of the account; a service's own recorder counts separately."""
    key = "ConfigurationRecorders"
    recorders = reader.pages("config", "describe_configuration_recorders", key)
    return {item["name"]: "" for item in recorders if not item.get("servicePrincipal")}


def _channels(reader: Reader, _: Names) -> Answer:
    channels = reader.pages("config", "describe_delivery_channels", "DeliveryChannels")
    return {item["name"]: "" for item in channels}


def _detectors(reader: Reader, _: Names) -> Answer:
    return dict.fromkeys(reader.pages("guardduty", "list_detectors", "DetectorIds"), "")


def _analyzers(reader: Reader, _: Names) -> Answer:
    analyzers = reader.pages("accessanalyzer", "list_analyzers", "analyzers")
    return {item["arn"]: item["type"] for item in analyzers}


def _trails(reader: Reader, _: Names) -> Answer:
    """Return all that count in this region, those of other home regions included."""
    trails = reader.pages("cloudtrail", "describe_trails", "trailList")
    return {item["Name"]: item.get("HomeRegion", "") for item in trails}


def _providers(reader: Reader, _: Names) -> Answer:
    key = "OpenIDConnectProviderList"
    arns = [item["Arn"] for item in reader.pages("iam", "list_open_id_connect_providers", key)]
    return {arn.partition(":oidc-provider/")[2]: arn for arn in arns}


def _linked_roles(reader: Reader, names: Names) -> Answer:
    prefix = "/aws-service-role/"
    roles = reader.pages("iam", "list_roles", "Roles", PathPrefix=prefix)
    by_service = {item["Path"].removeprefix(prefix).rstrip("/"): item["RoleName"] for item in roles}
    return {name: by_service[name] for name in names if name in by_service}


def _policies(reader: Reader, names: Names) -> Answer:
    """Return the account's own: a name is taken with any path."""
    policies = reader.pages("iam", "list_policies", "Policies", Scope="Local")
    return {item["PolicyName"]: item["Arn"] for item in policies if item["PolicyName"] in names}


def _iam_summary(reader: Reader, _: Names) -> Answer:
    summary: dict[str, Any] = reader.call("iam", "get_account_summary")["SummaryMap"]
    return summary


def _permissions(reader: Reader, names: Names) -> Answer:
    """Return the decisions of the simulator, which has the role's policies and boundary.

    Raises DeploymentError on the local engine, which simulates neither paths nor conditions.
    """
    if local_endpoint():
        raise DeploymentError("a local engine does not simulate policies")
    role, region, *actions = names
    return {action: _decision(reader, role, region, action) for action in actions}


def _decision(reader: Reader, role: str, region: str, action: str) -> str:
    """Return the decision on one action; `unknown` if a denial may depend on values of the call."""
    context = {
        "ContextKeyName": "aws:RequestedRegion",
        "ContextKeyValues": [region],
        "ContextKeyType": "string",
    }
    result = reader.call(
        "iam",
        "simulate_principal_policy",
        PolicySourceArn=role,
        ActionNames=[action],
        ResourceArns=[_resource(role, region, action)],
        ContextEntries=[context],
    )["EvaluationResults"][0]
    decision = str(result["EvalDecision"])
    return "unknown" if decision != "allowed" and result.get("MissingContextValues") else decision


def _resource(role: str, region: str, action: str) -> str:
    """Return the resource to simulate on: none for CreateKey, some key for the others."""
    if action == "kms:CreateKey":
        return "*"
    partition, account = (role.split(":")[number] for number in (1, 4))
    return f"arn:{partition}:kms:{region}:{account}:key/{UUID(int=0)}"


def _quotas(reader: Reader, names: Names) -> Answer:
    return {name: _quota(reader, *name.split("/")) for name in names}


def _quota(reader: Reader, service: str, code: str) -> float:
    """Return the account's own value; AWS's default if it has none."""
    asked = {"ServiceCode": service, "QuotaCode": code}
    answer = reader.find("service-quotas", "get_service_quota", **asked)
    answer = answer or reader.call("service-quotas", "get_aws_default_service_quota", **asked)
    return float(answer["Quota"]["Value"])


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
