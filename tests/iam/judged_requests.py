"""Requests on which this project's evaluator and an independent simulator must agree.

The policies are those of the committed templates, and random ones with every operator. Requests
are made from the statements themselves, so that most reach one, and changed here and there. The
same policies and seed make the same requests in every version of Python.
"""

import random
import re
from pathlib import Path

from tests.concerns.template_policies import ACCOUNT, PSEUDO, resolve
from tidegen.cloudformation.text import parse_template

CURRENT = Path(__file__).parents[2] / "templates" / "current"
PRINCIPAL = f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/session"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/tidepool/production/worker"


def _is_arn(name):
    return "Arn" in name or name.endswith(("Secret", "TargetGroup", "Policy", "Topic"))


class Values(dict):
    """Values of parameters and attributes: an ARN for what is called one, else its name."""

    def __missing__(self, name):
        kind = "".join(char for char in name if char.isalnum()).lower()
        return f"arn:aws:kms:us-west-2:{ACCOUNT}:key/{kind}" if _is_arn(name) else f"{kind}-1"


def template_policies():
    """Return title → statements of every identity policy that the committed templates write."""
    known = Values({**PSEUDO, "Project": "tidepool", "Environment": "production"})
    policies = {}
    for path in sorted(CURRENT.rglob("*.yaml")):
        for title, item in parse_template(path.read_text())["Resources"].items():
            for index, document in enumerate(_documents(item)):
                statements = [s for s in resolve(document["Statement"], known) if _is_judged(s)]
                if statements and "Fn::" not in str(statements):
                    policies[f"{path.stem}.{title}.{index}"] = statements
    return policies


def _is_judged(statement):
    """Return False for resources that the simulator does not read as AWS documents them.

    It matches no wildcard in place of a type, with which EC2's guide has its examples
    (`arn:aws:ec2:*:*:*/*`), and takes the first `/` or `:` of a variable's name for the type's end.
    """
    patterns = _list(statement.get("Resource", statement.get("NotResource", "*")))
    return not any(re.match(r"(arn:([^:]*:){4})(\*/|[^/:]*\$\{)", pattern) for pattern in patterns)


def _documents(item):
    properties = item.get("Properties", {})
    if item["Type"] in ("AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"):
        yield properties["PolicyDocument"]
    if item["Type"] == "AWS::IAM::Role":
        yield from (policy["PolicyDocument"] for policy in properties.get("Policies", ()))


class Chance:
    """Choices that depend on the seed only."""

    def __init__(self, seed):
        self._random = random.Random(seed)  # noqa: S311 - test data

    def of(self, items):
        return items[int(self._random.random() * len(items))]

    def percent(self, chance):
        return self._random.random() * 100 < chance


#: Operator → (values in policies, values in requests).
_VALUES = {
    "String": (
        ["production", "prod*", "*", "St?ging", "${aws:PrincipalTag/environment, 'none'}"],
        ["production", "staging", "PRODUCTION", "prod", "Staging", "a*b", "axb", ""],
    ),
    "Numeric": (["1", "10", "3.5"], ["1", "2", "3.5", "10", "11"]),
    "Date": (
        ["2026-01-01T00:00:00Z", "2027-06-01T12:00:00Z"],
        ["2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z"],
    ),
    "Bool": (["true", "false"], ["true", "false"]),
    "Ip": (["10.0.0.0/8", "10.1.2.3/32", "2001:db8::/32"], ["10.1.2.3", "11.0.0.1", "2001:db8::1"]),
    "Arn": (
        ["arn:aws:iam::*:role/*", "arn:aws:s3:::b/*", "arn:aws:iam::111122223333:role/a"],
        ["arn:aws:iam::111122223333:role/a", "arn:aws:iam::1:role/b/c", "arn:aws:s3:::b/k"],
    ),
    "Null": (["true", "false"], ["x"]),
}
_ORDER = "Equals NotEquals LessThan LessThanEquals GreaterThan GreaterThanEquals"
_OPERATORS = {
    "String": "Equals NotEquals EqualsIgnoreCase NotEqualsIgnoreCase Like NotLike",
    "Numeric": _ORDER,
    "Date": _ORDER,
    "Bool": "",
    "Ip": "Address",
    "Arn": "Equals NotEquals Like NotLike",
    "Null": "",
}
_KEYS = ("aws:RequestTag/a", "aws:ResourceTag/b", "aws:TagKeys", "s3:x", "aws:SourceIp")
_ACTIONS = (
    "s3:GetObject",
    "s3:PutObject",
    "s3:Get*",
    "S3:*Object",
    "*",
    "iam:PassRole",
    "s3:?etObject",
)
_RESOURCES = (
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/${aws:RequestTag/a, 'z'}",
    "arn:aws:s3:::*",
    "arn:aws:s3:::b/k?y",
    "arn:aws:iam::111122223333:role/*",
    "arn:aws:sns:*:111122223333:*-a",
    # Without a value for the variable, or with missing parts, a NotResource is a matter of opinion.
    "arn:aws:s3:::b/${aws:PrincipalTag/environment}/*",
    "arn:aws:iam::*",
)
_ASKED = (
    "arn:aws:s3:::b/k",
    "arn:aws:s3:::b/key",
    "arn:aws:s3:::b/production/k",
    "arn:aws:s3:::b/z",
    "arn:aws:iam::111122223333:role/a",
    "arn:aws:sns:us-west-2:111122223333:tidepool-a",
)


