"""What the engine creates is read back through the service's own API, not from CloudFormation."""

import io
import json
import zipfile
from typing import Any

from local_cloud import Cloud, Template

ROLE = "arn:aws:iam::111122223333:role/any"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}
NAME = [{"Key": "Name", "Value": "it"}]


def made(cloud: Cloud, **resources: Template) -> dict[str, str]:
    """Create the resources in one stack and return their physical ids."""
    stack = cloud.create("it", {"Resources": resources})
    assert stack["StackStatus"] == "CREATE_COMPLETE", cloud.reasons("it")
    return cloud.resources("it")


def changed(cloud: Cloud, **resources: Template) -> dict[str, str]:
    """Update the stack to these resources and return their physical ids."""
    stack = cloud.update("it", {"Resources": resources})
    assert stack["StackStatus"] == "UPDATE_COMPLETE", cloud.reasons("it")
    return cloud.resources("it")


def a(type_name: str, **properties: Any) -> Template:
    return {"Type": f"AWS::{type_name}", "Properties": properties}


def ref(name: str) -> Template:
    return {"Ref": name}


def get(name: str, attribute: str) -> Template:
    return {"Fn::GetAtt": [name, attribute]}


VPC = a("EC2::VPC", CidrBlock="10.0.0.0/16")
SUBNET = a("EC2::Subnet", VpcId=ref("Vpc"), CidrBlock="10.0.0.0/24")
GROUP = a("EC2::SecurityGroup", GroupDescription="it", VpcId=ref("Vpc"))
BUCKET = a("S3::Bucket")
CLUSTER = a("EKS::Cluster", Name="it", RoleArn=ROLE, ResourcesVpcConfig={"SubnetIds": ["s-1"]})


def test_addresses_and_nat_gateways(cloud: Cloud) -> None:
    gateway = a("EC2::NatGateway", SubnetId=ref("Subnet"), AllocationId=get("It", "AllocationId"))
    resources = {"Vpc": VPC, "Subnet": SUBNET, "Gateway": gateway}
    ids = made(cloud, **resources, It=a("EC2::EIP", Domain="vpc", Tags=NAME))
    ec2 = cloud.client("ec2")
    address = ec2.describe_addresses(PublicIps=[ids["It"]])["Addresses"][0]
    assert NAME[0] in address["Tags"]
    found = ec2.describe_nat_gateways(NatGatewayIds=[ids["Gateway"]])["NatGateways"][0]
    assert (found["SubnetId"], found["State"]) == (ids["Subnet"], "available")
    assert changed(cloud, **resources, It=a("EC2::EIP", Domain="vpc"))["It"] == ids["It"]
    address = ec2.describe_addresses(PublicIps=[ids["It"]])["Addresses"][0]
    assert NAME[0] not in address["Tags"]
    cloud.delete("it")
    assert not ec2.describe_addresses()["Addresses"]


def test_network_acls(cloud: Cloud) -> None:
    def entry(port: int) -> Template:
        return a(
            "EC2::NetworkAclEntry",
            NetworkAclId=ref("It"),
            RuleNumber="100",
            Protocol=6,
            RuleAction="allow",
            CidrBlock="10.0.0.0/8",
            PortRange={"From": str(port), "To": port},
        )

    association = a("EC2::SubnetNetworkAclAssociation", NetworkAclId=ref("It"), SubnetId=ref("Sub"))
    resources = {"Vpc": VPC, "Sub": SUBNET, "It": a("EC2::NetworkAcl", VpcId=ref("Vpc"))}
    ids = made(cloud, **resources, Entry=entry(80), Association=association)
    ec2 = cloud.client("ec2")
    found = ec2.describe_network_acls(NetworkAclIds=[ids["It"]])["NetworkAcls"][0]
    assert found["Associations"][0]["SubnetId"] == ids["Sub"]
    assert [item["RuleNumber"] for item in found["Entries"]] == [100]
    changed(cloud, **resources, Entry=entry(443), Association=association)
    found = ec2.describe_network_acls(NetworkAclIds=[ids["It"]])["NetworkAcls"][0]
    assert len(found["Entries"]) == 1
    changed(cloud, **resources)
    found = ec2.describe_network_acls(NetworkAclIds=[ids["It"]])["NetworkAcls"][0]
    assert not found["Entries"]
    assert not found["Associations"]


