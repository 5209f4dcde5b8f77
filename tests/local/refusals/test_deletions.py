"""Protected and used resources are not deleted, and are once that ends."""

from local_cloud import Cloud
from local_templates import CLUSTER, GROUP, ROLE, SUBNET, VPC, a, get, ref
from refused import created, deleted, refused_deletion, updated, with_properties

TABLE = a(
    "DynamoDB::Table",
    AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
    KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
    BillingMode="PAY_PER_REQUEST",
)
ZONE = a("Route53::HostedZone", Name="it.example")


def balancer(protected: str) -> dict[str, object]:
    attributes = [{"Key": "deletion_protection.enabled", "Value": protected}]
    return a(
        "ElasticLoadBalancingV2::LoadBalancer",
        Subnets=[ref("Subnet")],
        LoadBalancerAttributes=attributes,
    )


def test_a_protected_cluster(cloud: Cloud) -> None:
    made = created(cloud, It=with_properties(CLUSTER, DeletionProtection=True))
    refused_deletion(cloud, "cluster-protected")
    eks = cloud.client("eks")
    assert eks.describe_cluster(name=made["It"])["cluster"]["deletionProtection"]
    eks.update_cluster_config(name=made["It"], deletionProtection=False)
    deleted(cloud)


def test_a_cluster_that_an_update_unprotects(cloud: Cloud) -> None:
    created(cloud, It=with_properties(CLUSTER, DeletionProtection=True))
    updated(cloud, It=with_properties(CLUSTER, DeletionProtection=False))
    deleted(cloud)


def test_a_cluster_with_node_groups(cloud: Cloud) -> None:
    created(cloud, It=CLUSTER)
    eks, group = cloud.client("eks"), {"clusterName": "it", "nodegroupName": "other"}
    eks.create_nodegroup(**group, subnets=["s-1"], nodeRole=ROLE)
    refused_deletion(cloud, "cluster-has-nodes")
    eks.delete_nodegroup(**group)
    deleted(cloud)


def test_a_protected_load_balancer(cloud: Cloud) -> None:
    network = {"Vpc": VPC, "Subnet": SUBNET}
    created(cloud, **network, It=balancer("true"))
    refused_deletion(cloud, "balancer-protected")
    arn = cloud.resources("it")["It"]
    cloud.client("elbv2").modify_load_balancer_attributes(
        LoadBalancerArn=arn,
        Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}],
    )
    deleted(cloud)


def test_a_protected_table(cloud: Cloud) -> None:
    made = created(cloud, It=with_properties(TABLE, DeletionProtectionEnabled=True))
    refused_deletion(cloud, "table-protected")
    cloud.client("dynamodb").update_table(TableName=made["It"], DeletionProtectionEnabled=False)
    deleted(cloud)


def test_a_protected_table_survives_its_replacement(cloud: Cloud) -> None:
    made = created(
        cloud, It=with_properties(TABLE, TableName="first", DeletionProtectionEnabled=True)
    )
    updated(cloud, It=with_properties(TABLE, TableName="second"))
    assert sorted(cloud.client("dynamodb").list_tables()["TableNames"]) == ["first", "second"]
    assert made["It"] == "first"
    failed = [e for e in cloud.events("it") if e["ResourceStatus"] == "DELETE_FAILED"]
    assert [event["PhysicalResourceId"] for event in failed] == ["first"]


def test_a_protected_log_group(cloud: Cloud) -> None:
    created(cloud, It=a("Logs::LogGroup", DeletionProtectionEnabled=True))
    refused_deletion(cloud, "log-group-protected")


def test_a_log_group_that_an_update_unprotects(cloud: Cloud) -> None:
    created(cloud, It=a("Logs::LogGroup", DeletionProtectionEnabled=True))
    updated(cloud, It=a("Logs::LogGroup", DeletionProtectionEnabled=False))
    deleted(cloud)


def test_a_bucket_with_old_versions(cloud: Cloud) -> None:
    made = created(cloud, It=a("S3::Bucket", VersioningConfiguration={"Status": "Enabled"}))
    s3, key = cloud.client("s3"), {"Bucket": made["It"], "Key": "it"}
    s3.put_object(**key, Body=b"1")
    s3.delete_object(**key)
    refused_deletion(cloud, "bucket-not-empty")
    versions = s3.list_object_versions(Bucket=made["It"])
    for version in [*versions["Versions"], *versions["DeleteMarkers"]]:
        s3.delete_object(**key, VersionId=version["VersionId"])
    deleted(cloud)


