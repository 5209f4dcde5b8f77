"""A small evaluator of IAM policies: what a role may do, by AWS's documented logic.

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
    """A template's value with its references to parameters filled in."""
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
        filled = re.sub(r"\$\{([\w:.]+)\}", lambda found: _known(found[1], parameters), text)
        return filled.replace("${!", "${")  # what IAM is to resolve
    if set(value) == {"Fn::Join"}:
        between, parts = value["Fn::Join"]
        return between.join(resolve(parts, parameters))
    return {key: resolve(item, parameters) for key, item in value.items()}


def _known(name, parameters):
    return PSEUDO[name] if name in PSEUDO.keys() - parameters.keys() else parameters[name]


def allowed(statements, request, boundary=None):
    """Whether identity statements (and a boundary, where there is one) allow the request."""
    layers = [statements] if boundary is None else [statements, boundary]
    if any(_matches(s, request) for layer in layers for s in layer if s["Effect"] == "Deny"):
        return False
    return all(
        any(_matches(s, request) for s in layer if s["Effect"] == "Allow") for layer in layers
    )


def _matches(statement, request):
    """False as well where a variable has no value: IAM may leave such a statement out."""
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
    """Whether a Resource covers an ARN."""
    return pattern == "*" or (not NO_TYPE.match(pattern) and _is_arn_like(arn, pattern))


class UnresolvedError(Exception):
    """A policy's variable that the request has no value for."""


def _names(patterns, action):
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)


def _like(value, pattern):
    """IAM knows * and ?, and no sets of characters."""
    return fnmatchcase(value, pattern.replace("[", "[[]"))


def _is_arn_like(arn, pattern):
    """Part by part: no wildcard reaches over a colon into the next of an ARN's six parts."""
    parts, patterns = arn.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(patterns) and all(map(_like, parts, patterns))


def holds(condition, keys):
    """Whether every operator of a Condition holds: a missing key fails what is not negated."""
    return all(
        _operator(name)(keys.get(key), _filled(expected, keys))
        for name, tests in condition.items()
        for key, expected in tests.items()
    )


def _filled(expected, keys):
    """The expected values with their variables, such as `${aws:PrincipalTag/team, 'none'}`."""
    values = expected if isinstance(expected, list) else [expected]
    return [VARIABLE.sub(lambda found: _value(found, keys), str(value)) for value in values]


VARIABLE = re.compile(r"\$\{([\w:/]+)(?:, '(\w+)')?\}")


def _value(found, keys):
    value = keys.get(found[1], found[2])
    if value is None:
        raise UnresolvedError(found[0])
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
        # Of a key with several values, which `keys` holds as a list. Without it, for all is true.
        "ForAllValues:StringNotEquals": lambda values, wanted: all(
            v not in wanted for v in values or ()
        ),
        # Without it, for any is false.
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
        "StringLike": lambda value, wanted: (
            value is not None and any(_like(value, w) for w in wanted)
        ),
        "StringNotEquals": lambda value, wanted: value not in wanted,
    }[name]
