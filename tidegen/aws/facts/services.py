"""Logs, mail, Kubernetes versions, subscriptions."""

from tidegen.aws.facts.reader import Reader
from tidegen.contract import Topic
from tidegen.planning.preflight import Answer

Names = tuple[str, ...]


def _log_policies(reader: Reader, _: Names) -> Answer:
    policies = reader.pages("logs", "describe_resource_policies", "resourcePolicies")
    return {item["policyName"]: len(item.get("policyDocument", "")) for item in policies}


def _mail_account(reader: Reader, _: Names) -> Answer:
    account = reader.call("sesv2", "get_account")
    return {
        "ProductionAccess": bool(account.get("ProductionAccessEnabled")),
        "Sending": bool(account.get("SendingEnabled")),
        "Daily": account.get("SendQuota", {}).get("Max24HourSend"),
    }


def _versions(reader: Reader, _: Names) -> Answer:
    listed = reader.pages("eks", "describe_cluster_versions", "clusterVersions")
    return {
        item["clusterVersion"]: item.get("versionStatus", item.get("status", "")) for item in listed
    }


def _pending(reader: Reader, topics: Names) -> Answer:
    unconfirmed = {topic: _unconfirmed(reader, topic) for topic in topics}
    return {topic: endpoints for topic, endpoints in unconfirmed.items() if endpoints}


def _unconfirmed(reader: Reader, topic: str) -> tuple[str, ...]:
    listed = reader.pages("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=topic)
    waiting = (item for item in listed if item["SubscriptionArn"] == "PendingConfirmation")
    return tuple(sorted(item["Endpoint"] for item in waiting))


def _concurrency(reader: Reader, _: Names) -> Answer:
    limits = reader.call("lambda", "get_account_settings")["AccountLimit"]
    return {
        "free": limits["UnreservedConcurrentExecutions"],
        "limit": limits["ConcurrentExecutions"],
    }


READERS = {
    Topic.CONCURRENCY: _concurrency,
    Topic.LOG_POLICIES: _log_policies,
    Topic.MAIL_ACCOUNT: _mail_account,
    Topic.PENDING: _pending,
    Topic.VERSIONS: _versions,
}
