"""Failures over existing resources: names, singletons, roles, states."""

from planting import MEMBER, SECRET, Plant, bounded, resource, secret, trusting

from tidegen.planning.preflight import Topic
from tidegen.planning.preflight.names import NAMED


def taken(named):
    """A resource whose name is in use, for each type with a name that the account is asked for."""
    value = "taken"
    for part in reversed(named.prop.split(".")):
        value = {part: value}
    more = {"Version": "1.35"} if named.type == "AWS::EKS::Cluster" else {}
    resources = {"Named": resource(named.type.removeprefix("AWS::"), **value, **more)}
    says = f"{named.type} 'taken' exists already"
    return Plant(named.failure, resources, says, {named.topic: {"taken": ""}})


PLANTS = (
    *map(taken, NAMED),
    Plant(
        "secret-being-deleted",
        SECRET,
        "keeps its name until 2026-12-01",
        {Topic.SECRETS: {"tide/mail": secret(deleted="2026-12-01")}},
    ),
    Plant(
        "recorder-exists",
        {"Recorder": resource("Config::ConfigurationRecorder")},
        "configuration recorder in us-east-1 already, 'default'",
        {Topic.RECORDERS: {"default": ""}},
    ),
    Plant(
        "delivery-channel-exists",
        {"Channel": resource("Config::DeliveryChannel")},
        "delivery channel in us-east-1 already",
        {Topic.CHANNELS: {"default": ""}},
    ),
    Plant(
        "detector-exists",
        {"Detector": resource("GuardDuty::Detector")},
        "GuardDuty detector in us-east-1 already, 'abc'",
        {Topic.DETECTORS: {"abc": ""}},
    ),
    Plant(
        "key-without-administrator",
        {"Key": resource("KMS::Key")},
        "may not kms:PutKeyPolicy (implicitDeny)",
        {Topic.PERMISSIONS: {"kms:CreateKey": "allowed", "kms:PutKeyPolicy": "implicitDeny"}},
    ),
    Plant(
        "role-missing",
        {
            "Key": trusting(
                "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
            )
        },
        "deploy the account file of the home region, which creates it after its identity root",
        {Topic.ROLES: {}},
    ),
    Plant(
        "role-missing",
        {"Key": trusting("aws-service-role/es.amazonaws.com/AWSServiceRoleForES")},
        "--aws-service-name es.amazonaws.com' first",
        {Topic.ROLES: {}},
    ),
    Plant(
        "role-missing",
        {"Role": bounded("tide-boundary")},
        "boundary policy 'tide-boundary' of every role is missing in account 111122223333; first",
        {Topic.POLICIES: {}},
    ),
    Plant(
        "name-taken",
        {"Policy": resource("IAM::ManagedPolicy", ManagedPolicyName="tide-other")},
        "AWS::IAM::ManagedPolicy 'tide-other' exists already; import it",
        {Topic.POLICIES: {"tide-other": "arn:aws:iam::111122223333:policy/tide/tide-other"}},
    ),
    Plant("role-missing", {"Key": trusting("reader")}, "names role 'reader'", {Topic.ROLES: {}}),
    Plant(
        "identity-provider-exists",
        {"Provider": resource("IAM::OIDCProvider", Url="https://token.example")},
        "arn:aws:iam::1:oidc-provider/token.example already",
        {Topic.PROVIDERS: {"token.example": "arn:aws:iam::1:oidc-provider/token.example"}},
    ),
    Plant(
        "identity-provider-deleted",
        {"Provider": resource("IAM::OIDCProvider", Url="https://token.example")},
        "a rollback would delete that one",
        {Topic.PROVIDERS: {"token.example": "arn:aws:iam::1:oidc-provider/token.example"}},
    ),
    Plant(
        "volume-key-closed",
        MEMBER,
        "its volumes use the key arn:aws:kms:x",
        {Topic.DEFAULT_KEY: {"key": "arn:aws:kms:x", "policy": "{}", "always": False}},
    ),
    Plant(
        "linked-role-exists",
        {"Linked": resource("IAM::ServiceLinkedRole", AWSServiceName="es.amazonaws.com")},
        "service-linked role of es.amazonaws.com already",
        {Topic.LINKED_ROLES: {"es.amazonaws.com": "AWSServiceRoleForES"}},
    ),
    Plant(
        "linked-role-exists",
        {"Linked": resource("IAM::ServiceLinkedRole", AWSServiceName="eks.amazonaws.com")},
        "remove it from the template: a step of the account file's plan creates it",
        {Topic.LINKED_ROLES: {"eks.amazonaws.com": "AWSServiceRoleForAmazonEKS"}},
    ),
    Plant(
        "log-group-exists",
        {"Group": resource("Logs::LogGroup", LogGroupName="/aws/eks/tide/cluster")},
        "'/aws/eks/tide/cluster' exists already",
        {Topic.LOG_GROUPS: {"/aws/eks/tide/cluster": ""}},
    ),
    Plant(
        "rollback-failed",
        {},
        "continues the rollback",
        blocking=False,
        given={"status": "UPDATE_ROLLBACK_FAILED"},
    ),
    Plant(
        "creation-rolled-back",
        {},
        "deletes and recreates",
        blocking=False,
        given={"status": "ROLLBACK_COMPLETE"},
    ),
    Plant(
        "name-taken",
        {"Bucket": resource("S3::Bucket", BucketName="tide-uploads")},
        "belongs to another account",
        {Topic.BUCKETS: {"tide-uploads": ""}},
    ),
    Plant(
        "name-taken",
        {"Bucket": resource("S3::Bucket", BucketName="tide-uploads")},
        "exists already in eu-west-1; import it",
        {Topic.BUCKETS: {"tide-uploads": "eu-west-1"}},
    ),
    Plant(
        "name-taken", SECRET, "'tide/mail' exists already", {Topic.SECRETS: {"tide/mail": secret()}}
    ),
    Plant(
        "name-taken",
        SECRET,
        "exists already, as a replica of the one in us-west-2; adopt it ('tidegen secrets adopt')",
        {Topic.SECRETS: {"tide/mail": secret(primary="us-west-2")}},
    ),
    Plant(
        "name-taken",
        {
            "Control": resource(
                "CloudFront::OriginAccessControl", OriginAccessControlConfig={"Name": "tide-assets"}
            )
        },
        "AWS::CloudFront::OriginAccessControl 'tide-assets' exists already",
        {Topic.ACCESS_CONTROLS: {"tide-assets": "E1"}},
    ),
    Plant(
        "name-taken",
        {"Alias": resource("KMS::Alias", AliasName="alias/tide")},
        "AWS::KMS::Alias 'alias/tide' exists already",
        {Topic.KEY_ALIASES: {"alias/tide": ""}},
    ),
)
