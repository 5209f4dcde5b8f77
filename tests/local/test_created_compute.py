"""Clusters, functions, groups and identities, read back through the service's own API."""

import io
import zipfile

from local_cloud import Cloud, Template
from local_templates import CLUSTER, ROLE, SUBNET, VPC, a, changed, get, made, ref


def test_resources_of_a_cluster(cloud: Cloud) -> None:
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
        addon = eks.describe_addon(clusterName="it", addonName="vpc-cni")["addon"]
        return str(addon["addonVersion"])

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
    configuration = cloud.client("lambda").get_function(FunctionName=name)["Configuration"]
    assert configuration["CodeSize"] == len(archive.getvalue())


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
    scaling_group = cloud.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"][
        0
    ]
    assert scaling_group["LaunchTemplate"]["Version"] == "2"


def test_identity_providers_and_instance_profiles(cloud: Cloud) -> None:
    def provider(*clients: str) -> Template:
        return a("IAM::OIDCProvider", Url="https://ci.example", ClientIdList=list(clients))

    profile = a("IAM::InstanceProfile", Roles=["any"], Path="/it/")
    ids = made(cloud, It=provider("one"), Profile=profile)
    iam = cloud.client("iam")
    instance_profile = iam.get_instance_profile(InstanceProfileName=ids["Profile"])[
        "InstanceProfile"
    ]
    assert instance_profile["Path"] == "/it/"
    assert changed(cloud, It=provider("one", "two"), Profile=profile) == ids
    oidc_provider = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=ids["It"])
    assert oidc_provider["ClientIDList"] == ["one", "two"]
    cloud.delete("it")
    assert not iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    assert not iam.list_instance_profiles()["InstanceProfiles"]


def test_the_group_of_a_cluster_is_deleted_with_it(cloud: Cloud) -> None:
    network = {"Vpc": VPC, "Subnet": SUBNET}
    config = {"SubnetIds": [ref("Subnet")]}
    cluster = {**CLUSTER, "Properties": {**CLUSTER["Properties"], "ResourcesVpcConfig": config}}
    ids = made(cloud, **network, Cluster=cluster)
    filters = [{"Name": "vpc-id", "Values": [ids["Vpc"]]}]

    def groups() -> set[str]:
        listed = cloud.client("ec2").describe_security_groups(Filters=filters)["SecurityGroups"]
        return {group["GroupName"].partition("-sg")[0] for group in listed}

    assert groups() == {"default", "eks-cluster"}
    changed(cloud, **network)
    assert groups() == {"default"}
