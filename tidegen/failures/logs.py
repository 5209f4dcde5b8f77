"""Failures of logs, alarms and notifications."""

from tidegen.failures.model import DEPLOY, LINT, PREFLIGHT, Failure, guide, issue

FAILURES = (
    Failure(
        "firewall-log-name",
        ("The ARN isn't valid…LOG_DESTINATION",),
        "WAF logs only to names that begin with aws-waf-logs-, and accepts no ARN that ends in :*",
        "name the log group aws-waf-logs-..., and pass its ARN without :*",
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
        "the alarm cannot use the key of its topic; the deploy succeeds, but no message is sent",
        "allow cloudwatch.amazonaws.com to use the topic's key",
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
        "the topic's policy does not allow the publisher",
        "add the publisher to the topic's policy",
        (LINT,),
        issue("aws-solutions/automated-security-response-on-aws", 43),
        rules=("E9804",),
    ),
    Failure(
        "log-group-exists",
        ("AWS::Logs::LogGroup…already exists",),
        "the log group exists already: its service wrote to it first, or again after its deletion",
        "delete the log group if it is not needed, or import it into the stack",
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
        "the subscription was created before the function's permission, or its SourceArn has no :*",
        "make the subscription depend on the permission, with the log group's Arn as SourceArn",
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
        "an email subscription was not confirmed; no error is reported, and no message is sent",
        "follow the link in the email from AWS Notifications",
        (PREFLIGHT, DEPLOY),
        guide("sns/latest/api/API_ListSubscriptionsByTopic.html"),
    ),
    Failure(
        "log-policy-quota",
        (
            "AWS::Logs::ResourcePolicy…limit exceeded",
            "CloudWatch Logs Resource Policy size was exceeded",
        ),
        "an account can have 10 CloudWatch Logs resource policies per region, of 5,120 characters",
        "delete an unused one, or share one; name vended log groups /aws/vendedlogs/...",
        (PREFLIGHT,),
        (
            *issue("aws/copilot-cli", 5743),
            *issue("aws/aws-cdk", 22307),
        ),
    ),
)
