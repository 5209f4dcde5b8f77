"""Resources that another one needs: they exist, or the creation is refused."""

import json
from typing import Any

import pytest
from local_cloud import Cloud, Template
from local_templates import a, get, ref
from refused import (
    created,
    deleted,
    refused_creation,
    refused_deletion,
    refused_update,
    updated,
    with_properties,
)

GROUP = a("Logs::LogGroup", LogGroupName="it")
TRANSFORMATION = {"MetricName": "it", "MetricNamespace": "it", "MetricValue": "1"}
LIST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}],
}
ZONE = a("Route53::HostedZone", Name="it.example")


def trust(**principal: Any) -> Template:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


ROLE = a(
    "IAM::Role", RoleName="it", AssumeRolePolicyDocument=trust(Service="firehose.amazonaws.com")
)


def arn_of(cloud: Cloud, name: str) -> str:
    return f"arn:aws:iam::{cloud.account}:role/{name}"


def policy(arn: str, action: str, resource: Any) -> Template:
    statement = {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": action}
    return {"Version": "2012-10-17", "Statement": [{**statement, "Resource": resource}]}


@pytest.mark.parametrize(
    "the_filter",
    [
        a(
            "Logs::MetricFilter",
            LogGroupName="it",
            FilterPattern="x",
            MetricTransformations=[TRANSFORMATION],
        ),
        a(
            "Logs::SubscriptionFilter",
            LogGroupName="it",
            FilterPattern="x",
            DestinationArn="arn:aws:kinesis:x:1:stream/it",
        ),
    ],
    ids=["metric", "subscription"],
)
def test_the_log_group_of_a_filter(cloud: Cloud, the_filter: Template) -> None:
    refused_creation(cloud, "log-group-missing", It=the_filter)
    created(cloud, "other", Group=GROUP, It={**the_filter, "DependsOn": "Group"})


def test_the_stream_of_a_subscription(cloud: Cloud) -> None:
    arn = f"arn:aws:firehose:eu-central-1:{cloud.account}:deliverystream/it"
    subscription = a(
        "Logs::SubscriptionFilter",
        LogGroupName=ref("Group"),
        FilterPattern="",
        DestinationArn=arn,
        RoleArn=arn_of(cloud, "it"),
    )
    bucket = {"BucketARN": "arn:aws:s3:::its-logs", "RoleARN": arn_of(cloud, "it")}
    stream = a(
        "KinesisFirehose::DeliveryStream",
        DeliveryStreamName="it",
        ExtendedS3DestinationConfiguration=bucket,
    )
    refused_creation(cloud, "stream-missing", Group=GROUP, Role=ROLE, It=subscription)
    ordered = {**subscription, "DependsOn": "Stream"}
    refused_creation(cloud, "stream-missing", Group=GROUP, Stream=stream, It=ordered)
    ordered["DependsOn"] = ["Role", "Stream"]
    created(cloud, "other", Group=GROUP, Role=ROLE, Stream=stream, It=ordered)


def test_the_function_of_a_subscription(cloud: Cloud) -> None:
    function = a(
        "Lambda::Function",
        FunctionName="it",
        Role=arn_of(cloud, "it"),
        Handler="index.handler",
        Runtime="python3.13",
        Code={"ZipFile": "pass"},
    )
    subscription = a(
        "Logs::SubscriptionFilter",
        LogGroupName=ref("Group"),
        FilterPattern="",
        DestinationArn=get("Function", "Arn"),
    )
    permission = a(
        "Lambda::Permission",
        FunctionName=ref("Function"),
        Action="lambda:InvokeFunction",
        Principal="logs.amazonaws.com",
    )
    both = {"Group": GROUP, "Function": function, "Permission": permission}
    late = {**permission, "DependsOn": "It"}
    refused_creation(cloud, "function-closed", **{**both, "Permission": late}, It=subscription)
    created(cloud, "other", **both, It={**subscription, "DependsOn": "Permission"})


def test_the_principal_of_a_role(cloud: Cloud) -> None:
    role = a("IAM::Role", RoleName="other", AssumeRolePolicyDocument=trust(AWS=arn_of(cloud, "it")))
    refused_creation(cloud, "role-principal-missing", It=role)
    created(cloud, Role=ROLE, It={**role, "DependsOn": "Role"})
    itself = with_properties(role, AssumeRolePolicyDocument=trust(AWS=arn_of(cloud, "nobody")))
    refused_update(cloud, "role-principal-missing", Role=ROLE, It=itself)
    foreign = with_properties(role, AssumeRolePolicyDocument=trust(AWS=f"{cloud.account}"))
    updated(cloud, Role=ROLE, It=foreign)


def test_the_principal_of_a_key(cloud: Cloud) -> None:
    key = a("KMS::Key", KeyPolicy=policy(arn_of(cloud, "it"), "kms:*", "*"))
    refused_creation(cloud, "key-principal-missing", It=key)
    created(cloud, Role=ROLE, It={**key, "DependsOn": "Role"})


def test_the_principal_of_a_bucket(cloud: Cloud) -> None:
    document = policy(arn_of(cloud, "it"), "s3:GetObject", "arn:aws:s3:::it/*")
    bucket = a("S3::Bucket", BucketName="it")
    the_policy = a("S3::BucketPolicy", Bucket=ref("Bucket"), PolicyDocument=document)
    refused_creation(cloud, "bucket-principal-missing", Bucket=bucket, It=the_policy)
    created(cloud, Bucket=bucket, Role=ROLE, It={**the_policy, "DependsOn": "Role"})


def test_the_principal_of_a_topic(cloud: Cloud) -> None:
    document = policy(arn_of(cloud, "it"), "sns:Publish", "*")
    the_policy = a("SNS::TopicPolicy", Topics=[ref("Topic")], PolicyDocument=document)
    refused_creation(cloud, "topic-principal-missing", Topic=a("SNS::Topic"), It=the_policy)
    created(cloud, Topic=a("SNS::Topic"), Role=ROLE, It={**the_policy, "DependsOn": "Role"})


def test_the_key_of_an_alias(cloud: Cloud) -> None:
    kms = cloud.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    alias = a("KMS::Alias", AliasName="alias/it", TargetKeyId=key)
    refused_creation(cloud, "key-pending-deletion", It=alias)
    kms.cancel_key_deletion(KeyId=key)
    created(cloud, It=alias)


def certificate(**options: Any) -> Template:
    validation = [{"DomainName": "it.example", **options}]
    return a(
        "CertificateManager::Certificate",
        DomainName="it.example",
        ValidationMethod="DNS",
        DomainValidationOptions=validation,
    )


def test_the_zone_of_a_certificate(cloud: Cloud) -> None:
    refused_creation(cloud, "certificate-pending", It=certificate(ValidationDomain="it.example"))
    refused_creation(cloud, "certificate-pending", It=certificate(HostedZoneId="Z0000000000000"))
    created(cloud, Zone=ZONE, It=certificate(HostedZoneId=ref("Zone")))
    refused_deletion(cloud, "zone-not-empty")
    zone = cloud.resources("it")["Zone"]
    route53 = cloud.client("route53")
    records = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    (left,) = [record for record in records if record["Type"] == "CNAME"]
    batch = {"Changes": [{"Action": "DELETE", "ResourceRecordSet": left}]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
    deleted(cloud)


def test_the_listener_of_a_certificate(cloud: Cloud) -> None:
    zone = cloud.client("route53").create_hosted_zone(Name="it.example", CallerReference="it")
    made = created(cloud, It=certificate(HostedZoneId=zone["HostedZone"]["Id"].split("/")[-1]))
    elb = cloud.client("elbv2")
    balancer = elb.create_load_balancer(Name="it", Subnets=["s-1", "s-2"])["LoadBalancers"][0]
    listener = elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": made["It"]}],
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
    )["Listeners"][0]
    refused_deletion(cloud, "certificate-in-use")
    elb.delete_listener(ListenerArn=listener["ListenerArn"])
    deleted(cloud)


def test_a_role_that_something_else_uses(cloud: Cloud) -> None:
    created(cloud, It=ROLE)
    iam, role = cloud.client("iam"), {"RoleName": "it"}
    inline = {**role, "PolicyName": "it"}
    iam.put_role_policy(**inline, PolicyDocument=json.dumps(LIST))
    refused_deletion(cloud, "role-in-use")
    iam.delete_role_policy(**inline)
    deleted(cloud)


def test_a_policy_that_another_role_has(cloud: Cloud) -> None:
    made = created(cloud, It=a("IAM::ManagedPolicy", PolicyDocument=LIST))
    created(cloud, "other", Role=ROLE)
    attached = {"RoleName": "it", "PolicyArn": made["It"]}
    cloud.client("iam").attach_role_policy(**attached)
    refused_deletion(cloud, "policy-in-use")
    refused_deletion(cloud, "role-in-use", "other")
    cloud.client("iam").detach_role_policy(**attached)
    deleted(cloud)
    deleted(cloud, "other")
