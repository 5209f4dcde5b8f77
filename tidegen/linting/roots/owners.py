"""Resources that exist once: account singletons, physical names, a VPC's endpoints."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from tidegen.cloudformation.resources import Properties
from tidegen.cloudformation.values import text_of
from tidegen.linting.roots.rule import RootRule
from tidegen.linting.roots.view import Problem, RootView

#: Type → the property that makes it unique, None for one in an account and region.
_SINGLETONS = {
    "AWS::AccessAnalyzer::Analyzer": "Type",
    "AWS::Config::ConfigurationRecorder": None,
    "AWS::Config::DeliveryChannel": None,
    "AWS::GuardDuty::Detector": None,
    "AWS::IAM::OIDCProvider": "Url",
    "AWS::Macie::Session": None,
    "AWS::SecurityHub::Hub": None,
}
#: Type → the property that names it, of types with unique names in an account and region.
_NAMED = {
    "AWS::Backup::BackupVault": "BackupVaultName",
    "AWS::CloudTrail::Trail": "TrailName",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::EKS::Cluster": "Name",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "Name",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "Name",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::KMS::Alias": "AliasName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SES::ConfigurationSet": "Name",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SSM::Parameter": "Name",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::WAFv2::WebACL": "Name",
}


def _doubles(root: RootView, key_of: Callable[[str, Properties], Any]) -> Iterator[tuple[str, str]]:
    """Yield (path, path of the first) of resources with the same key; None is no key."""
    paths: dict[str, list[str]] = defaultdict(list)
    for path, resource in root.resources.items():
        key = key_of(resource["Type"], resource.get("Properties", {}))
        if key is not None:
            paths[json.dumps([resource["Type"], key], sort_keys=True)].append(path)
    for first, *others in paths.values():
        yield from ((path, first) for path in others)


def _singleton(type_name: str, properties: Properties) -> Any:
    if type_name not in _SINGLETONS:
        return None
    prop = _SINGLETONS[type_name]
    return properties.get(prop, "") if prop else ""


def _named(type_name: str, properties: Properties) -> Any:
    return properties.get(_NAMED[type_name]) if type_name in _NAMED else None


def _endpoint(type_name: str, properties: Properties) -> Any:
    if type_name != "AWS::EC2::VPCEndpoint":
        return None
    kind = properties.get("VpcEndpointType", "Gateway")
    return [kind, properties.get("VpcId"), properties.get("ServiceName")]


_DETECTOR = "Resources:\n  One: {Type: 'AWS::GuardDuty::Detector'}\n"
_BUCKET = "Resources:\n  One: {Type: 'AWS::S3::Bucket', Properties: {BucketName: one}}\n"
_ENDPOINT = """
Resources:
  Vpc: {Type: "AWS::EC2::VPC"}
  One: {Type: "AWS::EC2::VPCEndpoint", Properties: {VpcId: !Ref Vpc, ServiceName: kms}}
"""


class SingletonOnce(RootRule):
    """A resource that an account has once is created once.

    The service refuses a second recorder, channel, detector or provider, and its rollback may
    delete the first.

    https://docs.aws.amazon.com/config/latest/developerguide/stop-start-recorder.html
    """

    id = "E9802"
    good = _DETECTOR
    bad = f"{_DETECTOR}  Two: {{Type: 'AWS::GuardDuty::Detector'}}\n"

    def problems(self, root: RootView) -> Iterator[Problem]:
        for path, first in _doubles(root, _singleton):
            yield path, f"an account has one {root.type_of(path)}, and {first} is one; remove one"


class NameOnce(RootRule):
    """No two resources of a root have the same physical name.

    The second one fails, because the first exists already.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html
    """

    id = "E9803"
    good = _BUCKET
    bad = f"{_BUCKET}  Two: {{Type: 'AWS::S3::Bucket', Properties: {{BucketName: one}}}}\n"

    def problems(self, root: RootView) -> Iterator[Problem]:
        for path, first in _doubles(root, _named):
            name = text_of(_named(root.type_of(path), root.properties(path)))
            yield path, f"has the same name as {first}, '{name}'; give one of them another name"


class EndpointOnce(RootRule):
    """A VPC has one endpoint of each service.

    A second one would have the same private name (known failure endpoint-exists). cfn-lint's E3064
    checks the same within one template.

    https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
    """

    id = "E9808"
    good = _ENDPOINT
    bad = _ENDPOINT + _ENDPOINT.splitlines()[-1].replace("One", "Two") + "\n"

    def problems(self, root: RootView) -> Iterator[Problem]:
        for path, first in _doubles(root, _endpoint):
            yield path, f"the VPC has an endpoint of this service already, {first}; remove one"