def test_rules_of_security_groups(cloud: Cloud) -> None:
    def rules(description: str) -> dict[str, Template]:
        ingress = a(
            "EC2::SecurityGroupIngress",
            GroupId=ref("Group"),
            IpProtocol="tcp",
            FromPort="80",
            ToPort=80,
            CidrIp="10.0.0.0/8",
            Description=description,
        )
        egress = a(
            "EC2::SecurityGroupEgress",
            GroupId=get("Group", "GroupId"),
            IpProtocol="udp",
            FromPort=53,
            ToPort=53,
            DestinationSecurityGroupId=ref("Group"),
        )
        return {"Vpc": VPC, "Group": GROUP, "In": ingress, "Out": egress}

    ids = made(cloud, **rules("one"))
    ec2 = cloud.client("ec2")

    def group() -> Template:
        return dict(ec2.describe_security_groups(GroupIds=[ids["Group"]])["SecurityGroups"][0])

    assert group()["IpPermissions"][0]["IpRanges"][0]["Description"] == "one"
    assert "udp" in [rule["IpProtocol"] for rule in group()["IpPermissionsEgress"]]
    changed(cloud, **rules("two"))
    assert group()["IpPermissions"][0]["IpRanges"] == [
        {"CidrIp": "10.0.0.0/8", "Description": "two"}
    ]
    changed(cloud, Vpc=VPC, Group=GROUP)
    assert not group()["IpPermissions"]


def test_flow_logs_volumes_and_interfaces(cloud: Cloud) -> None:
    log = a(
        "EC2::FlowLog",
        ResourceId=ref("Vpc"),
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestinationType="s3",
        LogDestination="arn:aws:s3:::logs",
    )
    interface = a("EC2::NetworkInterface", SubnetId=ref("Subnet"), GroupSet=[ref("Group")])
    resources = {"Vpc": VPC, "Subnet": SUBNET, "Group": GROUP, "Log": log, "Eni": interface}

    def volume(size: int) -> Template:
        return a("EC2::Volume", AvailabilityZone="eu-central-1a", Size=size, Encrypted="true")

    ids = made(cloud, **resources, Volume=volume(8))
    ec2 = cloud.client("ec2")
    assert (
        ec2.describe_flow_logs(FlowLogIds=[ids["Log"]])["FlowLogs"][0]["ResourceId"] == ids["Vpc"]
    )
    found = ec2.describe_network_interfaces(NetworkInterfaceIds=[ids["Eni"]])["NetworkInterfaces"]
    assert found[0]["Groups"][0]["GroupId"] == ids["Group"]
    assert changed(cloud, **resources, Volume=volume(16))["Volume"] == ids["Volume"]
    found = ec2.describe_volumes(VolumeIds=[ids["Volume"]])["Volumes"]
    assert (found[0]["Size"], found[0]["Encrypted"]) == (16, True)
    cloud.delete("it")
    assert not ec2.describe_volumes()["Volumes"]


