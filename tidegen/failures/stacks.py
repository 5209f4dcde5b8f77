"""Failures of CloudFormation itself, and errors of any service."""

from tidegen.failures.model import DEPLOY, LINT, PREFLIGHT, Failure

FAILURES = (
    Failure(
        slug="fixed-name-replaced",
        messages=("custom-named resource requires replacing",),
        cause="a resource with a fixed name cannot be replaced: the new one would need the same"
        " name",
        action="give the resource another name in the same change",
        where=(LINT,),
        sources=("convox/rack#2941", "awsdocs/aws-cloudformation-user-guide#927"),
        rules=("E9813",),
    ),
    Failure(
        slug="two-index-changes",
        messages=("more than one GSI creation or deletion",),
        cause="DynamoDB creates or deletes one global index at a time",
        action="deploy one index after the other",
        where=(LINT,),
        sources=("aws/aws-cdk#14920", "aws-cloudformation/cloudformation-coverage-roadmap#229"),
        rules=("E9813",),
    ),
    Failure(
        slug="rollback-failed",
        messages=("is in UPDATE_ROLLBACK_FAILED state and can not be updated",),
        cause="an earlier rollback failed, usually because a resource was changed by hand",
        action="run 'tidegen deploy': it continues the rollback first",
        where=(PREFLIGHT, DEPLOY),
        sources=("org-formation/org-formation-cli#455", "open-guides/og-aws#487"),
    ),
    Failure(
        slug="creation-rolled-back",
        messages=("is in ROLLBACK_COMPLETE state and can not be updated",),
        cause="the stack's first creation failed, and such a stack cannot be updated",
        action="run 'tidegen deploy': it deletes and recreates the stack, after asking",
        where=(PREFLIGHT,),
        sources=("cfn-sphere/cfn-sphere#28",),
    ),
    Failure(
        slug="export-in-use",
        messages=(
            "Export…cannot be deleted as it is in use by",
            "Export…cannot be updated as it is in use by",
        ),
        cause="another stack imports the value",
        action="replace the import by a parameter first",
        where=(LINT,),
        sources=("linz/geostore#630", "aws/aws-cdk#33395"),
        rules=("E9202",),
    ),
    Failure(
        slug="circular-dependency",
        messages=("Circular dependency between resources",),
        cause="resources depend on each other",
        action="move one of the references to a separate resource, for example an ingress rule",
        where=(LINT,),
        sources=("hashicorp/terraform#2996", "aws/serverless-application-model#1044"),
        rules=("E3004",),
    ),
    Failure(
        slug="template-too-large",
        messages=("'templateBody' failed to satisfy constraint",),
        cause="a template of more than 51,200 bytes was sent in the request",
        action="make the template smaller, or nest it",
        where=(LINT,),
        sources=("widdix/aws-cf-templates#169", "aws-cloudformation/cfn-lint#3129"),
        rules=("E9812",),
    ),
    Failure(
        slug="capability-missing",
        messages=("Requires capabilities", "InsufficientCapabilitiesException"),
        cause="the request does not acknowledge a template's named IAM resources or Transform",
        action="remove the Transform from the template",
        where=(LINT, PREFLIGHT),
        sources=("aws/eks-hybrid#597", "cfn-sphere/cfn-sphere#191"),
        rules=("E9107",),
    ),
    Failure(
        slug="template-unreadable",
        messages=(
            "S3 error",
            "S3 error: Access Denied",
            "TemplateURL must be a supported URL",
            "TemplateURL must reference a valid S3 object",
        ),
        cause="CloudFormation cannot read a template: it is missing, in another region, or the role"
        " cannot use its key",
        action="check the artifacts bucket's region and the role's access to it, then deploy again",
        where=(PREFLIGHT,),
        sources=(
            "awslabs/sagemaker-explaining-credit-decisions#1",
            "mlnrt/incident-response-and-forensic#1",
        ),
    ),
    Failure(
        slug="parameter-not-found",
        messages=("for parameter name…does not exist",),
        cause="a parameter of an AWS-specific type has an id of another account or region",
        action="change the parameter's type to String, or pass an id of this account",
        where=(LINT,),
        sources=(
            "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html",
        ),
        rules=("W9106",),
    ),
    Failure(
        slug="nothing-to-update",
        messages=("No updates are to be performed", "didn't contain changes"),
        cause="the stack is up to date",
        action="nothing; tidegen counts this as a success",
        where=(DEPLOY,),
        sources=(
            "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html",
        ),
    ),
    Failure(
        slug="permission-missing",
        messages=(
            "is not authorized to perform",
            "You are not authorized to perform this operation",
            "AccessDenied",
            "Access Denied",
            "UnauthorizedOperation",
        ),
        cause="the role does not have a permission, or a policy denies it",
        action="allow the action to the role (for a concern: in extra_deploy_actions), then deploy"
        " again",
        where=(DEPLOY,),
        sources=(
            "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html",
        ),
    ),
    Failure(
        slug="stack-policy-denies",
        messages=("Action denied by stack policy",),
        cause="the resource is stateful, and its stack policy denies the change",
        action="revert the change, or allow it for this resource: --allow-replace LOGICAL_ID",
        where=(DEPLOY,),
        sources=(
            "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html",
        ),
    ),
    Failure(
        slug="calls-throttled",
        messages=(
            "Rate exceeded",
            "RequestLimitExceeded",
            "ThrottlingException",
            "TooManyRequestsException",
        ),
        cause="AWS throttled a call",
        action="deploy again",
        where=(DEPLOY,),
        sources=("https://repost.aws/knowledge-center/cloudformation-rate-exceeded-error",),
    ),
    Failure(
        slug="quota-exceeded",
        messages=("LimitExceeded", "limit exceeded", "QuotaExceeded", "quota exceeded"),
        cause="a quota of the account is used up",
        action="ask AWS for a higher quota, or delete unused resources",
        where=(PREFLIGHT, DEPLOY),
        sources=("https://docs.aws.amazon.com/servicequotas/latest/userguide/intro.html",),
    ),
    Failure(
        slug="export-missing",
        messages=("No export named",),
        cause="the stack imports a value that no stack exports",
        action="replace the import by a parameter",
        where=(DEPLOY,),
        sources=(
            "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html",
        ),
    ),
    Failure(
        slug="property-invalid",
        messages=("Model validation failed", "Properties validation failed"),
        cause="a property does not match the type's schema",
        action="run 'tidegen lint', and compare the value with the type's documentation",
        where=(LINT, DEPLOY),
        sources=(
            "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html",
        ),
        rules=("E3002",),
    ),
    Failure(
        slug="resource-not-stable",
        messages=("did not stabilize", "NotStabilized", "Exceeded attempts to wait"),
        cause="the service accepted the resource, but it did not become ready in time",
        action="look up the reason in the resource's service, then deploy again",
        where=(DEPLOY,),
        sources=(
            "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html",
        ),
    ),
)
