"""A small evaluator of IAM policies, by AWS's documented logic.

Source: AWS docs, "Policy evaluation logic" and "IAM JSON policy elements: Condition operators".
Knows the operators that this platform's policies use and refuses any other.
"""

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

ACCOUNT = "111122223333"
REGION = "us-west-2"
PSEUDO = {"AWS::AccountId": ACCOUNT, "AWS::Partition": "aws", "AWS::Region": REGION}


@dataclass(frozen=True)
class Request:
    """One call: an action on a resource, with the condition keys that AWS would send."""

    action: str
    resource: str
    keys: dict = field(default_factory=dict)


def resolve(value, parameters):
    """Return a template's value with references to parameters replaced by their values."""
    if isinstance(value, list):
        return [resolve(item, parameters) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Ref"}:
        return _known(value["Ref"], parameters)
    if set(value) == {"Fn::GetAtt"}:
        return parameters[".".join(value["Fn::GetAtt"])]
    if set(value) == {"Fn::Sub"}:
        text = value["Fn::Sub"]
        filled = re.sub(r"\$\{([\w:.]+)\}", lambda match: _known(match[1], parameters), text)
        return filled.replace("${!", "${")  # what IAM is to resolve
    if set(value) == {"Fn::Join"}:
        between, parts = value["Fn::Join"]
        return between.join(resolve(parts, parameters))
    return {key: resolve(item, parameters) for key, item in value.items()}


def _known(name, parameters):
    return PSEUDO[name] if name in PSEUDO.keys() - parameters.keys() else parameters[name]


def allowed(statements, request, boundary=None):
    """Return whether identity statements, and the boundary if given, allow the request."""
    layers = [statements] if boundary is None else [statements, boundary]
    if any(_matches(s, request) for layer in layers for s in layer if s["Effect"] == "Deny"):
        return False
    return all(
        any(_matches(s, request) for s in layer if s["Effect"] == "Allow") for layer in layers
    )


def _matches(statement, request):
    """Return False also for a variable without a value: IAM may ignore such a statement."""
    action = _names(statement.get("Action", []), request.action)
    if "NotAction" in statement:
        action = not _names(statement["NotAction"], request.action)
    try:
        return (
            action
            and _on(statement, request)
            and holds(statement.get("Condition", {}), request.keys)
        )
    except UnresolvedError:
        return False


def _on(statement, request):
    excepted = "NotResource" in statement
    patterns = statement["NotResource"] if excepted else statement.get("Resource", ["*"])
    patterns = _filled(patterns, request.keys)
    return any(_covers(pattern, request.resource) for pattern in patterns) is not excepted


#: ARNs of IAM with a wildcard in place of the type: IAM refuses them, and they cover nothing
#: (AWS docs, "IAM JSON policy elements: Resource").
NO_TYPE = re.compile(r"arn:[^:]*:iam:[^:]*:[^:]*:(?!\*$)[^/]*[*?]")


def _covers(pattern, arn):
    """Return whether a Resource covers an ARN."""
    return pattern == "*" or (not NO_TYPE.match(pattern) and _is_arn_like(arn, pattern))


class UnresolvedError(Exception):
    """A policy's variable without a value in the request."""


def _names(patterns, action):
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in _listed(patterns))


def _listed(value):
    return value if isinstance(value, list) else [value]


def _like(value, pattern):
    """Compare with * and ?, as IAM has no sets of characters."""
    return fnmatchcase(value, pattern.replace("[", "[[]"))


def _is_arn_like(arn, pattern):
    """Compare part by part: no wildcard crosses a colon between an ARN's six parts."""
    parts, patterns = arn.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(patterns) and all(map(_like, parts, patterns))


def holds(condition, keys):
    """Return whether every operator of a Condition holds; a missing key fails unless negated."""
    return all(
        _operator(name)(keys.get(key), _filled(expected, keys))
        for name, tests in condition.items()
        for key, expected in tests.items()
    )


def _filled(expected, keys):
    """Return expected values without variables such as `${aws:PrincipalTag/team, 'none'}`."""
    return [
        VARIABLE.sub(lambda match: _value(match, keys), str(value)) for value in _listed(expected)
    ]


VARIABLE = re.compile(r"\$\{([\w:/]+)(?:, '(\w+)')?\}")


def _value(match, keys):
    value = keys.get(match[1], match[2])
    if value is None:
        raise UnresolvedError(match[0])
    return value


def _operator(name):
    return {
        "ArnEquals": lambda value, wanted: (
            value is not None and any(_is_arn_like(value, w) for w in wanted)
        ),
        "ArnLike": lambda value, wanted: (
            value is not None and any(_is_arn_like(value, w) for w in wanted)
        ),
        "ArnNotLike": lambda value, wanted: (
            value is None or not any(_is_arn_like(value, w) for w in wanted)
        ),
        "Bool": lambda value, wanted: value is not None and value == str(wanted[0]).lower(),
        # For a key with several values, a list in `keys`. Without the key, for-all is true.
        "ForAllValues:StringNotEquals": lambda values, wanted: all(
            v not in wanted for v in values or ()
        ),
        # Without the key, for-any is false.
        "ForAnyValue:StringEquals": lambda values, wanted: any(v in wanted for v in values or ()),
        "ForAnyValue:StringLike": lambda values, wanted: any(
            _like(v, w) for v in values or () for w in wanted
        ),
        "ForAnyValue:StringNotLike": lambda values, wanted: any(
            not any(_like(v, w) for w in wanted) for v in values or ()
        ),
        "NumericLessThan": lambda value, wanted: value is not None and value < float(wanted[0]),
        "Null": lambda value, wanted: (value is None) == (wanted == ["true"]),
        "StringEquals": lambda value, wanted: value in wanted,
        "StringEqualsIfExists": lambda value, wanted: value is None or value in wanted,
        "StringLike": lambda value, wanted: (
            value is not None and any(_like(value, w) for w in wanted)
        ),
        "StringNotEquals": lambda value, wanted: value not in wanted,
    }[name]
