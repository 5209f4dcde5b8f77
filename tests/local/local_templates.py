"""Short templates and stacks, for the tests of the types that the engine creates."""

from typing import Any

from local_cloud import Cloud, Template

ROLE = "arn:aws:iam::111122223333:role/any"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}
NAME = [{"Key": "Name", "Value": "it"}]


def made(cloud: Cloud, **resources: Template) -> dict[str, str]:
    """Create the resources in one stack and return their physical ids."""
    stack = cloud.create("it", {"Resources": resources})
    assert stack["StackStatus"] == "CREATE_COMPLETE", cloud.reasons("it")
    return cloud.resources("it")


def changed(cloud: Cloud, **resources: Template) -> dict[str, str]:
    """Update the stack to these resources and return their physical ids."""
    stack = cloud.update("it", {"Resources": resources})
    assert stack["StackStatus"] == "UPDATE_COMPLETE", cloud.reasons("it")
    return cloud.resources("it")


def a(type_name: str, **properties: Any) -> Template:
    return {"Type": f"AWS::{type_name}", "Properties": properties}


def ref(name: str) -> Template:
    return {"Ref": name}


def get(name: str, attribute: str) -> Template:
    return {"Fn::GetAtt": [name, attribute]}


VPC = a("EC2::VPC", CidrBlock="10.0.0.0/16")
SUBNET = a("EC2::Subnet", VpcId=ref("Vpc"), CidrBlock="10.0.0.0/24")
GROUP = a("EC2::SecurityGroup", GroupDescription="it", VpcId=ref("Vpc"))
BUCKET = a("S3::Bucket")
CLUSTER = a("EKS::Cluster", Name="it", RoleArn=ROLE, ResourcesVpcConfig={"SubnetIds": ["s-1"]})
