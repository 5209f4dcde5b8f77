"""Failures of roles, policies, identity providers and keys."""

from tidegen.failures.model import LINT, PREFLIGHT, Failure

FAILURES = (
    Failure(
        slug="key-without-administrator",
        messages=("key policy will not allow you to update the key policy in the future",),
        cause="no principal may administer the key, or the role cannot set key policies",
        action="allow kms:* to the account's root in the first statement, and kms:CreateKey and"
        " kms:PutKeyPolicy to the role",
        where=(LINT, PREFLIGHT),
        sources=("aws-solutions/innovation-sandbox-on-aws#31", "widdix/aws-cf-templates#259"),
        rules=("E9601",),
    ),
    Failure(
        slug="role-missing",
        messages=("one or more invalid principals", "Invalid principal in policy"),
        cause="the policy names a role that does not exist, often a service-linked one",
        action="create the role first: aws iam create-service-linked-role --aws-service-name"
        " SERVICE",
        where=(LINT, PREFLIGHT),
        sources=(
            "lightspin-tech/eks-creation-engine#4",
            "GoogleCloudPlatform/anthos-samples#357",
            "aws-samples/aws-cross-account-cicd-pipeline#34",
        ),
        rules=("E9602",),
    ),
    Failure(
        slug="principal-list-empty",
        messages=("statement with no principal",),
        cause="a list of principals is empty",
        action="add an entry to the list in the environment file",
        where=(LINT,),
        sources=("aws-samples/data-mesh-datazone-cdk-cloudformation#17",),
        rules=("E9603",),
    ),
    Failure(
        slug="log-group-key-closed",
        messages=("KMS key does not exist or is not allowed to be used with Arn",),
        cause="the key policy does not allow CloudWatch Logs to use the key for this log group",
        action="allow logs.REGION.amazonaws.com to use the key for the log group's name",
        where=(LINT,),
        sources=(
            "hashicorp/terraform-provider-aws#29282",
            "ministryofjustice/modernisation-platform#7870",
        ),
        rules=("E9805",),
    ),
    Failure(
        slug="key-id-for-arn",
        messages=("#/KmsKeyId: failed validation constraint for keyword [pattern]",),
        cause="the property has the key's id instead of its ARN",
        action="use Fn::GetAtt Arn of the key",
        where=(LINT,),
        sources=("aws-cloudformation/cloudformation-resource-schema#119",),
        rules=("E9701",),
    ),
    Failure(
        slug="identity-provider-exists",
        messages=("Provider with url…already exists",),
        cause="an account can have one identity provider per URL, and it exists already",
        action="import the provider into the identity stack",
        where=(PREFLIGHT,),
        sources=("unfunco/terraform-aws-oidc-github#23", "guardian/cdk#2529"),
    ),
    Failure(
        slug="identity-provider-deleted",
        messages=(),
        cause="a second stack with the same provider was rolled back, which deleted the provider",
        action="import an existing provider into the identity stack instead of creating it",
        where=(PREFLIGHT,),
        sources=("aws-cloudformation/cloudformation-coverage-roadmap#1048",),
    ),
    Failure(
        slug="volume-key-closed",
        messages=(
            "Client.InternalError: Client error on launch",
            "Client.InvalidKMSKey.InvalidState",
        ),
        cause="Auto Scaling cannot use the key of the instances' volumes",
        action="allow AWSServiceRoleForAutoScaling to use the key and create grants, in the key's"
        " policy",
        where=(LINT, PREFLIGHT),
        sources=(
            "aws/aws-cdk#34491",
            "eksctl-io/eksctl#952",
            "github-aws-runners/terraform-aws-github-runner#3546",
        ),
        rules=("E9811",),
    ),
    Failure(
        slug="linked-role-exists",
        messages=("Service role name…has been taken in this account",),
        cause="an account can have each service-linked role once, and it exists already",
        action="remove the role from the template",
        where=(LINT, PREFLIGHT),
        sources=("DataDog/pathfinding-labs#23", "aws-samples/aws-container-devsecops-workshop#4"),
        rules=("E9604",),
    ),
    Failure(
        slug="policy-too-long",
        messages=("Maximum policy size", "Cannot exceed quota for PolicySize"),
        cause="the policy is longer than IAM allows",
        action="split the policy",
        where=(LINT,),
        sources=("aws-amplify/amplify-cli#4369", "aws-cloudformation/cfn-lint#3804"),
        rules=("E9605",),
    ),
)
