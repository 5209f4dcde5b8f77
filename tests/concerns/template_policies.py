"""Policies of templates as IAM gets them: functions resolved with the values of parameters."""

import re

ACCOUNT = "111122223333"
REGION = "us-west-2"
PSEUDO = {"AWS::AccountId": ACCOUNT, "AWS::Partition": "aws", "AWS::Region": REGION}


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
