"""Environments connect to shared services, never the reverse."""

import pytest

from tidegen.cloudformation.evaluation import evaluate
from tidegen.concerns import shared_endpoint, shared_services
from tidegen.contract import Context

SERVICES = shared_services.CONCERN.build(Context()).to_dict()
ENDPOINT = shared_endpoint.CONCERN.build(Context()).to_dict()


def of_type(template, name):
    resources = template["Resources"].values()
    return [item["Properties"] for item in resources if item["Type"] == f"AWS::{name}"]


def built(template, **values):
    return evaluate({"": template}, dict.fromkeys(template["Parameters"], "x") | values)


def test_the_host_is_empty_without_a_record():
    value = ENDPOINT["Outputs"]["SharedServicesHost"]["Value"]
    condition, host, otherwise = value["Fn::If"]
    assert otherwise == ""
    assert ENDPOINT["Resources"]["Record"]["Condition"] == condition
    assert host == ENDPOINT["Resources"]["Record"]["Properties"]["Name"]


def test_the_shared_side_cannot_connect_to_environments():
    kinds = {item["Type"] for item in SERVICES["Resources"].values()}
    assert not kinds & {
        "AWS::EC2::VPCEndpoint",
        "AWS::EC2::Route",
        "AWS::EC2::VPCPeeringConnection",
    }
    (group,) = of_type(SERVICES, "EC2::SecurityGroup")
    cluster = {"Ref": "ClusterSecurityGroupId"}
    assert [r["DestinationSecurityGroupId"] for r in group["SecurityGroupEgress"]] == [cluster]


def test_only_pods_connect_to_the_shared_side_and_only_by_privatelink():
    (group,) = of_type(SERVICES, "EC2::SecurityGroup")
    assert "SecurityGroupIngress" not in group
    (balancer,) = of_type(SERVICES, "ElasticLoadBalancingV2::LoadBalancer")
    assert balancer["EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] == "off"
    (endpoints,) = of_type(ENDPOINT, "EC2::SecurityGroup")
    (rule,) = endpoints["SecurityGroupIngress"]
    assert rule["SourceSecurityGroupId"] == {"Ref": "ClusterSecurityGroupId"}


def test_pods_allow_the_load_balancer_on_the_target_groups_port():
    (rule,) = of_type(SERVICES, "EC2::SecurityGroupIngress")
    (targets,) = of_type(SERVICES, "ElasticLoadBalancingV2::TargetGroup")
    assert rule["GroupId"] == {"Ref": "ClusterSecurityGroupId"}
    assert rule["FromPort"] == rule["ToPort"] == targets["Port"]


def test_an_empty_target_group_pages():
    (alarm,) = (
        a for a in of_type(SERVICES, "CloudWatch::Alarm") if "Healthy" in a["MetricName"][:7]
    )
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/NetworkELB", "HealthyHostCount")
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["AlarmActions"] == [{"Ref": "CriticalTopicArn"}]


def test_the_load_balancer_is_internal_and_created_with_a_security_group():
    (balancer,) = of_type(SERVICES, "ElasticLoadBalancingV2::LoadBalancer")
    assert (balancer["Type"], balancer["Scheme"]) == ("network", "internal")
    assert balancer["SecurityGroups"]


@pytest.mark.parametrize("accounts", ["", "arn:aws:iam::111122223333:root"])
def test_only_accounts_of_the_environment_files_may_connect(accounts):
    permissions = built(SERVICES, AllowedAccounts=accounts)["EndpointServicePermissions"]
    allowed = permissions["Properties"].get("AllowedPrincipals", [])
    assert allowed in ([], [accounts], accounts)
    assert bool(allowed) == bool(accounts)


def test_an_environment_without_shared_services_has_no_connection():
    assert ENDPOINT["Parameters"]["EndpointServiceName"]["Default"] == ""
    assert not built(ENDPOINT, EndpointServiceName="")
    assert set(built(ENDPOINT, EndpointServiceName="com.amazonaws.vpce.x")) == {
        "EndpointSecurityGroup",
        "Endpoint",
        "Record",
    }
