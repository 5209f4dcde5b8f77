from collections.abc import Iterator

from tidegen.rules import _rule

_OPTIONS: dict[str, tuple[str, ...]] = {
    "AWS::EC2::Instance": ("MetadataOptions",),
    "AWS::EC2::LaunchTemplate": ("LaunchTemplateData", "MetadataOptions"),
    "AWS::AutoScaling::LaunchConfiguration": ("MetadataOptions",),
}


class MetadataTokens(_rule.Rule):
    """Instances require a token for their credentials.

    Without IMDSv2, a server that can be tricked into sending a request reveals the credentials of
    its role.
    """

    id = "E9401"
    source_url = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html"
    types = (
        "AWS::EC2::Instance",
        "AWS::EC2::LaunchTemplate",
        "AWS::AutoScaling::LaunchConfiguration",
    )
    good = """
Template:
  Type: AWS::EC2::LaunchTemplate
  Properties: {LaunchTemplateData: {MetadataOptions: {HttpTokens: required}}}
"""
    bad = good.replace("HttpTokens: required", "HttpEndpoint: enabled")

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        for path, tokens in resource.reach(*_OPTIONS[resource.type], "HttpTokens"):
            if tokens != "required":
                yield path, "HttpTokens is not 'required'; set it"
