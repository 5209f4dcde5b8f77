"""What exists once: singletons of an account, physical names, endpoints of a service in a VPC."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from tidegen.cloudformation.resources import Properties
from tidegen.cloudformation.values import text_of
from tidegen.linting.roots.view import Problem, RootRule, RootView

#: Type → the property that tells one from the other, None where an account has one in a region.
_SINGLETONS = {
    "AWS::AccessAnalyzer::Analyzer": "Type",
    "AWS::Config::ConfigurationRecorder": None,
    "AWS::Config::DeliveryChannel": None,
    "AWS::GuardDuty::Detector": None,
    "AWS::IAM::OIDCProvider": "Url",
    "AWS::Macie::Session": None,
    "AWS::SecurityHub::Hub": None,
}
#: Type → the property that names it, of types whose names are one's own in account and region.
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
    """(path, path of the first) of resources with the same key; None is no key."""
    found: dict[str, list[str]] = defaultdict(list)
    for path, resource in root.resources.items():
        key = key_of(resource["Type"], resource.get("Properties", {}))
        if key is not None:
            found[json.dumps([resource["Type"], key], sort_keys=True)].append(path)
    for first, *others in found.values():
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


def _owned_once(root: RootView) -> Iterator[Problem]:
    for path, first in _doubles(root, _singleton):
        yield path, f"an account has one {root.type_of(path)}, and {first} makes it already"


def _named_once(root: RootView) -> Iterator[Problem]:
    for path, first in _doubles(root, _named):
        name = text_of(_named(root.type_of(path), root.properties(path)))
        yield path, f"the name '{name}' is that of {first}; one of them cannot be made"


def _reached_once(root: RootView) -> Iterator[Problem]:
    for path, first in _doubles(root, _endpoint):
        yield path, f"the VPC has an endpoint of this service, {first}"


_ANALYZER = "Resources:\n  One: {Type: 'AWS::GuardDuty::Detector'}\n"
_BUCKET = "Resources:\n  One: {Type: 'AWS::S3::Bucket', Properties: {BucketName: one}}\n"
_ENDPOINT = """
Resources:
  Vpc: {Type: "AWS::EC2::VPC"}
  One: {Type: "AWS::EC2::VPCEndpoint", Properties: {VpcId: !Ref Vpc, ServiceName: kms}}
"""
CHECKS = (
    RootRule(
        "E9802",
        "What an account has once is made once",
        "A second recorder, channel, detector or provider is refused by the service, and rolling it"
        " back may delete the first.",
        "https://docs.aws.amazon.com/config/latest/developerguide/stop-start-recorder.html",
        _ANALYZER,
        f"{_ANALYZER}  Two: {{Type: 'AWS::GuardDuty::Detector'}}\n",
        _owned_once,
    ),
    RootRule(
        "E9803",
        "No two resources of a root have the same physical name",
        "The second one fails, when the first stands already.",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html",
        _BUCKET,
        f"{_BUCKET}  Two: {{Type: 'AWS::S3::Bucket', Properties: {{BucketName: one}}}}\n",
        _named_once,
    ),
    RootRule(
        "E9808",
        "A VPC has one endpoint of each service",
        "A second one would have the same private name (known failure endpoint-exists); cfn-lint's"
        " E3064 sees that within one template.",
        "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html",
        _ENDPOINT,
        _ENDPOINT + _ENDPOINT.splitlines()[-1].replace("One", "Two") + "\n",
        _reached_once,
    ),
)
