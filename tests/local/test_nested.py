"""Stacks in stacks, as CloudFormation runs them."""

import hashlib
import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_cloud import Cloud, Template

STACK = "AWS::CloudFormation::Stack"


def network(cidr: str = "10.0.0.0/16", name: str = "one") -> Template:
    tags = [{"Key": "Name", "Value": name}]
    return {
        "Resources": {
            "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": cidr, "Tags": tags}},
            "First": _subnet("10.0.1.0/24"),
            "Second": _subnet("10.0.2.0/24"),
        },
        "Outputs": {
            "Range": {"Value": {"Fn::GetAtt": ["Vpc", "CidrBlock"]}},
            "Vpc": {"Value": {"Ref": "Vpc"}},
            "Subnets": {"Value": {"Fn::Join": [",", [{"Ref": "First"}, {"Ref": "Second"}]]}},
        },
    }


def _subnet(cidr: str) -> Template:
    properties = {"VpcId": {"Ref": "Vpc"}, "CidrBlock": cidr}
    return {"Type": "AWS::EC2::Subnet", "Properties": properties}


def balancer(name: str = "one") -> Template:
    return {
        "Parameters": {"Subnets": {"Type": "CommaDelimitedList"}, "Range": {"Type": "String"}},
        "Resources": {
            "Balancer": {
                "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
                "Properties": {
                    "Subnets": {"Ref": "Subnets"},
                    "Tags": [{"Key": "Range", "Value": {"Ref": "Range"}}],
                },
            },
            "Queue": {
                "Type": "AWS::SQS::Queue",
                "Properties": {"Tags": [{"Key": "Name", "Value": name}]},
            },
        },
        "Outputs": {
            "Count": {"Value": {"Fn::Select": [1, {"Ref": "Subnets"}]}},
            "Queue": {"Value": {"Fn::GetAtt": ["Queue", "Arn"]}},
        },
    }


def root(cloud: Cloud, first: Template, second: Template) -> Template:
    def child(template: Template, **parameters: Any) -> Template:
        url = cloud.upload(f"{digest(template)}.json", template)
        return {"Type": STACK, "Properties": {"TemplateURL": url, "Parameters": parameters}}

    given = {key: {"Fn::GetAtt": ["Network", f"Outputs.{key}"]} for key in ("Subnets", "Range")}
    return {
        "Resources": {"Network": child(first), "Entry": child(second, **given)},
        "Outputs": {"Queue": {"Value": {"Fn::GetAtt": ["Entry", "Outputs.Queue"]}}},
    }


def digest(template: Template) -> str:
    return hashlib.sha256(json.dumps(template).encode()).hexdigest()


def failing() -> Template:
    template = balancer()
    template["Resources"]["Bad"] = {
        "Type": "AWS::SQS::Queue",
        "Properties": {"VisibilityTimeout": "soon"},
        "DependsOn": ["Queue", "Balancer"],
    }
    return template


def test_outputs_pass_between_siblings_and_lists_are_split(cloud: Cloud) -> None:
    stack = cloud.create("root", root(cloud, network(), balancer()))
    assert stack["StackStatus"] == "CREATE_COMPLETE", cloud.reasons("root")
    assert stack["Outputs"]["Queue"].startswith(f"arn:aws:sqs:eu-central-1:{cloud.account}:")
    load_balancer = cloud.client("elbv2").describe_load_balancers()["LoadBalancers"][0]
    assert len(load_balancer["AvailabilityZones"]) == 2


def test_a_change_set_without_changes_is_refused_in_cloudformations_words(cloud: Cloud) -> None:
    template = root(cloud, network(), balancer())
    cloud.create("root", template)
    client = cloud.client("cloudformation")
    client.create_change_set(
        StackName="root", ChangeSetName="again", TemplateBody=json.dumps(template)
    )
    change_set = client.describe_change_set(StackName="root", ChangeSetName="again")
    assert change_set["Status"] == "FAILED"
    assert "didn't contain changes" in change_set["StatusReason"]
    with pytest.raises(ClientError, match="No updates are to be performed"):
        client.update_stack(StackName="root", TemplateBody=json.dumps(template))


