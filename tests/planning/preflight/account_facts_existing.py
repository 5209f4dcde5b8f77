"""Failures over existing resources: names, singletons, roles, states."""

from account_facts import MEMBER, SECRET, FailureCase, bounded, resource, secret, trusting

from tidegen.planning.preflight import Topic
from tidegen.planning.preflight.names import NAMED


def taken(named):
    """Return a resource with a name in use, for a type whose names are read from the account."""
    value = "taken"
    for part in reversed(named.prop.split(".")):
        value = {part: value}
    more = {"Version": "1.35"} if named.type == "AWS::EKS::Cluster" else {}
    return FailureCase(
        failure=named.failure,
        resources={"Named": resource(named.type.removeprefix("AWS::"), **value, **more)},
        message=f"{named.type} 'taken' exists already",
        answers={named.topic: {"taken": ""}},
    )


CASES = (
    *map(taken, NAMED),
    FailureCase(
        failure="secret-being-deleted",
        resources=SECRET,
        message="keeps its name until 2026-12-01",
        answers={Topic.SECRETS: {"tide/mail": secret(deleted="2026-12-01")}},
    ),
    FailureCase(
        failure="recorder-exists",
        resources={"Recorder": resource("Config::ConfigurationRecorder")},
        message="configuration recorder in us-east-1 already, 'default'",
        answers={Topic.RECORDERS: {"default": ""}},
    ),
    FailureCase(
        failure="delivery-channel-exists",
        resources={"Channel": resource("Config::DeliveryChannel")},
        message="delivery channel in us-east-1 already",
        answers={Topic.CHANNELS: {"default": ""}},
    ),
    FailureCase(
        failure="detector-exists",
        resources={"Detector": resource("GuardDuty::Detector")},
        message="GuardDuty detector in us-east-1 already, 'abc'",
        answers={Topic.DETECTORS: {"abc": ""}},
    ),
    FailureCase(
        failure="key-without-administrator",
        resources={"Key": resource("KMS::Key")},
        message="may not kms:PutKeyPolicy (implicitDeny)",
        answers={
            Topic.PERMISSIONS: {"kms:CreateKey": "allowed", "kms:PutKeyPolicy": "implicitDeny"}
        },
    ),
    FailureCase(
        failure="role-missing",
        resources={
            "Key": trusting(
                "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
            )
        },
        message="deploy the account file of the home region, which creates it after its "
        "identity root",
        answers={Topic.ROLES: {}},
    ),
    FailureCase(
        failure="role-missing",
        resources={"Key": trusting("aws-service-role/es.amazonaws.com/AWSServiceRoleForES")},
        message="--aws-service-name es.amazonaws.com' first",
        answers={Topic.ROLES: {}},
    ),
    FailureCase(
        failure="role-missing",
        resources={"Role": bounded("tide-boundary")},
        message="boundary policy 'tide-boundary' of every role is missing in account 111122223333; "
        "first",
        answers={Topic.POLICIES: {}},
    ),
    FailureCase(
        failure="name-taken",
        resources={"Policy": resource("IAM::ManagedPolicy", ManagedPolicyName="tide-other")},
        message="AWS::IAM::ManagedPolicy 'tide-other' exists already; import it",
        answers={
            Topic.POLICIES: {"tide-other": "arn:aws:iam::111122223333:policy/tide/tide-other"}
        },
    ),
    FailureCase(
        failure="role-missing",
        resources={"Key": trusting("reader")},
        message="names role 'reader'",
        answers={Topic.ROLES: {}},
    ),
    FailureCase(
        failure="identity-provider-exists",
        resources={"Provider": resource("IAM::OIDCProvider", Url="https://token.example")},
        message="arn:aws:iam::1:oidc-provider/token.example already",
        answers={Topic.PROVIDERS: {"token.example": "arn:aws:iam::1:oidc-provider/token.example"}},
    ),
    FailureCase(
        failure="identity-provider-deleted",
        resources={"Provider": resource("IAM::OIDCProvider", Url="https://token.example")},
        message="a rollback would delete that one",
        answers={Topic.PROVIDERS: {"token.example": "arn:aws:iam::1:oidc-provider/token.example"}},
    ),
    FailureCase(
        failure="volume-key-closed",
        resources=MEMBER,
        message="its volumes use the key arn:aws:kms:x",
        answers={Topic.DEFAULT_KEY: {"key": "arn:aws:kms:x", "policy": "{}", "always": False}},
    ),
    FailureCase(
        failure="linked-role-exists",
        resources={"Linked": resource("IAM::ServiceLinkedRole", AWSServiceName="es.amazonaws.com")},
        message="service-linked role of es.amazonaws.com already",
        answers={Topic.LINKED_ROLES: {"es.amazonaws.com": "AWSServiceRoleForES"}},
    ),
    FailureCase(
        failure="linked-role-exists",
        resources={
            "Linked": resource("IAM::ServiceLinkedRole", AWSServiceName="eks.amazonaws.com")
        },
        message="remove it from the template: a step of the account file's plan creates it",
        answers={Topic.LINKED_ROLES: {"eks.amazonaws.com": "AWSServiceRoleForAmazonEKS"}},
    ),
    FailureCase(
        failure="log-group-exists",
        resources={"Group": resource("Logs::LogGroup", LogGroupName="/aws/eks/tide/cluster")},
        message="'/aws/eks/tide/cluster' exists already",
        answers={Topic.LOG_GROUPS: {"/aws/eks/tide/cluster": ""}},
    ),
    FailureCase(
        failure="rollback-failed",
        resources={},
        message="continues the rollback",
        blocking=False,
        given={"status": "UPDATE_ROLLBACK_FAILED"},
    ),
    FailureCase(
        failure="creation-rolled-back",
        resources={},
        message="deletes and recreates",
        blocking=False,
        given={"status": "ROLLBACK_COMPLETE"},
    ),
    FailureCase(
        failure="name-taken",
        resources={"Bucket": resource("S3::Bucket", BucketName="tide-uploads")},
        message="belongs to another account",
        answers={Topic.BUCKETS: {"tide-uploads": ""}},
    ),
    FailureCase(
        failure="name-taken",
        resources={"Bucket": resource("S3::Bucket", BucketName="tide-uploads")},
        message="exists already in eu-west-1; import it",
        answers={Topic.BUCKETS: {"tide-uploads": "eu-west-1"}},
    ),
    FailureCase(
        failure="name-taken",
        resources=SECRET,
        message="'tide/mail' exists already",
        answers={Topic.SECRETS: {"tide/mail": secret()}},
    ),
    FailureCase(
        failure="name-taken",
        resources=SECRET,
        message="exists already, as a replica of the one in us-west-2; adopt it "
        "('tidegen secrets adopt')",
        answers={Topic.SECRETS: {"tide/mail": secret(primary="us-west-2")}},
    ),
    FailureCase(
        failure="name-taken",
        resources={
            "Control": resource(
                "CloudFront::OriginAccessControl", OriginAccessControlConfig={"Name": "tide-assets"}
            )
        },
        message="AWS::CloudFront::OriginAccessControl 'tide-assets' exists already",
        answers={Topic.ACCESS_CONTROLS: {"tide-assets": "E1"}},
    ),
    FailureCase(
        failure="name-taken",
        resources={"Alias": resource("KMS::Alias", AliasName="alias/tide")},
        message="AWS::KMS::Alias 'alias/tide' exists already",
        answers={Topic.KEY_ALIASES: {"alias/tide": ""}},
    ),
)
