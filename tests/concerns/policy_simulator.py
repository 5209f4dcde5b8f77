"""Evaluation of requests, with as much of IAM's logic as the templates' policies use.

Source: AWS docs, "Policy evaluation logic" and "IAM JSON policy elements: Condition operators".
"""

from fnmatch import fnmatchcase


def allowed(action, resource, context, identity, resource_policy=()):
    """Return whether an identity statement allows it and no statement of any policy denies it."""
    request = (action, resource, context)
    denials = [s for s in (*identity, *resource_policy) if s["Effect"] == "Deny"]
    if any(_applies(s, *request) for s in denials):
        return False
    return any(_applies(s, *request) for s in identity if s["Effect"] == "Allow")


def _applies(statement, action, resource, context):
    named = any(_like(action.lower(), a.lower()) for a in _list(statement["Action"]))
    on = [r for r in _list(statement["Resource"]) if isinstance(r, str)]
    return (
        named
        and any(_like(resource, pattern) for pattern in on)
        and all(
            _holds(operator, context.get(key), _list(values))
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def _holds(operator, value, wanted):
    if operator == "Null":
        return (value is None) == (str(wanted[0]).lower() == "true")
    negated = "Not" in operator
    if value is None:
        return negated
    if operator.startswith("Numeric"):
        assert operator == "NumericLessThan"
        return float(value) < float(wanted[0])
    compare = _like if "Like" in operator else _equal
    return any(compare(str(value), str(pattern)) for pattern in wanted) != negated


def _equal(value, wanted):
    return (
        value.lower() == wanted.lower() if wanted in ("true", "false", "False") else value == wanted
    )


def _like(value, pattern):
    return fnmatchcase(value, pattern.replace("[", "[[]"))


def _list(value):
    return value if isinstance(value, list) else [value]
