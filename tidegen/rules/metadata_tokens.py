from typing import Any

from tidegen.rules import _rule


class MetadataTokens(_rule.ValueRule):
    """Instances require a token for their credentials.

    Without IMDSv2, a server that can be tricked into sending a request reveals the credentials of
    its role.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
    """

    id = "E9401"
    paths = {
        "AWS::EC2::Instance": ("MetadataOptions", "HttpTokens"),
        "AWS::EC2::LaunchTemplate": ("LaunchTemplateData", "MetadataOptions", "HttpTokens"),
        "AWS::AutoScaling::LaunchConfiguration": ("MetadataOptions", "HttpTokens"),
    }
    good = """
Template:
  Type: AWS::EC2::LaunchTemplate
  Properties: {LaunchTemplateData: {MetadataOptions: {HttpTokens: required}}}
"""
    bad = good.replace("HttpTokens: required", "HttpEndpoint: enabled")

    def fault(self, value: Any, resource: _rule.Resource, template: _rule.View) -> str | None:
        return None if value == "required" else "HttpTokens is not 'required'; set it"
