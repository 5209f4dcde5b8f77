"""Failures over existing resources: names, singletons, roles, states."""

from planting import MEMBER, SECRET, Plant, bounded, resource, secret, trusting

from tidegen.planning.preflight import Topic

PLANTS = (
    Plant(
        failure="secret-being-deleted",
        resources=SECRET,
        says="keeps its name until 2026-12-01",
        answers={Topic.SECRETS: {"tide/mail": secret(deleted="2026-12-01")}},
    ),
    Plant(
        failure="recorder-exists",
        resources={"Recorder": resource("Config::ConfigurationRecorder")},
        says="configuration recorder in us-east-1 already, 'default'",
        answers={Topic.RECORDERS: {"default": ""}},
    ),
    Plant(
        failure="delivery-channel-exists",
        resources={"Channel": resource("Config::DeliveryChannel")},
        says="delivery channel in us-east-1 already",
        answers={Topic.CHANNELS: {"default": ""}},
    ),
    Plant(
        failure="detector-exists",
        resources={"Detector": resource("GuardDuty::Detector")},
        says="GuardDuty detector in us-east-1 already, 'abc'",
        answers={Topic.DETECTORS: {"abc": ""}},
    ),
    Plant(
        failure="key-without-administrator",
        resources={"Key": resource("KMS::Key")},
        says="may not kms:PutKeyPolicy (implicitDeny)",
        answers={
            Topic.PERMISSIONS: {"kms:CreateKey": "allowed", "kms:PutKeyPolicy": "implicitDeny"}
        },
    ),
    Plant(
        failure="role-missing",
        resources={
            "Key": trusting(
                "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
            )
        },
        says="deploy the account file of the home region, which creates it after its identity root",
        answers={Topic.ROLES: {}},
    ),
    Plant(
        failure="role-missing",
        resources={"Key": trusting("aws-service-role/es.amazonaws.com/AWSServiceRoleForES")},
        says="--aws-service-name es.amazonaws.com' first",
        answers={Topic.ROLES: {}},
    ),
    Plant(
        failure="role-missing",
        resources={"Role": bounded("tide-boundary")},
        says="boundary policy 'tide-boundary' of every role is missing in account 111122223333; "
        "first",
        answers={Topic.POLICIES: {}},
    ),
    Plant(
        failure="name-taken",
        resources={"Policy": resource("IAM::ManagedPolicy", ManagedPolicyName="tide-other")},
        says="AWS::IAM::ManagedPolicy 'tide-other' exists already; import it",
        answers={
            Topic.POLICIES: {"tide-other": "arn:aws:iam::111122223333:policy/tide/tide-other"}
        },
    ),
    Plant(
        failure="role-missing",
        resources={"Key": trusting("reader")},
        says="names role 'reader'",
        answers={Topic.ROLES: {}},
    ),
    Plant(
        failure="identity-provider-exists",
        resources={"Provider": resource("IAM::OIDCProvider", Url="https://token.example")},
        says="arn:aws:iam::1:oidc-provider/token.example already",
        answers={Topic.PROVIDERS: {"token.example": "arn:aws:iam::1:oidc-provider/token.example"}},
    ),
    Plant(
        failure="identity-provider-deleted",
        resources={"Provider": resource("IAM::OIDCProvider", Url="https://token.example")},
        says="a rollback would delete that one",
        answers={Topic.PROVIDERS: {"token.example": "arn:aws:iam::1:oidc-provider/token.example"}},
    ),
    Plant(
        failure="volume-key-closed",
        resources=MEMBER,
        says="its volumes use the key arn:aws:kms:x",
        answers={Topic.DEFAULT_KEY: {"key": "arn:aws:kms:x", "policy": "{}", "always": False}},
    ),
    Plant(
        failure="linked-role-exists",
        resources={"Linked": resource("IAM::ServiceLinkedRole", AWSServiceName="es.amazonaws.com")},
        says="service-linked role of es.amazonaws.com already",
        answers={Topic.LINKED_ROLES: {"es.amazonaws.com": "AWSServiceRoleForES"}},
    ),
    Plant(
        failure="linked-role-exists",
        resources={
            "Linked": resource("IAM::ServiceLinkedRole", AWSServiceName="eks.amazonaws.com")
        },
        says="remove it from the template: a step of the account file's plan creates it",
        answers={Topic.LINKED_ROLES: {"eks.amazonaws.com": "AWSServiceRoleForAmazonEKS"}},
    ),
    Plant(
        failure="log-group-exists",
        resources={"Group": resource("Logs::LogGroup", LogGroupName="/aws/eks/tide/cluster")},
        says="'/aws/eks/tide/cluster' exists already",
        answers={Topic.LOG_GROUPS: {"/aws/eks/tide/cluster": ""}},
    ),
    Plant(
        failure="rollback-failed",
        resources={},
        says="continues the rollback",
        blocking=False,
        given={"status": "UPDATE_ROLLBACK_FAILED"},
    ),
    Plant(
        failure="creation-rolled-back",
        resources={},
        says="deletes and recreates",
        blocking=False,
        given={"status": "ROLLBACK_COMPLETE"},
    ),
    Plant(
        failure="name-taken",
        resources={"Bucket": resource("S3::Bucket", BucketName="tide-uploads")},
        says="belongs to another account",
        answers={Topic.BUCKETS: {"tide-uploads": ""}},
    ),
    Plant(
        failure="name-taken",
        resources={"Bucket": resource("S3::Bucket", BucketName="tide-uploads")},
        says="exists already in eu-west-1; import it",
        answers={Topic.BUCKETS: {"tide-uploads": "eu-west-1"}},
    ),
    Plant(
        failure="name-taken",
        resources=SECRET,
        says="'tide/mail' exists already",
        answers={Topic.SECRETS: {"tide/mail": secret()}},
    ),
    Plant(
        failure="name-taken",
        resources=SECRET,
        says="exists already, as a replica of the one in us-west-2; adopt it "
        "('tidegen secrets adopt')",
        answers={Topic.SECRETS: {"tide/mail": secret(primary="us-west-2")}},
    ),
    Plant(
        failure="name-taken",
        resources={
            "Control": resource(
                "CloudFront::OriginAccessControl", OriginAccessControlConfig={"Name": "tide-assets"}
            )
        },
        says="AWS::CloudFront::OriginAccessControl 'tide-assets' exists already",
        answers={Topic.ACCESS_CONTROLS: {"tide-assets": "E1"}},
    ),
    Plant(
        failure="name-taken",
        resources={"Alias": resource("KMS::Alias", AliasName="alias/tide")},
        says="AWS::KMS::Alias 'alias/tide' exists already",
        answers={Topic.KEY_ALIASES: {"alias/tide": ""}},
    ),
)
