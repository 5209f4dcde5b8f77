"""An account in moto, in which the resources of root stacks are made in order of dependency."""

import re
from graphlib import TopologicalSorter
from itertools import count

import boto3
import moto_buckets as buckets
import moto_calls as calls
from api_shapes import UnknownPropertyError
from botocore.exceptions import BotoCoreError, ClientError

from tidegen.cloudformation.evaluation import EvaluatedTemplate
from tidegen.cloudformation.references import attributes_used
from tidegen.deployment.reading.deployed_roots import wanted_templates

ACCOUNT = "123456789012"
MAKERS = {
    "AWS::CloudWatch::Alarm": ("cloudwatch", calls.alarm),
    "AWS::DynamoDB::Table": ("dynamodb", calls.table),
    "AWS::Events::Rule": ("events", calls.rule),
    "AWS::IAM::InstanceProfile": ("iam", calls.instance_profile),
    "AWS::IAM::ManagedPolicy": ("iam", calls.managed_policy),
    "AWS::IAM::OIDCProvider": ("iam", calls.oidc_provider),
    "AWS::IAM::Role": ("iam", calls.role),
    "AWS::KMS::Alias": ("kms", calls.alias),
    "AWS::KMS::Key": ("kms", calls.key),
    "AWS::Logs::LogGroup": ("logs", calls.log_group),
    "AWS::Logs::MetricFilter": ("logs", calls.metric_filter),
    "AWS::Route53::HealthCheck": ("route53", calls.health_check),
    "AWS::Route53::HostedZone": ("route53", calls.hosted_zone),
    "AWS::Route53::RecordSet": ("route53", calls.record),
    "AWS::S3::Bucket": ("s3", buckets.bucket),
    "AWS::S3::BucketPolicy": ("s3", buckets.bucket_policy),
    "AWS::SNS::Subscription": ("sns", calls.subscription),
    "AWS::SNS::Topic": ("sns", calls.topic),
    "AWS::SNS::TopicPolicy": ("sns", calls.topic_policy),
    "AWS::SQS::Queue": ("sqs", calls.queue),
    "AWS::SQS::QueuePolicy": ("sqs", calls.queue_policy),
    "AWS::SecretsManager::ResourcePolicy": ("secretsmanager", calls.secret_policy),
    "AWS::SecretsManager::Secret": ("secretsmanager", calls.secret),
}


class Account:
    """Resources that were made, by stack and path, and what was refused."""

    def __init__(self):
        self.made = {}
        self.refused = []
        self.outputs = {}
        self._numbers = count()

    def deploy(self, step):
        """Make the resources of a root in order, and keep its outputs."""
        values = {name: self._parameter(value) for name, value in step.parameters.items()}
        pseudo = {
            "AWS::AccountId": ACCOUNT,
            "AWS::Region": step.region,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": step.stack_name,
        }
        templates = wanted_templates(step)
        root = EvaluatedTemplate(
            template=templates[""], values={**values, **pseudo}, templates=templates
        )
        scopes = [root, *(root.nested(name) for name in root.nested_ids())]
        resources = {
            path: resource for scope in scopes for path, resource in scope.resources().items()
        }
        stack = Stack(self, step, resources)
        for path in stack.order():
            stack.make(path)
        self.outputs[step.address] = {
            name: stack.resolved(root.value(output["Value"]))
            for name, output in root.template.get("Outputs", {}).items()
            if "Condition" not in output or root.decided(output["Condition"])
        }

    def _parameter(self, value):
        if isinstance(value, str):
            return re.sub(r"\b(?:111122223333|444455556666)\b", ACCOUNT, value)
        known = self.outputs[value.address].get(value.output, value.default)
        return ",".join(known) if isinstance(known, list) else str(known)

    def name(self, stack, path):
        """Return a name as CloudFormation makes it: unique, and at most 64 characters."""
        ending = f"{next(self._numbers):012d}"
        return f"{stack}-{path.replace('/', '-')}"[: 63 - len(ending)] + f"-{ending}"


