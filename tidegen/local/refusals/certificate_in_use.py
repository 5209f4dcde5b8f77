"""Listeners that use a certificate."""

from collections.abc import Iterator

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import DELETE, Words, refuses


@refuses(
    "certificate-in-use",
    "AWS::CertificateManager::Certificate",
    on=(DELETE,),
    message="Certificate {arn} in account {account} is in use. (Service: Acm, Status Code: 400,"
    " Error Code: ResourceInUseException)",
    source="https://github.com/AlexsLemonade/refinebio/pull/2914",
    failure="certificate-in-use",
)
def certificate_in_use(resource: Resource) -> Words:
    """Deleting a certificate of a listener."""
    arn = resource.physical_id
    return {"arn": arn, "account": resource.identity.account} if arn in _used() else None


def _used() -> Iterator[str]:
    """Yield the certificates of all listeners."""
    for balancer in looked_up("elbv2", "describe_load_balancers").get("LoadBalancers", []):
        arn = balancer["LoadBalancerArn"]
        answer = looked_up("elbv2", "describe_listeners", LoadBalancerArn=arn)
        for listener in answer.get("Listeners", []):
            yield from (item["CertificateArn"] for item in listener.get("Certificates", []))