def test_an_update_changes_one_child_only(cloud: Cloud) -> None:
    cloud.create("root", root(cloud, network(), balancer()))
    children = cloud.resources("root")
    before = len(cloud.events(children["Network"]))
    first = cloud.resources(children["Entry"])
    stack = cloud.update("root", root(cloud, network(), balancer("two")))
    assert stack["StackStatus"] == "UPDATE_COMPLETE", cloud.reasons("root")
    assert cloud.resources("root") == children
    assert cloud.resources(children["Entry"]) == first
    assert len(cloud.events(children["Network"])) == before
    tags = cloud.client("sqs").list_queue_tags(QueueUrl=first["Queue"])["Tags"]
    assert tags["Name"] == "two"


def test_getatt_of_unchanged_resources_survives_two_updates(cloud: Cloud) -> None:
    cloud.create("root", root(cloud, network(), balancer()))
    for name in ("two", "three"):
        stack = cloud.update("root", root(cloud, network(name=name), balancer()))
        assert stack["StackStatus"] == "UPDATE_COMPLETE", cloud.reasons("root")
    assert stack["Outputs"]["Queue"].startswith("arn:aws:sqs")


def test_a_child_that_fails_to_create_rolls_everything_back(cloud: Cloud) -> None:
    stack = cloud.create("root", root(cloud, network(), failing()))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "was not successfully created: The following resource(s) failed to create: [Bad]" in (
        cloud.reasons("root")
    )
    children = {e["PhysicalResourceId"] for e in cloud.events("root") if e["ResourceType"] == STACK}
    reasons = "".join(cloud.reasons(child) for child in children if ":stack/root-" in child)
    assert "#/VisibilityTimeout: expected type: Integer, found: String" in reasons
    assert not cloud.client("sqs").list_queues().get("QueueUrls")
    assert not cloud.client("elbv2").describe_load_balancers()["LoadBalancers"]
    names = [vpc["CidrBlock"] for vpc in cloud.client("ec2").describe_vpcs()["Vpcs"]]
    assert "10.0.0.0/16" not in names


def test_a_child_that_fails_to_update_is_rolled_back(cloud: Cloud) -> None:
    cloud.create("root", root(cloud, network(), balancer()))
    children = cloud.resources("root")
    first = cloud.resources(children["Entry"])
    stack = cloud.update("root", root(cloud, network(name="two"), failing()))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE", cloud.reasons("root")
    assert cloud.resources(children["Entry"]) == first
    assert len(cloud.client("sqs").list_queues()["QueueUrls"]) == 1
    vpcs = cloud.client("ec2").describe_vpcs(VpcIds=[cloud.resources(children["Network"])["Vpc"]])[
        "Vpcs"
    ]
    assert {"Key": "Name", "Value": "one"} in vpcs[0]["Tags"]
    again = cloud.update("root", root(cloud, network(name="three"), balancer("three")))
    assert again["StackStatus"] == "UPDATE_COMPLETE", cloud.reasons("root")


def test_deleting_the_root_deletes_the_children(cloud: Cloud) -> None:
    cloud.create("root", root(cloud, network(), balancer()))
    assert cloud.delete("root")["StackStatus"] == "DELETE_COMPLETE"
    assert not cloud.client("elbv2").describe_load_balancers()["LoadBalancers"]


def test_stack_tags_reach_resources_in_children(cloud: Cloud) -> None:
    address = {"Resources": {"Address": {"Type": "AWS::EC2::EIP"}}}
    cloud.create(
        "root",
        {
            "Resources": {
                "Child": {
                    "Type": STACK,
                    "Properties": {"TemplateURL": cloud.upload("address.json", address)},
                }
            }
        },
    )
    deployed_address = cloud.client("ec2").describe_addresses()["Addresses"][0]
    assert {"Key": "project", "Value": "tide"} in deployed_address["Tags"]


def test_fourteen_children_and_four_hundred_resources_take_seconds(cloud: Cloud) -> None:
    kinds = ("AWS::SNS::Topic", "AWS::EC2::EIP", "AWS::S3::Bucket", "AWS::GuardDuty::Detector")
    properties = {"AWS::GuardDuty::Detector": {"Enable": True}}
    template = {
        "Resources": {
            f"R{number}": {
                "Type": kinds[number % 4],
                "Properties": properties.get(kinds[number % 4], {}),
            }
            for number in range(28)
        }
    }
    url = cloud.upload("many.json", template)
    child = {"Type": STACK, "Properties": {"TemplateURL": url}}
    start = time.monotonic()
    stack = cloud.create("root", {"Resources": {f"C{number}": child for number in range(14)}})
    assert stack["StackStatus"] == "CREATE_COMPLETE", cloud.reasons("root")
    assert time.monotonic() - start < 10
