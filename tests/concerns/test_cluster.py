"""The cluster: private, encrypted, logged; add-ons in order; pods with their own roles."""

import json

import pytest

from tidegen.cloudformation.evaluation import evaluate
from tidegen.concerns.cluster import CONCERN
from tidegen.contract import Context

TEMPLATE = CONCERN.build(Context()).to_dict()
RESOURCES = TEMPLATE["Resources"]
LATER = {"coredns", "aws-ebs-csi-driver", "metrics-server", "amazon-cloudwatch-observability"}


def properties(title):
    return RESOURCES[title]["Properties"]


def statements(title):
    return {s["Sid"]: s for s in properties(title)["PolicyDocument"]["Statement"]}


def addons():
    return {
        item["Properties"]["AddonName"]: item
        for item in RESOURCES.values()
        if item["Type"] == "AWS::EKS::Addon"
    }


def test_the_control_plane_is_private_encrypted_logged_and_uses_access_entries():
    cluster = properties("Cluster")
    network = cluster["ResourcesVpcConfig"]
    assert (network["EndpointPrivateAccess"], network["EndpointPublicAccess"]) == (True, False)
    (encryption,) = cluster["EncryptionConfig"]
    assert encryption["Resources"] == ["secrets"]
    kinds = {kind["Type"] for kind in cluster["Logging"]["ClusterLogging"]["EnabledTypes"]}
    assert kinds == {"api", "audit", "authenticator", "controllerManager", "scheduler"}
    access = cluster["AccessConfig"]
    assert access["AuthenticationMode"] == "API"
    assert access["BootstrapClusterCreatorAdminPermissions"] is False
    assert cluster["UpgradePolicy"] == {"SupportType": "STANDARD"}
    assert cluster["ZonalShiftConfig"] == {"Enabled": True}


def test_the_audit_log_of_the_api_server_is_kept_as_long_as_the_trail():
    assert RESOURCES["ControlPlaneLogGroup"]["Properties"]["RetentionInDays"] == 3653


def test_log_groups_are_created_before_their_writers():
    assert RESOURCES["Cluster"]["DependsOn"] == "ControlPlaneLogGroup"
    observability = addons()["amazon-cloudwatch-observability"]
    groups = {
        title
        for title, item in RESOURCES.items()
        if item["Type"] == "AWS::Logs::LogGroup" and title != "ControlPlaneLogGroup"
    }
    assert len(groups) == 4
    assert groups <= set(observability["DependsOn"])


def test_nodes_are_created_between_early_and_late_addons():
    later = {name for name, item in addons().items() if "Nodes" in item.get("DependsOn", [])}
    assert later == LATER
    first = {name: item for name, item in addons().items() if name not in LATER}
    titles = {title for title, item in RESOURCES.items() if item in first.values()}
    assert set(RESOURCES["Nodes"]["DependsOn"]) == {*titles, "EndpointsFromCluster"}
    assert set(first) == {"vpc-cni", "kube-proxy", "eks-pod-identity-agent"}


def test_volumes_of_pods_are_tagged_for_the_environment():
    """AWS's policy of the driver covers those of every cluster; the boundary uses the tag."""
    values = addons()["aws-ebs-csi-driver"]["Properties"]["ConfigurationValues"]["Fn::Sub"]
    assert json.loads(values) == {
        "controller": {"extraVolumeTags": {"environment": "${Environment}"}}
    }


def test_no_pod_is_instrumented_by_the_observability_addon():
    """Keys of the chart's values.yaml in 6.2.0 (aws-observability/helm-charts, lines 491, 1114)."""
    values = addons()["amazon-cloudwatch-observability"]["Properties"]["ConfigurationValues"]
    assert json.loads(values) == {
        "applicationSignals": {"enabled": False},
        "manager": {"applicationSignals": {"autoMonitor": {"monitorAllServices": False}}},
    }


def test_every_addon_has_a_pinned_version():
    for name, item in addons().items():
        version = item["Properties"]["AddonVersion"]["Ref"]
        assert version in TEMPLATE["Parameters"], name


