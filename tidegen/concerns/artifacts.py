"""Buckets of templates and assets, and of access logs, once per account and region."""

from awacs import s3 as actions
from awacs.aws import ArnLike, ArnNotLike, Bool, Condition, Null, Statement
from troposphere import GetAtt, Ref, Sub, Tags, Template, iam, s3

from tidegen.blocks import inputs
from tidegen.blocks.access_logs import add_access_logs_bucket
from tidegen.blocks.account_copies import (
    ACCOUNT_PATH,
    ARTIFACTS,
    HAS_COPY,
    if_copied,
)
from tidegen.blocks.buckets import (
    add_bucket,
    add_bucket_policy,
    deny_except,
    deny_other_keys,
    encrypted_with,
    logged_to,
)
from tidegen.blocks.data_buckets import ERASURE, abandoned_uploads
from tidegen.blocks.keys import SHARED_TAG, account_use, add_key
from tidegen.blocks.policies import arn, deny_everybody, document, trust
from tidegen.blocks.replication import ROLE, read_statements
from tidegen.blocks.roles import (
    BOUNDARY_ARN,
    BREAK_GLASS,
    DEPLOY_BOUNDARY_ARN,
    OIDC_PROVIDER_ARN,
)
from tidegen.blocks.suppressions import BUCKET_LOCK, REPLICATED, unmet_each
from tidegen.contract import Concern, Context, Kind, Output, Scope

_REASON = "Contains templates and assets built from source; no data, no objects of users."


def add_resources(template: Template, _context: Context) -> None:
    """Add the buckets and their key. The template is deployed directly, so under 51,200 bytes."""
    add_key(
        template,
        "ArtifactsKey",
        "artifacts",
        account_use("s3"),
        owner="${Project}/bootstrap",
        Tags=Tags(SHARED_TAG),
    )
    ARTIFACTS.add_condition(template)
    logs = add_access_logs_bucket(
        template,
        "AccessLogsBucket",
        _name("access-logs"),
        # the artifacts', the account's archives, and environments', which are created later
        sources="${Project}-*-${AWS::Region}-${AWS::AccountId}",
    )
    _add_artifacts(template, logs)
    _add_replication_role(template)


def _add_artifacts(template: Template, logs: s3.Bucket) -> s3.Bucket:
    """Add the bucket; nothing expires, as a deployed release may be deployed again."""
    key_arn = GetAtt("ArtifactsKey", "Arn")
    bucket = add_bucket(
        template,
        "ArtifactsBucket",
        _name("artifacts"),
        encrypted_with(key_arn),
        LifecycleConfiguration=s3.LifecycleConfiguration(Rules=[abandoned_uploads()]),
        LoggingConfiguration=logged_to(Ref(logs)),
        ReplicationConfiguration=if_copied(
            s3.ReplicationConfiguration(Role=GetAtt(ROLE, "Arn"), Rules=[ARTIFACTS.rule()])
        ),
        Metadata=unmet_each({BUCKET_LOCK: _REASON, **REPLICATED}),
    )
    guards = [
        deny_other_keys(bucket.title, key_arn),
        deny_except("DenyErasure", bucket.title, ERASURE),
        *_write_guards(bucket.title),
    ]
    add_bucket_policy(template, bucket, *guards)
    return bucket


def _add_replication_role(template: Template) -> None:
    """Add the role that copies packages, assets and templates to the recovery region's bucket.

    Its policy is its boundary too, as this stack gives no tag of an environment, without which the
    others' boundary denies everything. The policy names the bucket, which refers to the role.
    """
    description = "S3 copies artifacts to the recovery region as it"
    source = "s3:::${Project}-artifacts-${AWS::Region}-${AWS::AccountId}"
    reading = read_statements([arn(source)], [arn(f"{source}/*")], [GetAtt("ArtifactsKey", "Arn")])
    policy = template.add_resource(
        iam.ManagedPolicy(
            f"{ROLE}Policy",
            Condition=HAS_COPY,
            Description=description,
            Path=ACCOUNT_PATH,
            PolicyDocument=document(*reading, *ARTIFACTS.write_statements()),
        )
    )
    template.add_resource(
        iam.Role(
            ROLE,
            Condition=HAS_COPY,
            Description=description,
            Path=ACCOUNT_PATH,
            AssumeRolePolicyDocument=trust("s3"),
            ManagedPolicyArns=[Ref(policy)],
            PermissionsBoundary=Ref(policy),
        )
    )


def _write_guards(title: str) -> list[Statement]:
    """Deny writing packages to the project's roles, and overwriting templates and assets to all.

    Other environments deploy what they have checked, and members install packages as root. A part
    of an upload creates no object and has no such header. Source: S3 guide, "Enforce conditional
    writes on Amazon S3 buckets".
    """
    others = ArnNotLike({"aws:PrincipalArn": BREAK_GLASS})
    roles = Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Project}/*")
    ours = Condition([ArnLike({"aws:PrincipalArn": roles}), others])
    creating = Bool({"s3:ObjectCreationOperation": "true"})
    overwriting = Condition([Null({"s3:if-none-match": "true"}), creating, others])
    once = [Sub(f"${{{title}.Arn}}/{folder}/*") for folder in ("templates", "assets")]
    packages = [Sub(f"${{{title}.Arn}}/packages/*")]
    return [
        deny_everybody("DenyPackages", [actions.PutObject], packages, ours),
        deny_everybody("DenyOverwriting", [actions.PutObject], once, overwriting),
    ]


def _name(purpose: str) -> Sub:
    """Return a name that tidegen, every root and log delivery can know in advance."""
    return Sub(f"${{Project}}-{purpose}-${{AWS::Region}}-${{AWS::AccountId}}")


CONCERN = Concern(
    scopes=(Scope.BOOTSTRAP,),
    add_resources=add_resources,
    inputs=(
        inputs.PROJECT,
        *ARTIFACTS.inputs,
    ),
    outputs=(
        Output(
            "ArtifactsBucketName",
            Kind.BUCKET_NAME,
            Ref("ArtifactsBucket"),
            "Bucket of artifacts",
            surface=True,
        ),
        Output(
            "ArtifactsKeyArn",
            Kind.KEY_ARN,
            GetAtt("ArtifactsKey", "Arn"),
            "Key of the bucket",
            surface=True,
        ),
        Output(
            "AccountAccessLogsBucketName",
            Kind.BUCKET_NAME,
            Ref("AccessLogsBucket"),
            "Bucket of the access logs of this account's own buckets, under s3/",
            surface=True,
        ),
        Output(
            "PermissionsBoundaryArn", Kind.ARN, BOUNDARY_ARN, "Boundary of every role", surface=True
        ),
        Output(
            "DeployBoundaryArn",
            Kind.ARN,
            DEPLOY_BOUNDARY_ARN,
            "Boundary of the roles that deploy",
            surface=True,
        ),
        Output(
            "OidcProviderArn",
            Kind.ARN,
            OIDC_PROVIDER_ARN,
            "Identity provider of the CI",
            surface=True,
        ),
    ),
)
