"""Resources that the examples of several rules over roots need, as YAML."""


def key_with(statement: str) -> str:
    """Return the resource `Key`, a key whose policy has one statement, written in flow style."""
    policy = f"{{Statement: [{statement}]}}"
    return f"  Key:\n    Type: AWS::KMS::Key\n    Properties: {{KeyPolicy: {policy}}}\n"
