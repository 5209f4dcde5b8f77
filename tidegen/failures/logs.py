"""Failures of logs, alarms and notifications."""

from tidegen.failures.model import DEPLOY, LINT, PREFLIGHT, Failure

FAILURES = (
    Failure(
        slug="firewall-log-name",
        messages=("The ARN isn't valid…LOG_DESTINATION",),
        cause="WAF logs only to names that begin with aws-waf-logs-, and accepts no ARN that ends"
        " in :*",
        action="name the log group aws-waf-logs-..., and pass its ARN without :*",
        where=(LINT,),
        sources=(
            "aws/aws-cdk#35311",
            "awsdocs/aws-cloudformation-user-guide#1271",
            "pulumi/pulumi-aws#1214",
        ),
        rules=("E9702",),
    ),
    Failure(
        slug="topic-key-closed",
        messages=(
            "does not have authorization to access the SNS topic encryption key",
            "Failed to execute action arn…sns…AWSKMS…AccessDeniedException",
        ),
        cause="the alarm cannot use the key of its topic; the deploy succeeds, but no message is"
        " sent",
        action="allow cloudwatch.amazonaws.com to use the topic's key",
        where=(LINT,),
        sources=(
            "aws/aws-cdk#11121",
            "awslabs/landing-zone-accelerator-on-aws#31",
            "aws-samples/sample-citadel#100",
        ),
        rules=("E9804",),
    ),
    Failure(
        slug="topic-policy-closed",
        messages=("is not authorized to perform: SNS:Publish",),
        cause="the topic's policy does not allow the publisher",
        action="add the publisher to the topic's policy",
        where=(LINT,),
        sources=("aws-solutions/automated-security-response-on-aws#43",),
        rules=("E9804",),
    ),
    Failure(
        slug="log-group-exists",
        messages=("AWS::Logs::LogGroup…already exists",),
        cause="the log group exists already: its service wrote to it first, or again after its"
        " deletion",
        action="delete the log group if it is not needed, or import it into the stack",
        where=(LINT, PREFLIGHT),
        sources=(
            "cloudposse/terraform-aws-eks-cluster#67",
            "zalando-incubator/kubernetes-on-aws#9777",
            "aws-solutions/amazon-marketing-cloud-uploader-from-aws#167",
        ),
        rules=("E9704",),
    ),
    Failure(
        slug="subscription-before-permission",
        messages=("Could not execute the lambda function…given CloudWatch Logs permission",),
        cause="the subscription was created before the function's permission, or its SourceArn has"
        " no :*",
        action="make the subscription depend on the permission, with the log group's Arn as"
        " SourceArn",
        where=(LINT,),
        sources=("grafana/loki#11071", "aws/serverless-application-model#315"),
        rules=("E9703",),
    ),
    Failure(
        slug="subscription-unconfirmed",
        messages=(),
        cause="an email subscription was not confirmed; no error is reported, and no message is"
        " sent",
        action="follow the link in the email from AWS Notifications",
        where=(PREFLIGHT, DEPLOY),
        sources=("https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html",),
    ),
    Failure(
        slug="log-policy-quota",
        messages=(
            "AWS::Logs::ResourcePolicy…limit exceeded",
            "CloudWatch Logs Resource Policy size was exceeded",
        ),
        cause="an account can have 10 CloudWatch Logs resource policies per region, of 5,120"
        " characters",
        action="delete an unused one, or share one; name vended log groups /aws/vendedlogs/...",
        where=(PREFLIGHT,),
        sources=("aws/copilot-cli#5743", "aws/aws-cdk#22307"),
    ),
)
