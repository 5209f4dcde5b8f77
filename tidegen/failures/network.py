"""Failures of networks, DNS and email."""

from tidegen.failures.model import LINT, PREFLIGHT, Failure

FAILURES = (
    Failure(
        slug="network-in-use",
        messages=("has dependencies and cannot be deleted", "has some mapped public address"),
        cause="the network contains interfaces of other services: Kubernetes load balancers,"
        " functions",
        action="delete the Kubernetes services and ingresses that created them, then run it again",
        where=(PREFLIGHT,),
        sources=(
            "eksctl-io/eksctl#7589",
            "eksctl-io/eksctl#253",
            "aws-samples/amazon-eks-cicd-codebuild#5",
        ),
    ),
    Failure(
        slug="address-quota",
        messages=("maximum number of addresses has been reached", "AddressLimitExceeded"),
        cause="the account's Elastic IP addresses in this region are used up (5 by default)",
        action="ask AWS for a higher quota (L-0263D0A3), or release unused addresses",
        where=(PREFLIGHT,),
        sources=("radius-project/samples#711", "aws-cloudformation/rain#186"),
    ),
    Failure(
        slug="subnet-range-taken",
        messages=("conflicts with another subnet",),
        cause="CloudFormation creates the new subnet before it deletes the old one of the same"
        " range",
        action="give the new subnet another range",
        where=(LINT,),
        sources=("aws/aws-cdk#24708", "aws-samples/aws-genai-llm-chatbot#153"),
        rules=("E9813",),
    ),
    Failure(
        slug="endpoint-exists",
        messages=(
            "private-dns-enabled cannot be set because there is already a conflicting DNS domain",
            "conflicting DNS domain",
        ),
        cause="the VPC already has an endpoint of the same service with private DNS names",
        action="delete the other endpoint, or import it",
        where=(LINT, PREFLIGHT),
        sources=("aws-cloudformation/cfn-lint#4492", "aws-samples/amazon-mwaa-examples#76"),
        rules=("E3064", "E9808"),
    ),
    Failure(
        slug="zone-not-delegated",
        messages=(),
        cause="the certificate waits for its record in a zone that is not delegated, for hours"
        " without an error",
        action="add the zone's name servers to the parent zone",
        where=(PREFLIGHT,),
        sources=(
            "aws/aws-cdk#2914",
            "aws-samples/amazon-cloudfront-secure-static-site#22",
            "awsdocs/aws-cloudformation-user-guide#963",
        ),
    ),
    Failure(
        slug="mail-sandbox",
        messages=("Email address is not verified",),
        cause="SES is in the sandbox in this region, or the sender is not verified",
        action="ask AWS for production access to SES in this region, and verify the sender",
        where=(PREFLIGHT,),
        sources=("danilop/LambdAuth#64", "freeCodeCamp/mail-for-good#113"),
    ),
    Failure(
        slug="endpoint-zone",
        messages=(
            "does not support the availability zone of the subnet",
            "AWS::EC2::VPCEndpoint…The Vpc Endpoint Service…does not exist",
        ),
        cause="the service of an interface endpoint is not offered in one of the chosen zones",
        action="name three other zones in network.zones, or remove the endpoint",
        where=(PREFLIGHT,),
        sources=(
            "terraform-aws-modules/terraform-aws-vpc#462",
            "terraform-aws-modules/terraform-aws-vpc#785",
            "aws/aws-cdk#4912",
        ),
    ),
)