class Stack:
    """One root while its resources are made."""

    def __init__(self, account, step, resources):
        self.account = account
        self.step = step
        self.resources = resources
        self.made = {}

    def order(self):
        """Return the paths, each after those it refers to or waits for."""
        needs = {path: set(self._needs(path)) for path in self.resources}
        return TopologicalSorter(needs).static_order()

    def _needs(self, path):
        resource = self.resources.get(path, UNKNOWN_PARAMETER)
        folder = path.rpartition("/")[0]
        waits = resource.get("DependsOn", [])
        for name in [waits] if isinstance(waits, str) else waits:
            yield f"{folder}/{name}" if folder else name
        yield from (name for name, _ in attributes_used(resource) if name in self.resources)

    def make(self, path):
        """Make one resource; of a type that is not asked of moto, only its place is kept."""
        resource = self.resources.get(path)
        if resource is None or resource["Type"] not in MAKERS:
            return
        service, maker = MAKERS[resource["Type"]]
        client = boto3.client(service, region_name=self.step.region)
        name = self.account.name(self.step.stack_name, path)
        try:
            self.made[path] = maker(client, name, self.resolved(resource.get("Properties", {})))
        except (BotoCoreError, ClientError, UnknownPropertyError) as error:
            self.account.refused.append(f"{self.step.stack_name} {path}: {error}")
            return
        self.account.made[self.step.stack_name, path] = resource["Type"]

    def resolved(self, value):
        """Return the value without functions."""
        if isinstance(value, list):
            return [self.resolved(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((function, argument),) = value.items()
            if function == "Ref" or function.startswith("Fn::"):
                return self._function(function, argument)
        return {key: self.resolved(item) for key, item in value.items()}

    def _function(self, function, argument):
        match function:
            case "Ref":
                return self._attribute(argument, "Ref")
            case "Fn::GetAtt":
                return self._attribute(*argument)
            case "Fn::Join":
                separator, parts = argument
                return separator.join(map(str, self.resolved(parts)))
            case "Fn::Split":
                separator, text = argument
                return self.resolved(text).split(separator)
            case "Fn::Select":
                number, items = argument
                return self.resolved(items)[int(number)]
            case "Fn::GetAZs":
                return [f"{self.step.region}{letter}" for letter in "abc"]
            case "Fn::Base64":
                return self.resolved(argument)
            case _:
                raise NotImplementedError(function)

    def _attribute(self, path, attribute):
        """Return an attribute; of a resource that was not made, one in the form of AWS's."""
        made = self.made.get(path, {})
        return made[attribute] if attribute in made else self._example(path, attribute)

    def _example(self, path, attribute):
        resource = self.resources.get(path, UNKNOWN_PARAMETER)
        name = path.replace("/", "-").lower()
        if attribute in EXAMPLES:
            text = EXAMPLES[attribute].format(name=name, **resource.get("Properties", {}))
            return [text] if attribute in LISTS else text
        if attribute.endswith("Arn") or resource["Type"] in ARN_IS_REF:
            service = resource["Type"].split("::")[1].lower()
            return f"arn:aws:{service}:{self.step.region}:{ACCOUNT}:{name}"
        return name


#: The digest, which a deploy computes last.
UNKNOWN_PARAMETER = {"Type": "Parameter::Of::Root"}
#: Types that are not asked of moto, and whose `Ref` is an ARN.
ARN_IS_REF = {
    "AWS::CertificateManager::Certificate",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
}
#: Attributes of such types, in the form that AWS gives them.
EXAMPLES = {
    "CanonicalHostedZoneID": "Z1H1FL5HABSF5",
    "DNSName": "{name}.us-west-2.elb.amazonaws.com",
    "DnsEntries": "Z1HUB23UULQXV:{name}.vpce-svc.us-west-2.vpce.amazonaws.com",
    **{f"DkimDNSTokenName{n}": f"token{n}._domainkey.{{EmailIdentity}}" for n in "123"},
    **{f"DkimDNSTokenValue{n}": f"token{n}.dkim.amazonses.com" for n in "123"},
}
#: Of these, lists.
LISTS = {"DnsEntries"}