def test_guardduty_owns_its_agent():
    assert "aws-guardduty-agent" not in addons()


def test_the_node_group_and_its_launch_template_repeat_no_setting():
    """EKS refuses that: failures disk-size-twice and instance-type-twice."""
    data = properties("NodeLaunchTemplate")["LaunchTemplateData"]
    assert not {"InstanceType", "IamInstanceProfile", "NetworkInterfaces"} & set(data)
    assert not {"DiskSize", "RemoteAccess", "NodegroupName"} & set(properties("Nodes"))
    assert data["MetadataOptions"]["HttpPutResponseHopLimit"] == 1
    (root,) = data["BlockDeviceMappings"]
    assert root["Ebs"]["KmsKeyId"] == {"Ref": "NodesKeyArn"}


def test_nodes_are_private_repaired_and_updated_a_third_at_a_time():
    nodes = properties("Nodes")
    assert nodes["Subnets"] == {"Ref": "PrivateSubnetIds"}
    assert nodes["NodeRepairConfig"] == {"Enabled": True}
    assert nodes["UpdateConfig"] == {"MaxUnavailablePercentage": 33}


@pytest.mark.parametrize(("first", "size"), [("true", "x"), ("false", None)])
def test_a_later_deploy_does_not_send_the_desired_size(first, size):
    """At creation EKS needs all three; later no action occurs if it is left out."""
    given = dict.fromkeys(TEMPLATE["Parameters"], "x") | {"FirstDeploy": first}
    nodes = evaluate({"": TEMPLATE}, given)["Nodes"]["Properties"]
    assert nodes["ScalingConfig"].get("DesiredSize") == size


def test_nodes_have_the_version_of_the_control_plane():
    assert properties("Nodes")["Version"] == properties("Cluster")["Version"]


def test_nodes_have_no_permission_of_the_pods():
    managed = str(properties("NodeRole")["ManagedPolicyArns"])
    assert "CNI" not in managed
    assert "CloudWatch" not in managed


@pytest.mark.parametrize("role", ["CniRole", "EbsCsiRole", "CloudWatchAgentRole", "AutoscalerRole"])
def test_pods_of_other_clusters_cannot_assume_these_roles(role):
    (statement,) = properties(role)["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": ["pods.eks.amazonaws.com"]}
    source = statement["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::Sub"]
    assert source.endswith(":cluster/${Project}-${Environment}")


def test_the_autoscaler_changes_groups_of_this_cluster_only():
    scale = statements("AutoscalerRolePolicy")["Scale"]
    assert set(scale["Action"]) == {
        "autoscaling:SetDesiredCapacity",
        "autoscaling:TerminateInstanceInAutoScalingGroup",
    }
    tag = scale["Condition"]["StringEquals"]["aws:ResourceTag/eks:cluster-name"]
    assert tag == properties("Cluster")["Name"]
    association = properties("AutoscalerRoleAssociation")
    assert association["ServiceAccount"] == "cluster-autoscaler"


def test_every_action_without_a_resource_only_reads_or_measures():
    for title, item in RESOURCES.items():
        if item["Type"] != "AWS::IAM::ManagedPolicy":
            continue
        for sid, statement in statements(title).items():
            if statement["Resource"] == ["*"]:
                verbs = {action.partition(":")[2] for action in statement["Action"]}
                looking = all(verb.startswith(("Describe", "Get", "List")) for verb in verbs)
                assert looking or "Condition" in statement, (title, sid)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_each_administrator_has_an_access_entry(count):
    arns = [f"arn:aws:iam::111122223333:role/Admin{n}" for n in range(count)]
    given = dict.fromkeys(TEMPLATE["Parameters"], "x")
    for number in (1, 2, 3):
        given[f"Administrator{number}"] = "".join(arns[number - 1 : number])
    resources = evaluate({"": TEMPLATE}, given)
    entries = [i for i in resources.values() if i["Type"] == "AWS::EKS::AccessEntry"]
    assert [entry["Properties"]["PrincipalArn"] for entry in entries] == arns
