"""Early validation of change sets."""

from tidegen.local.refusals.model import Refusal, add

REASON = add(
    Refusal(
        slug="early-validation",
        summary="Creating a change set with a property that its schema refuses, or a name in use.",
        message="The following hook(s)/validation failed: [{hooks}]. To troubleshoot Early"
        " Validation errors, use the DescribeEvents API for detailed failure information.",
        source="https://github.com/aws/aws-cdk-cli/issues/1000",
        failure="change-set-invalid",
    )
).message
