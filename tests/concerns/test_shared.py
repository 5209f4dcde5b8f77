"""Shared services are reached, and reach nothing: the connection has one direction."""

import pytest

from tidegen.cloudformation.evaluation import evaluate
from tidegen.concerns import shared_endpoint, shared_services
from tidegen.contract import Context

SERVICES = shared_services.CONCERN.build(Context()).to_dict()
ENDPOINT = shared_endpoint.CONCERN.build(Context()).to_dict()


def of_type(template, name):
    found = template["Resources"].values()
    return [item["Properties"] for item in found if item["Type"] == f"AWS::{name}"]


def built(template, **values):
    return evaluate({"": template}, dict.fromkeys(template["Parameters"], "x") | values)


def test_a_host_is_named_only_where_there_is_one():
    value = ENDPOINT["Outputs"]["SharedServicesHost"]["Value"]
    condition, there, otherwise = value["Fn::If"]
    assert otherwise == ""
    assert ENDPOINT["Resources"]["Record"]["Condition"] == condition
    assert there == ENDPOINT["Resources"]["Record"]["Properties"]["Name"]


def test_the_shared_side_has_nothing_to_connect_with():
    kinds = {item["Type"] for item in SERVICES["Resources"].values()}
    assert not kinds & {
        "AWS::EC2::VPCEndpoint",
        "AWS::EC2::Route",
        "AWS::EC2::VPCPeeringConnection",
    }
    (group,) = of_type(SERVICES, "EC2::SecurityGroup")
    cluster = {"Ref": "ClusterSecurityGroupId"}
    assert [r["DestinationSecurityGroupId"] for r in group["SecurityGroupEgress"]] == [cluster]


def test_only_privatelink_leads_to_the_shared_side_and_only_pods_use_it():
    (group,) = of_type(SERVICES, "EC2::SecurityGroup")
    assert "SecurityGroupIngress" not in group
    (balancer,) = of_type(SERVICES, "ElasticLoadBalancingV2::LoadBalancer")
    assert balancer["EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] == "off"
    (own,) = of_type(ENDPOINT, "EC2::SecurityGroup")
    (rule,) = own["SecurityGroupIngress"]
    assert rule["SourceSecurityGroupId"] == {"Ref": "ClusterSecurityGroupId"}


def test_pods_let_the_load_balancer_in_where_it_sends():
    (way,) = of_type(SERVICES, "EC2::SecurityGroupIngress")
    (targets,) = of_type(SERVICES, "ElasticLoadBalancingV2::TargetGroup")
    assert way["GroupId"] == {"Ref": "ClusterSecurityGroupId"}
    assert way["FromPort"] == way["ToPort"] == targets["Port"]


def test_an_empty_target_group_pages():
    (alarm,) = (
        a for a in of_type(SERVICES, "CloudWatch::Alarm") if "Healthy" in a["MetricName"][:7]
    )
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/NetworkELB", "HealthyHostCount")
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["AlarmActions"] == [{"Ref": "CriticalTopicArn"}]


def test_the_load_balancer_is_inside_and_has_a_security_group_from_the_start():
    (balancer,) = of_type(SERVICES, "ElasticLoadBalancingV2::LoadBalancer")
    assert (balancer["Type"], balancer["Scheme"]) == ("network", "internal")
    assert balancer["SecurityGroups"]


@pytest.mark.parametrize("accounts", ["", "arn:aws:iam::111122223333:root"])
def test_only_accounts_of_the_files_may_connect(accounts):
    found = built(SERVICES, AllowedAccounts=accounts)["EndpointServicePermissions"]
    allowed = found["Properties"].get("AllowedPrincipals", [])
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
