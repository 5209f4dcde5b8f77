"""A tiny project for deployment tests: one direct root, one nested root with two children."""

import hashlib
import json

from tidegen.deployment.reading.planner import Release

REGION = "eu-central-1"
RETAINED = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}


#: Parameters of nested templates that the root passes on → its own.
ROOT_PARAMETERS = {"Color": "NetworkColor", "FirstDeploy": "FirstDeploy"}


def parameter(**extra):
    return {"Type": "String", **extra}


def policy(action, **more):
    """Return a policy document with one statement that allows an action."""
    statement = {"Effect": "Allow", "Action": action, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def frame(scope, resources, outputs=None, fields=None, roots=None, children=None, assets=None):
    names = ["Release", "Digest", *(fields or {}), *(roots or {})]
    about = {"Scope": scope, "Fields": fields, "Roots": roots, "Children": children}
    about["Assets"] = assets
    echoed = {name: {"Value": {"Ref": name}} for name in ("Release", "Digest")}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Metadata": {"Tidegen": {k: v for k, v in about.items() if v}},
        "Parameters": {name: parameter() for name in names},
        "Resources": resources,
        "Outputs": {**echoed, **(outputs or {})},
    }


def network(color="blue"):
    return {
        "Parameters": {"Color": parameter()},
        "Resources": {
            "Table": {
                "Type": "AWS::DynamoDB::Table",
                **RETAINED,
                "Properties": {
                    "TableName": f"t-{color}",
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                },
            },
            "Topic": {
                "Type": "AWS::SNS::Topic",
                "Properties": {"DisplayName": {"Ref": "Color"}},
            },
        },
        "Outputs": {"TopicArn": {"Value": {"Ref": "Topic"}}},
    }


def protected_network():
    """The network with a table that is protected after the first deploy, and a zone that stays."""
    template = network()
    template["Parameters"]["FirstDeploy"] = parameter()
    template["Conditions"] = {"IsFirstDeploy": {"Fn::Equals": [{"Ref": "FirstDeploy"}, "true"]}}
    template["Resources"]["Table"]["Properties"]["DeletionProtectionEnabled"] = {
        "Fn::If": ["IsFirstDeploy", "false", "true"]
    }
    template["Resources"]["Zone"] = {
        "Type": "AWS::Route53::HostedZone",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {"Name": "tide.example"},
    }
    return template


def entry(value="one", timeout=30):
    return {
        "Parameters": {"TopicArn": parameter()},
        "Resources": {
            "Note": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Type": "String", "Value": value},
            },
            "Queue": {
                "Type": "AWS::SQS::Queue",
                "DependsOn": "Note",
                "Properties": {"VisibilityTimeout": timeout},
            },
        },
        "Outputs": {"NoteName": {"Value": {"Ref": "Note"}}},
    }


class Project:
    """Templates in a folder, changed by a test as a developer changes them."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "roots").mkdir()
        self.direct("identity", {"Marker": {"Type": "AWS::CloudFormation::WaitConditionHandle"}})
        bucket = {
            "Bucket": {"Type": "AWS::S3::Bucket", **RETAINED},
        }
        name = {"ArtifactsBucketName": {"Value": {"Ref": "Bucket"}}}
        self.direct("bootstrap", bucket, name)
        role = {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": policy(
                    "sts:AssumeRole", Principal={"Service": "cloudformation.amazonaws.com"}
                ),
                "Policies": [{"PolicyName": "All", "PolicyDocument": policy("*", Resource="*")}],
            },
        }
        arn = {"ExecutionRoleArn": {"Value": {"Fn::GetAtt": ["Role", "Arn"]}}}
        self.direct("access", {"Role": role}, arn)
        self.nested("account", {"Network": network("account")})
        self.nested("recovery", {"Network": network("recovery")})
        self.nested("environment", {"Network": network(), "Entry": entry()})

    def direct(self, scope, resources, outputs=None):
        self.write(f"roots/{scope}.yaml", frame(scope, resources, outputs))

    def nested(self, scope, templates):
        children, resources = {}, {}
        for name, template in templates.items():
            file = f"{scope}-{name.lower()}.yaml"
            digest = self.write(file, template)
            children[name] = {"File": file, "Sha256": digest}
            given = {
                key: {"Ref": ROOT_PARAMETERS[key]}
                if key in ROOT_PARAMETERS
                else {"Fn::GetAtt": ["Network", f"Outputs.{key}"]}
                for key in template["Parameters"]
            }
            url = (
                "https://s3.${AWS::Region}.${AWS::URLSuffix}/${BootstrapArtifactsBucketName}"
                f"/templates/{digest}/{file}"
            )
            properties = {"TemplateURL": {"Fn::Sub": url}, "Parameters": given}
            resources[name] = {"Type": "AWS::CloudFormation::Stack", "Properties": properties}
        outputs = {"Topic": {"Value": {"Fn::GetAtt": ["Network", "Outputs.TopicArn"]}}}
        roots = {"BootstrapArtifactsBucketName": "bootstrap.ArtifactsBucketName"}
        fields = {"NetworkColor": "network.color"}
        if any("FirstDeploy" in template["Parameters"] for template in templates.values()):
            fields |= {"FirstDeploy": "first_deploy", "Protected": "protected"}
        self.write(f"roots/{scope}.yaml", frame(scope, resources, outputs, fields, roots, children))

    def write(self, name, template):
        content = json.dumps(template, indent=1).encode()
        (self.folder / name).write_bytes(content)
        return hashlib.sha256(content).hexdigest()

    @property
    def release(self):
        return Release("current", self.folder, {})


VALUES = {
    scope: {"network.color": "blue", "first_deploy": "false", "protected": "true"}
    for scope in ("account", "recovery", "environment", "shared")
}
