"""Deletion protection of load balancers."""

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import DELETE, Words, refuses


@refuses("AWS::ElasticLoadBalancingV2::LoadBalancer", on=(DELETE,))
def balancer_protected(resource: Resource) -> Words:
    """Deleting a load balancer with deletion protection."""
    arn = resource.physical_id
    answer = looked_up("elbv2", "describe_load_balancer_attributes", LoadBalancerArn=arn)
    values = {item["Key"]: item["Value"] for item in answer.get("Attributes", [])}
    return {"arn": arn} if values.get("deletion_protection.enabled") == "true" else None
