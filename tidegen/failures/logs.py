"""Failures of logs, alarms and notifications."""

from tidegen.failures.model import DEPLOY, LINT, PREFLIGHT, Failure, guide, issue

FAILURES = (
    Failure(
        "firewall-log-name",
        ("The ARN isn't valid…LOG_DESTINATION",),
        "WAF logs only to names that begin with aws-waf-logs-, and takes no ARN that ends in :*",
        "name the log group aws-waf-logs-..., and build its ARN without :*",
        (LINT,),
        (
            *issue("aws/aws-cdk", 35311),
            *issue("awsdocs/aws-cloudformation-user-guide", 1271),
            *issue("pulumi/pulumi-aws", 1214),
        ),
        rules=("E9702",),
    ),
    Failure(
        "topic-key-closed",
        (
            "does not have authorization to access the SNS topic encryption key",
            "Failed to execute action arn…sns…AWSKMS…AccessDeniedException",
        ),
        "the alarm may not use the key of its topic; the stack is green and nobody is told",
        "let cloudwatch.amazonaws.com use the topic's key",
        (LINT,),
        (
            *issue("aws/aws-cdk", 11121),
            *issue("awslabs/landing-zone-accelerator-on-aws", 31),
            *issue("aws-samples/sample-citadel", 100),
        ),
        rules=("E9804",),
    ),
    Failure(
        "topic-policy-closed",
        ("is not authorized to perform: SNS:Publish",),
        "the topic's policy does not name who publishes",
        "add the publisher to the topic's policy",
        (LINT,),
        issue("aws-solutions/automated-security-response-on-aws", 43),
        rules=("E9804",),
    ),
    Failure(
        "log-group-exists",
        ("AWS::Logs::LogGroup…already exists",),
        "the log group is there already: its service wrote first, or again after a deletion",
        "delete the log group if nobody needs it, or import it into the stack",
        (LINT, PREFLIGHT),
        (
            *issue("cloudposse/terraform-aws-eks-cluster", 67),
            *issue("zalando-incubator/kubernetes-on-aws", 9777),
            *issue("aws-solutions/amazon-marketing-cloud-uploader-from-aws", 167),
        ),
        rules=("E9704",),
    ),
    Failure(
        "subscription-before-permission",
        ("Could not execute the lambda function…given CloudWatch Logs permission",),
        "the subscription came before the function's permission, or its SourceArn lacks :*",
        "have the subscription wait for the permission, whose SourceArn is the log group's Arn",
        (LINT,),
        (
            *issue("grafana/loki", 11071),
            *issue("aws/serverless-application-model", 315),
        ),
        rules=("E9703",),
    ),
    Failure(
        "subscription-unconfirmed",
        (),
        "an e-mail subscription was not confirmed; nothing fails, nobody is told",
        "follow the link in the mail from AWS Notifications",
        (PREFLIGHT, DEPLOY),
        guide("sns/latest/api/API_ListSubscriptionsByTopic.html"),
    ),
    Failure(
        "log-policy-quota",
        (
            "AWS::Logs::ResourcePolicy…limit exceeded",
            "CloudWatch Logs Resource Policy size was exceeded",
        ),
        "an account has 10 resource policies of CloudWatch Logs a region, of 5,120 characters each",
        "delete one that nobody needs, or share one; name vended groups /aws/vendedlogs/...",
        (PREFLIGHT,),
        (
            *issue("aws/copilot-cli", 5743),
            *issue("aws/aws-cdk", 22307),
        ),
    ),
)