def test_the_properties_of_a_bucket(cloud: Cloud) -> None:
    key = "arn:aws:kms:eu-central-1:111122223333:key/5e0c7e6a-9d0b-4a53-9f63-6d0f5d0c8a11"
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    encryption = [{"BucketKeyEnabled": "true", "ServerSideEncryptionByDefault": default}]
    rule = {
        "Id": "old",
        "Status": "Enabled",
        "Prefix": "logs/",
        "ExpirationInDays": "365",
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 90}],
    }
    replica = {
        "Id": "all",
        "Status": "Enabled",
        "Priority": 1,
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": get("Other", "Arn")},
    }
    other = a(
        "S3::Bucket",
        ObjectLockEnabled=True,
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}},
        },
    )
    bucket = a(
        "S3::Bucket",
        BucketEncryption={"ServerSideEncryptionConfiguration": encryption},
        LifecycleConfiguration={"Rules": [rule]},
        LoggingConfiguration={"DestinationBucketName": ref("Other"), "LogFilePrefix": "s3/"},
        OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
        ReplicationConfiguration={"Role": ROLE, "Rules": [replica]},
        VersioningConfiguration={"Status": "Enabled"},
        Tags=NAME,
    )
    ids = made(cloud, It=bucket, Other=other)
    s3, name = cloud.client("s3"), ids["It"]
    found = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert found["ApplyServerSideEncryptionByDefault"] == default
    found = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"][0]
    assert found["Expiration"] == {"Days": 365}
    assert found["Filter"] == {"Prefix": "logs/"}
    assert found["Transitions"] == [{"Days": 90, "StorageClass": "GLACIER"}]
    found = s3.get_bucket_logging(Bucket=name)["LoggingEnabled"]
    assert found["TargetBucket"] == ids["Other"]
    found = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"]
    assert found == [{"ObjectOwnership": "ObjectWriter"}]
    found = s3.get_bucket_replication(Bucket=name)["ReplicationConfiguration"]["Rules"][0]
    assert found["Destination"]["Bucket"] == f"arn:aws:s3:::{ids['Other']}"
    assert NAME[0] in s3.get_bucket_tagging(Bucket=name)["TagSet"]
    found = s3.get_object_lock_configuration(Bucket=ids["Other"])["ObjectLockConfiguration"]
    assert found["Rule"]["DefaultRetention"] == {"Mode": "COMPLIANCE", "Days": 1}
    changed(cloud, It=a("S3::Bucket", VersioningConfiguration={"Status": "Suspended"}), Other=other)
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Suspended"
    found = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert found["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"


def test_the_properties_of_a_table_and_a_topic(cloud: Cloud) -> None:
    def table(**properties: Any) -> Template:
        return a(
            "DynamoDB::Table",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
            **properties,
        )

    full = table(
        SSESpecification={"SSEEnabled": "true", "SSEType": "KMS"},
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        TimeToLiveSpecification={"AttributeName": "ends", "Enabled": True},
    )
    ids = made(cloud, It=full, Topic=a("SNS::Topic", KmsMasterKeyId="alias/it"))
    dynamo, name = cloud.client("dynamodb"), ids["It"]

    def recovery() -> str:
        found = dynamo.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        return str(found["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"])

    assert dynamo.describe_table(TableName=name)["Table"]["SSEDescription"]["SSEType"] == "KMS"
    assert recovery() == "ENABLED"
    found = dynamo.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert found["AttributeName"] == "ends"
    topic = cloud.client("sns").get_topic_attributes(TopicArn=ids["Topic"])["Attributes"]
    assert topic["KmsMasterKeyId"] == "alias/it"
    assert changed(cloud, It=table(), Topic=a("SNS::Topic"))["It"] == name
    assert recovery() == "DISABLED"


def test_identity_providers_and_instance_profiles(cloud: Cloud) -> None:
    def provider(*clients: str) -> Template:
        return a("IAM::OIDCProvider", Url="https://ci.example", ClientIdList=list(clients))

    profile = a("IAM::InstanceProfile", Roles=["any"], Path="/it/")
    ids = made(cloud, It=provider("one"), Profile=profile)
    iam = cloud.client("iam")
    found = iam.get_instance_profile(InstanceProfileName=ids["Profile"])["InstanceProfile"]
    assert found["Path"] == "/it/"
    assert changed(cloud, It=provider("one", "two"), Profile=profile) == ids
    found = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=ids["It"])
    assert found["ClientIDList"] == ["one", "two"]
    cloud.delete("it")
    assert not iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    assert not iam.list_instance_profiles()["InstanceProfiles"]


def test_what_belongs_to_a_secret(cloud: Cloud) -> None:
    function = "arn:aws:lambda:eu-central-1:111122223333:function:it"
    resources = {
        "It": a("SecretsManager::Secret", SecretString="{}"),
        "Policy": a("SecretsManager::ResourcePolicy", SecretId=ref("It"), ResourcePolicy=POLICY),
        "Rotation": a(
            "SecretsManager::RotationSchedule",
            SecretId=ref("It"),
            RotationLambdaARN=function,
            RotationRules={"AutomaticallyAfterDays": "30"},
        ),
    }
    secret = made(cloud, **resources)["It"]
    secrets = cloud.client("secretsmanager")
    found = secrets.get_resource_policy(SecretId=secret)["ResourcePolicy"]
    assert json.loads(found) == POLICY
    rotation = secrets.describe_secret(SecretId=secret)
    assert rotation["RotationLambdaARN"] == function
    assert rotation["RotationRules"] == {"AutomaticallyAfterDays": 30}
    changed(cloud, It=resources["It"])
    assert "ResourcePolicy" not in secrets.get_resource_policy(SecretId=secret)