def test_a_zone_with_records(cloud: Cloud) -> None:
    made = created(cloud, It=ZONE)
    route53 = cloud.client("route53")
    record = {
        "Name": "www.it.example",
        "Type": "A",
        "TTL": 60,
        "ResourceRecords": [{"Value": "192.0.2.1"}],
    }

    def change(action: str) -> None:
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        route53.change_resource_record_sets(HostedZoneId=made["It"], ChangeBatch=batch)

    change("UPSERT")
    refused_deletion(cloud, "zone-not-empty")
    change("DELETE")
    deleted(cloud)


def test_a_zone_whose_records_the_stack_deletes(cloud: Cloud) -> None:
    record = a(
        "Route53::RecordSet",
        HostedZoneId=ref("It"),
        Name="www.it.example",
        Type="A",
        TTL="60",
        ResourceRecords=["192.0.2.1"],
    )
    created(cloud, It=ZONE, Record=record)
    deleted(cloud)


def test_a_vault_with_recovery_points(cloud: Cloud) -> None:
    created(cloud, It=a("Backup::BackupVault", BackupVaultName="it"))
    backup = cloud.client("backup")
    point = backup.start_backup_job(
        BackupVaultName="it", ResourceArn="arn:aws:dynamodb:x:1:table/t", IamRoleArn=ROLE
    )["RecoveryPointArn"]
    refused_deletion(cloud, "vault-not-empty")
    backup.delete_recovery_point(BackupVaultName="it", RecoveryPointArn=point)
    deleted(cloud)


def test_a_security_group_of_an_interface(cloud: Cloud) -> None:
    made = created(cloud, Vpc=VPC, Subnet=SUBNET, It=GROUP)
    ec2 = cloud.client("ec2")
    interface = ec2.create_network_interface(SubnetId=made["Subnet"], Groups=[made["It"]])
    refused_deletion(cloud, "group-in-use")
    refused_deletion(cloud, "subnet-in-use")
    identifier = interface["NetworkInterface"]["NetworkInterfaceId"]
    ec2.delete_network_interface(NetworkInterfaceId=identifier)
    deleted(cloud)


def test_a_security_group_in_a_rule_of_another(cloud: Cloud) -> None:
    made = created(cloud, Vpc=VPC, It=GROUP)
    ec2 = cloud.client("ec2")
    other = ec2.create_security_group(GroupName="o", Description="o", VpcId=made["Vpc"])["GroupId"]
    pair = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1}
    permissions = [{**pair, "UserIdGroupPairs": [{"GroupId": made["It"]}]}]
    ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=permissions)
    refused_deletion(cloud, "group-in-use")
    ec2.delete_security_group(GroupId=other)
    deleted(cloud)


def test_a_vpc_with_a_group(cloud: Cloud) -> None:
    made = created(cloud, Vpc=VPC)
    ec2 = cloud.client("ec2")
    other = ec2.create_security_group(GroupName="o", Description="o", VpcId=made["Vpc"])["GroupId"]
    refused_deletion(cloud, "vpc-in-use")
    ec2.delete_security_group(GroupId=other)
    deleted(cloud)


def test_the_group_of_a_cluster_goes_with_it(cloud: Cloud) -> None:
    cluster = with_properties(CLUSTER, ResourcesVpcConfig={"SubnetIds": [ref("Subnet")]})
    made = created(cloud, Vpc=VPC, Subnet=SUBNET, It=cluster)
    filters = [{"Name": "vpc-id", "Values": [made["Vpc"]]}]
    groups = cloud.client("ec2").describe_security_groups(Filters=filters)["SecurityGroups"]
    assert "eks-cluster-sg-it" in [group["GroupName"] for group in groups]
    deleted(cloud)


def test_groups_that_refer_to_each_other_go_with_their_rules(cloud: Cloud) -> None:
    rule = a(
        "EC2::SecurityGroupIngress",
        GroupId=get("It", "GroupId"),
        SourceSecurityGroupId=get("Other", "GroupId"),
        IpProtocol="tcp",
        FromPort=1,
        ToPort=1,
    )
    created(cloud, Vpc=VPC, It=GROUP, Other=GROUP, Rule=rule)
    deleted(cloud)
