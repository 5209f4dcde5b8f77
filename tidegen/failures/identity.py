"""Failures of roles, policies, identity providers and keys."""

from tidegen.failures.model import LINT, PREFLIGHT, Failure, issue

FAILURES = (
    Failure(
        "key-without-administrator",
        ("key policy will not allow you to update the key policy in the future",),
        "no principal may administer the key, or the role cannot set key policies",
        "allow kms:* to the account's root in the first statement, and kms:CreateKey and"
        " kms:PutKeyPolicy to the role",
        (LINT, PREFLIGHT),
        (
            *issue("aws-solutions/innovation-sandbox-on-aws", 31),
            *issue("widdix/aws-cf-templates", 259),
        ),
        rules=("E9601",),
    ),
    Failure(
        "role-missing",
        ("one or more invalid principals", "Invalid principal in policy"),
        "the policy names a role that does not exist, often a service-linked one",
        "create the role first: aws iam create-service-linked-role --aws-service-name SERVICE",
        (LINT, PREFLIGHT),
        (
            *issue("lightspin-tech/eks-creation-engine", 4),
            *issue("GoogleCloudPlatform/anthos-samples", 357),
            *issue("aws-samples/aws-cross-account-cicd-pipeline", 34),
        ),
        rules=("E9602",),
    ),
    Failure(
        "principal-list-empty",
        ("statement with no principal",),
        "a list of principals is empty",
        "add an entry to the list in the environment file",
        (LINT,),
        issue("aws-samples/data-mesh-datazone-cdk-cloudformation", 17),
        rules=("E9603",),
    ),
    Failure(
        "log-group-key-closed",
        ("KMS key does not exist or is not allowed to be used with Arn",),
        "the key policy does not allow CloudWatch Logs to use the key for this log group",
        "allow logs.REGION.amazonaws.com to use the key for the log group's name",
        (LINT,),
        (
            *issue("hashicorp/terraform-provider-aws", 29282),
            *issue("ministryofjustice/modernisation-platform", 7870),
        ),
        rules=("E9805",),
    ),
    Failure(
        "key-id-for-arn",
        ("#/KmsKeyId: failed validation constraint for keyword [pattern]",),
        "the property has the key's id instead of its ARN",
        "use Fn::GetAtt Arn of the key",
        (LINT,),
        issue("aws-cloudformation/cloudformation-resource-schema", 119),
        rules=("E9701",),
    ),
    Failure(
        "identity-provider-exists",
        ("Provider with url…already exists",),
        "an account can have one identity provider per URL, and it exists already",
        "import the provider into the identity stack",
        (PREFLIGHT,),
        (
            *issue("unfunco/terraform-aws-oidc-github", 23),
            *issue("guardian/cdk", 2529),
        ),
    ),
    Failure(
        "identity-provider-deleted",
        (),
        "a second stack with the same provider was rolled back, which deleted the provider",
        "import an existing provider into the identity stack instead of creating it",
        (PREFLIGHT,),
        issue("aws-cloudformation/cloudformation-coverage-roadmap", 1048),
    ),
    Failure(
        "volume-key-closed",
        ("Client.InternalError: Client error on launch", "Client.InvalidKMSKey.InvalidState"),
        "Auto Scaling cannot use the key of the instances' volumes",
        "allow AWSServiceRoleForAutoScaling to use the key and create grants, in the key's policy",
        (LINT, PREFLIGHT),
        (
            *issue("aws/aws-cdk", 34491),
            *issue("eksctl-io/eksctl", 952),
            *issue("github-aws-runners/terraform-aws-github-runner", 3546),
        ),
        rules=("E9811",),
    ),
    Failure(
        "linked-role-exists",
        ("Service role name…has been taken in this account",),
        "an account can have each service-linked role once, and it exists already",
        "remove the role from the template",
        (LINT, PREFLIGHT),
        (
            *issue("DataDog/pathfinding-labs", 23),
            *issue("aws-samples/aws-container-devsecops-workshop", 4),
        ),
        rules=("E9604",),
    ),
    Failure(
        "policy-too-long",
        ("Maximum policy size", "Cannot exceed quota for PolicySize"),
        "the policy is longer than IAM allows",
        "split the policy",
        (LINT,),
        (
            *issue("aws-amplify/amplify-cli", 4369),
            *issue("aws-cloudformation/cfn-lint", 3804),
        ),
        rules=("E9605",),
    ),
)