def test_what_belongs_to_a_cluster(cloud: Cloud) -> None:
    def resources(version: str, scope: Template) -> dict[str, Template]:
        arn = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
        policies = [{"PolicyArn": arn, "AccessScope": scope}]
        return {
            "Cluster": CLUSTER,
            "Addon": a(
                "EKS::Addon", ClusterName=ref("Cluster"), AddonName="vpc-cni", AddonVersion=version
            ),
            "Entry": a(
                "EKS::AccessEntry",
                ClusterName=ref("Cluster"),
                PrincipalArn=ROLE,
                AccessPolicies=policies,
            ),
            "Identity": a(
                "EKS::PodIdentityAssociation",
                ClusterName=ref("Cluster"),
                Namespace="it",
                ServiceAccount="it",
                RoleArn=ROLE,
            ),
        }

    ids = made(cloud, **resources("v1.19.0-eksbuild.1", {"Type": "cluster"}))
    assert ids["Addon"] == "it|vpc-cni"
    eks = cloud.client("eks")

    def version() -> str:
        found = eks.describe_addon(clusterName="it", addonName="vpc-cni")["addon"]
        return str(found["addonVersion"])

    assert version() == "v1.19.0-eksbuild.1"
    assert eks.list_access_entries(clusterName="it")["accessEntries"] == [ROLE]
    policies = eks.list_associated_access_policies(clusterName="it", principalArn=ROLE)
    assert len(policies["associatedAccessPolicies"]) == 1
    pods = eks.list_pod_identity_associations(clusterName="it")["associations"]
    assert pods[0]["namespace"] == "it"
    namespaces = {"Type": "namespace", "Namespaces": ["it"]}
    assert changed(cloud, **resources("v1.20.0-eksbuild.1", namespaces)) == ids
    assert version() == "v1.20.0-eksbuild.1"
    changed(cloud, Cluster=CLUSTER)
    assert not eks.list_addons(clusterName="it")["addons"]
    assert not eks.list_pod_identity_associations(clusterName="it")["associations"]


def test_trails(cloud: Cloud) -> None:
    def trail(logging: bool) -> Template:
        selectors = [
            {
                "Name": "data",
                "FieldSelectors": [
                    {"Field": "eventCategory", "Equals": ["Data"]},
                    {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
                ],
            }
        ]
        return a(
            "CloudTrail::Trail",
            S3BucketName=ref("Bucket"),
            IsLogging=logging,
            IsMultiRegionTrail="true",
            EnableLogFileValidation=True,
            AdvancedEventSelectors=selectors,
        )

    ids = made(cloud, Bucket=BUCKET, It=trail(True))
    cloudtrail, name = cloud.client("cloudtrail"), ids["It"]
    found = cloudtrail.get_trail(Name=name)["Trail"]
    assert (found["IsMultiRegionTrail"], found["LogFileValidationEnabled"]) == (True, True)
    assert cloudtrail.get_trail_status(Name=name)["IsLogging"]
    assert cloudtrail.get_event_selectors(TrailName=name)["AdvancedEventSelectors"]
    assert changed(cloud, Bucket=BUCKET, It=trail(False)) == ids
    assert not cloudtrail.get_trail_status(Name=name)["IsLogging"]
    changed(cloud, Bucket=BUCKET)
    assert not cloudtrail.list_trails()["Trails"]


def test_config(cloud: Cloud) -> None:
    def rule(text: str) -> Template:
        return a(
            "Config::ConfigRule",
            Description=text,
            Source={"Owner": "AWS", "SourceIdentifier": "S3_BUCKET_VERSIONING_ENABLED"},
            InputParameters={"isMfaDeleteEnabled": "true"},
        )

    resources = {
        "Bucket": BUCKET,
        "Recorder": a(
            "Config::ConfigurationRecorder",
            RoleARN=ROLE,
            RecordingGroup={"AllSupported": "true", "IncludeGlobalResourceTypes": True},
        ),
        "Channel": a(
            "Config::DeliveryChannel",
            S3BucketName=ref("Bucket"),
            ConfigSnapshotDeliveryProperties={"DeliveryFrequency": "Six_Hours"},
        ),
    }
    ids = made(cloud, **resources, It=rule("one"))
    config = cloud.client("config")
    found = config.describe_configuration_recorders()["ConfigurationRecorders"][0]
    assert found["recordingGroup"]["allSupported"]
    assert config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"][0][
        "recording"
    ]
    channel = config.describe_delivery_channels()["DeliveryChannels"][0]
    assert channel["configSnapshotDeliveryProperties"] == {"deliveryFrequency": "Six_Hours"}
    assert changed(cloud, **resources, It=rule("two")) == ids
    assert config.describe_config_rules()["ConfigRules"][0]["Description"] == "two"
    changed(cloud, Bucket=BUCKET)
    assert not config.describe_config_rules()["ConfigRules"]
    assert not config.describe_delivery_channels()["DeliveryChannels"]
    assert not config.describe_configuration_recorders()["ConfigurationRecorders"]


