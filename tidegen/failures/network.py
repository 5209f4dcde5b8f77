"""Failures of networks, DNS and email."""

from tidegen.failures.model import LINT, PREFLIGHT, Failure, issue

FAILURES = (
    Failure(
        "network-in-use",
        ("has dependencies and cannot be deleted", "has some mapped public address"),
        "the network contains interfaces of other services: Kubernetes load balancers, functions",
        "delete the Kubernetes services and ingresses that created them, then run it again",
        (PREFLIGHT,),
        (
            *issue("eksctl-io/eksctl", 7589, 253),
            *issue("aws-samples/amazon-eks-cicd-codebuild", 5),
        ),
    ),
    Failure(
        "address-quota",
        ("maximum number of addresses has been reached", "AddressLimitExceeded"),
        "the account's Elastic IP addresses in this region are used up (5 by default)",
        "ask AWS for a higher quota (L-0263D0A3), or release unused addresses",
        (PREFLIGHT,),
        (
            *issue("radius-project/samples", 711),
            *issue("aws-cloudformation/rain", 186),
        ),
    ),
    Failure(
        "subnet-range-taken",
        ("conflicts with another subnet",),
        "CloudFormation creates the new subnet before it deletes the old one of the same range",
        "give the new subnet another range",
        (LINT,),
        (
            *issue("aws/aws-cdk", 24708),
            *issue("aws-samples/aws-genai-llm-chatbot", 153),
        ),
        rules=("E9813",),
    ),
    Failure(
        "endpoint-exists",
        (
            "private-dns-enabled cannot be set because there is already a conflicting DNS domain",
            "conflicting DNS domain",
        ),
        "the VPC already has an endpoint of the same service with private DNS names",
        "delete the other endpoint, or import it",
        (LINT, PREFLIGHT),
        (
            *issue("aws-cloudformation/cfn-lint", 4492),
            *issue("aws-samples/amazon-mwaa-examples", 76),
        ),
        rules=("E3064", "E9808"),
    ),
    Failure(
        "zone-not-delegated",
        (),
        "the certificate waits for its record in a zone that is not delegated, for hours"
        " without an error",
        "add the zone's name servers to the parent zone",
        (PREFLIGHT,),
        (
            *issue("aws/aws-cdk", 2914),
            *issue("aws-samples/amazon-cloudfront-secure-static-site", 22),
            *issue("awsdocs/aws-cloudformation-user-guide", 963),
        ),
    ),
    Failure(
        "mail-sandbox",
        ("Email address is not verified",),
        "SES is in the sandbox in this region, or the sender is not verified",
        "ask AWS for production access to SES in this region, and verify the sender",
        (PREFLIGHT,),
        (
            *issue("danilop/LambdAuth", 64),
            *issue("freeCodeCamp/mail-for-good", 113),
        ),
    ),
    Failure(
        "endpoint-zone",
        (
            "does not support the availability zone of the subnet",
            "AWS::EC2::VPCEndpoint…The Vpc Endpoint Service…does not exist",
        ),
        "the service of an interface endpoint is not offered in one of the chosen zones",
        "name three other zones in network.zones, or remove the endpoint",
        (PREFLIGHT,),
        (
            *issue("terraform-aws-modules/terraform-aws-vpc", 462, 785),
            *issue("aws/aws-cdk", 4912),
        ),
    ),
)