def _operator(chance):
    """Return a documented operator, whether its values are several, and its family."""
    family = chance.of(tuple(_OPERATORS))
    name = family.replace("Ip", chance.of(("Ip", "NotIp"))) + chance.of(
        _OPERATORS[family].split() or [""]
    )
    if family == "Null":
        return name, family
    several = chance.of(("", "", "", "ForAllValues:", "ForAnyValue:"))
    suffix = "IfExists" if not several and chance.percent(25) else ""
    return f"{several}{name}{suffix}", family


def random_case(chance):
    """Return policies and a request with random conditions."""
    operators = [_operator(chance) for _ in range(2)]
    keys = {"aws:PrincipalTag/environment": "production"} if chance.percent(80) else {}
    statements = [_statement(chance, operators, effect) for effect in ("Allow", "Allow", "Deny")]
    for (name, family), key in zip(operators, _KEYS, strict=False):
        if chance.percent(75):
            values = [chance.of(_VALUES[family][1]) for _ in range(2)]
            keys[key] = values if name.startswith("For") or chance.percent(5) else values[0]
    boundary = [_statement(chance, operators, "Allow")] if chance.percent(50) else None
    if boundary and chance.percent(30):
        boundary.append(_statement(chance, operators, "Deny"))
    action = chance.of(("s3:GetObject", "s3:PutObject", "iam:PassRole"))
    return statements, boundary, action, chance.of(_ASKED), keys


def _statement(chance, operators, effect):
    """Return a statement with conditions on the keys of the case."""
    not_action, not_resource = chance.percent(10), chance.percent(10)
    statement = {
        "Effect": effect,
        "NotAction" if not_action else "Action": [
            chance.of(_ACTIONS[:-1] if not_action else _ACTIONS)
        ],
        "NotResource" if not_resource else "Resource": [
            chance.of(_RESOURCES[:-2] if not_resource else _RESOURCES)
        ],
    }
    conditions = {}
    for (name, family), key in zip(operators, _KEYS, strict=False):
        if chance.percent(50):
            values = [chance.of(_VALUES[family][0]) for _ in range(1 if family == "Null" else 2)]
            conditions.setdefault(name, {})[key] = values
    return {**statement, "Condition": conditions} if conditions else statement


def template_case(chance, policies):
    """Return policies of templates, and a request made from one of their statements."""
    titles = sorted(policies)
    chosen = policies[chance.of(titles)]
    boundary = policies["identity.PermissionsBoundary.0"] if chance.percent(60) else None
    from_policy = chance.of([chosen, chosen, boundary or chosen])
    statement = chance.of(from_policy)
    action = _instance(chance, chance.of(_list(statement.get("Action", ["s3:GetObject"]))))
    if action == "*" or ":" not in action:
        action = "s3:GetObject"
    patterns = _list(statement.get("Resource", statement.get("NotResource", "*")))
    resource = _instance(chance, chance.of(patterns))
    if resource.count(":") < 5:
        resource = chance.of(_ASKED)
    keys = {"aws:PrincipalTag/environment": "production", "aws:PrincipalArn": ROLE}
    for other in (statement, chance.of(from_policy)):
        for name, tests in other.get("Condition", {}).items():
            for key, values in tests.items():
                if chance.percent(85):
                    value = _instance(chance, str(chance.of(_list(values))))
                    keys[key] = [value] if name.startswith("For") else value
    return chosen, boundary, action, resource, keys


#: Keys trust their account, as those of the platform do: without it no identity policy counts.
KEY_POLICY = [
    {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
]


def key_policy(action):
    """Return the statements of the resource's policy for a call of that action, if it has one."""
    return KEY_POLICY if action.startswith("kms:") else None


def _list(value):
    return value if isinstance(value, list) else [value]


def _instance(chance, pattern):
    """Return a text that a pattern matches, or sometimes nearly matches."""
    text = pattern.replace("${aws:PrincipalTag/environment, 'none'}", "production")
    text = "".join(chance.of(("x", "production", "1")) if c == "*" else c for c in text)
    return text.replace("production", "staging") if chance.percent(15) else text


def cases(policies, seed, count):
    """Return that many cases: (statements, boundary, action, resource, keys)."""
    chance = Chance(seed)
    return [
        template_case(chance, policies) if index % 2 else random_case(chance)
        for index in range(count)
    ]