def test_mail(cloud: Cloud) -> None:
    def template(subject: str, name: str = "it") -> Template:
        content = {"TemplateName": name, "SubjectPart": subject, "TextPart": "text"}
        return a("SES::Template", Template=content)

    identity = a("SES::EmailIdentity", EmailIdentity="mail.example")
    record = a("SSM::Parameter", Type="String", Value=get("Identity", "DkimDNSTokenName1"))
    resources = {"Identity": identity, "Record": record}
    pool = a("SES::DedicatedIpPool", ScalingMode="MANAGED")
    ids = made(cloud, **resources, It=template("one"), Pool=pool)
    ses = cloud.client("sesv2")
    tokens = ses.get_email_identity(EmailIdentity="mail.example")["DkimAttributes"]["Tokens"]
    parameter = cloud.client("ssm").get_parameter(Name=ids["Record"])["Parameter"]
    assert parameter["Value"] == f"{tokens[0]}._domainkey.mail.example"
    found = ses.get_dedicated_ip_pool(PoolName=ids["Pool"])["DedicatedIpPool"]
    assert found["ScalingMode"] == "MANAGED"
    assert changed(cloud, **resources, It=template("two"))["It"] == "it"
    found = ses.get_email_template(TemplateName="it")["TemplateContent"]
    assert found["Subject"] == "two"
    assert changed(cloud, **resources, It=template("two", "other"))["It"] == "other"
    names = [item["TemplateName"] for item in ses.list_email_templates()["TemplatesMetadata"]]
    assert names == ["other"]


def test_records_and_health_checks(cloud: Cloud) -> None:
    def records(*values: str) -> Template:
        return a(
            "Route53::RecordSetGroup",
            HostedZoneId=ref("Zone"),
            RecordSets=[
                {"Name": f"{v}.it.example", "Type": "A", "TTL": "60", "ResourceRecords": [v]}
                for v in values
            ],
        )

    def check(path: str) -> Template:
        config = {"Type": "HTTPS", "FullyQualifiedDomainName": "it.example", "ResourcePath": path}
        return a("Route53::HealthCheck", HealthCheckConfig={**config, "Port": "443"})

    zone = a("Route53::HostedZone", Name="it.example")
    ids = made(cloud, Zone=zone, It=records("10.0.0.1", "10.0.0.2"), Check=check("/one"))
    route53 = cloud.client("route53")

    def names() -> list[str]:
        found = route53.list_resource_record_sets(HostedZoneId=ids["Zone"])["ResourceRecordSets"]
        return [record["Name"] for record in found if record["Type"] == "A"]

    assert names() == ["10.0.0.1.it.example.", "10.0.0.2.it.example."]
    assert changed(cloud, Zone=zone, It=records("10.0.0.2"), Check=check("/two")) == ids
    assert names() == ["10.0.0.2.it.example."]
    found = route53.get_health_check(HealthCheckId=ids["Check"])["HealthCheck"]
    assert found["HealthCheckConfig"]["ResourcePath"] == "/two"
    changed(cloud, Zone=zone)
    assert not names()
    assert not route53.list_health_checks()["HealthChecks"]


