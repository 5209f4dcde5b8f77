import re
from collections.abc import Iterator

from tidegen.rules import _rule

#: Properties that hold a secret, not its name or location.
_SECRET = re.compile(
    r"^(SecretString|(Master)?(User)?Password|AuthToken|ClientSecret|OAuthToken|AccessToken"
    r"|SecretKey|SecretAccessKey|PrivateKey)$"
)


def _key(path: _rule.Path) -> str:
    """Return the property's name; the text of a Sub belongs to the property around it."""
    key = path[-2] if path[-1] == "Fn::Sub" else path[-1]
    return str(key)


class LiteralSecret(_rule.Rule):
    """No secret is written in a template.

    Templates are committed, stored in a bucket and shown by the console to anyone who may describe
    the stack.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/security-best-practices.html
    """

    id = "E9304"
    good = """
Secret:
  Type: AWS::SecretsManager::Secret
  DeletionPolicy: Retain
  UpdateReplacePolicy: Retain
  Properties: {GenerateSecretString: {PasswordLength: 32}, KmsKeyId: !Ref KeyArn}
"""
    bad = good.replace("GenerateSecretString: {PasswordLength: 32}", "SecretString: hunter2")

    def problems(self, template: _rule.View) -> Iterator[_rule.Problem]:
        for path, text in template.texts:
            is_property = path[0] == "Resources" and "Properties" in path
            if is_property and _SECRET.search(_key(path)) and text and "{{resolve:" not in text:
                yield path, f"{_key(path)} is literal; generate it or resolve it"
