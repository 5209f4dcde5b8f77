"""Readers of who may do what to a resource: policies of roles, buckets and keys, ingress rules."""

import json
from typing import Any

from tidegen.aws.facts.reader import Reader
from tidegen.contract import Topic
from tidegen.planning.preflight import Answer

Names = tuple[str, ...]


def _roles(reader: Reader, names: Names) -> Answer:
    answers = {}
    for name in names:
        inline = sorted(reader.pages("iam", "list_role_policies", "PolicyNames", RoleName=name))
        pages = reader.pages(
            "iam", "list_attached_role_policies", "AttachedPolicies", RoleName=name
        )
        attached = sorted(item["PolicyArn"] for item in pages)
        answers[name] = {"inline": inline, "attached": attached}
    return answers


def _rules(reader: Reader, names: Names) -> Answer:
    filters = [{"Name": "group-id", "Values": list(names)}]
    found = reader.pages(
        "ec2", "describe_security_group_rules", "SecurityGroupRules", Filters=filters
    )
    rules: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for item in found:
        if not item["IsEgress"]:
            rules[item["GroupId"]].append(_rule(item))
    return rules


def _rule(item: dict[str, Any]) -> dict[str, Any]:
    sources = (item.get(key) for key in ("CidrIpv4", "CidrIpv6", "PrefixListId"))
    group = item.get("ReferencedGroupInfo", {}).get("GroupId")
    return {
        "protocol": item["IpProtocol"],
        "from": item.get("FromPort", -1),
        "to": item.get("ToPort", -1),
        "source": next(filter(None, sources), None) or group or "",
    }


def _bucket_policies(reader: Reader, names: Names) -> Answer:
    answers = {name: reader.find("s3", "get_bucket_policy", Bucket=name) for name in names}
    return {name: _statements(item["Policy"]) if item else [] for name, item in answers.items()}


def _keys(reader: Reader, names: Names) -> Answer:
    answers = {}
    for name in names:
        policy = reader.call("kms", "get_key_policy", KeyId=name, PolicyName="default")["Policy"]
        grants = reader.pages("kms", "list_grants", "Grants", KeyId=name)
        answers[name] = {
            "statements": _statements(policy),
            "grantees": sorted({item["GranteePrincipal"] for item in grants}),
        }
    return answers


def _statements(policy: str) -> list[dict[str, Any]]:
    statements = json.loads(policy)["Statement"]
    return statements if isinstance(statements, list) else [statements]


READERS = {
    Topic.BUCKET_POLICIES: _bucket_policies,
    Topic.GROUP_RULES: _rules,
    Topic.KEY_GRANTS: _keys,
    Topic.ROLE_POLICIES: _roles,
}