def test_selections_associations_and_composite_alarms(cloud: Cloud) -> None:
    visibility = {"CloudWatchMetricsEnabled": True, "MetricName": "it"}
    plan = {"RuleName": "daily", "TargetBackupVault": "default"}
    condition = {"ConditionType": "STRINGEQUALS", "ConditionKey": "a", "ConditionValue": "b"}
    selection = {"SelectionName": "it", "IamRoleArn": ROLE, "ListOfTags": [condition]}
    resources = {
        "Vpc": VPC,
        "Subnet": SUBNET,
        "Balancer": a("ElasticLoadBalancingV2::LoadBalancer", Subnets=[ref("Subnet")]),
        "Acl": a(
            "WAFv2::WebACL",
            Scope="REGIONAL",
            DefaultAction={"Allow": {}},
            VisibilityConfig={**visibility, "SampledRequestsEnabled": True},
        ),
        "Plan": a(
            "Backup::BackupPlan", BackupPlan={"BackupPlanName": "it", "BackupPlanRule": [plan]}
        ),
    }

    def rest(rule: str) -> dict[str, Template]:
        return {
            "Association": a(
                "WAFv2::WebACLAssociation",
                ResourceArn=ref("Balancer"),
                WebACLArn=get("Acl", "Arn"),
            ),
            "Selection": a(
                "Backup::BackupSelection", BackupPlanId=ref("Plan"), BackupSelection=selection
            ),
            "Alarm": a("CloudWatch::CompositeAlarm", AlarmRule=rule),
        }

    ids = made(cloud, **resources, **rest("TRUE"))
    found = cloud.client("wafv2").get_web_acl_for_resource(ResourceArn=ids["Balancer"])["WebACL"]
    assert found["Name"]
    backup = cloud.client("backup")
    selections = backup.list_backup_selections(BackupPlanId=ids["Plan"])["BackupSelectionsList"]
    assert selections[0]["SelectionName"] == "it"

    def alarms() -> list[str]:
        found = cloud.client("cloudwatch").describe_alarms(AlarmTypes=["CompositeAlarm"])
        return [alarm["AlarmRule"] for alarm in found["CompositeAlarms"]]

    assert alarms() == ["TRUE"]
    assert changed(cloud, **resources, **rest("FALSE")) == ids
    assert alarms() == ["FALSE"]
    changed(cloud, **resources)
    assert not alarms()
    assert not backup.list_backup_selections(BackupPlanId=ids["Plan"])["BackupSelectionsList"]


def test_functions_take_their_code_from_a_bucket(cloud: Cloud) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.py", "raise SystemExit")
    s3 = cloud.client("s3")
    bucket = f"code-{cloud.account}"
    s3.create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    s3.put_object(Bucket=bucket, Key="it.zip", Body=archive.getvalue())
    function = a(
        "Lambda::Function",
        Role=ROLE,
        Handler="index.handler",
        Runtime="python3.13",
        Code={"S3Bucket": bucket, "S3Key": "it.zip"},
    )
    name = made(cloud, It=function)["It"]
    found = cloud.client("lambda").get_function(FunctionName=name)["Configuration"]
    assert found["CodeSize"] == len(archive.getvalue())


def test_scaling_groups_do_not_wait_for_signals(cloud: Cloud) -> None:
    group = a(
        "AutoScaling::AutoScalingGroup",
        MinSize="1",
        MaxSize="2",
        AvailabilityZones=["eu-central-1a"],
        LaunchTemplate={
            "LaunchTemplateId": ref("Launch"),
            "Version": get("Launch", "LatestVersionNumber"),
        },
    )
    group["CreationPolicy"] = {"ResourceSignal": {"Count": 1, "Timeout": "PT15M"}}
    group["UpdatePolicy"] = {
        "AutoScalingRollingUpdate": {"WaitOnResourceSignals": True, "PauseTime": "PT15M"}
    }

    def launch(size: str) -> Template:
        return a("EC2::LaunchTemplate", LaunchTemplateData={"InstanceType": size})

    ids = made(cloud, It=group, Launch=launch("t3.micro"))
    assert changed(cloud, It=group, Launch=launch("t3.small")) == ids
    found = cloud.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"][0]
    assert found["LaunchTemplate"]["Version"] == "2"
