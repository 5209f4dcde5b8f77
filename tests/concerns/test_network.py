"""The network: three tiers, not connected to another VPC, and a data tier without egress."""

import pytest

from tidegen.cloudformation.evaluation import evaluate
from tidegen.composition import build_assets
from tidegen.concerns import own_concerns
from tidegen.concerns.network import CONCERN
from tidegen.contract import Context, Scope

TEMPLATE = CONCERN.build(Context()).to_dict()
RESOURCES = TEMPLATE["Resources"]
REMOTE_ACCESS = {"ssh": 22, "remote desktop": 3389}


def of_type(name):
    return {k: v["Properties"] for k, v in RESOURCES.items() if v["Type"] == f"AWS::EC2::{name}"}


def built(nat_gateways="3", endpoints="full"):
    given = dict.fromkeys(TEMPLATE["Parameters"], "a,b,c")
    given |= {"NatGateways": nat_gateways, "Endpoints": endpoints}
    resources = evaluate({"": TEMPLATE}, given)
    return {k: v for k, v in resources.items() if v["Type"].startswith("AWS::EC2::")}


def test_each_tier_is_in_the_configured_zones():
    zones = ["us-east-1b", "us-east-1a", "us-east-1d"]
    given = dict.fromkeys(TEMPLATE["Parameters"], "a,b,c")
    given |= {f"Zone{number}": zone for number, zone in enumerate(zones, 1)}
    resources = evaluate({"": TEMPLATE}, given)
    for tier in ("Public", "Private", "Data"):
        subnets = [resources[f"{tier}Subnet{number}"]["Properties"] for number in (1, 2, 3)]
        assert [subnet["AvailabilityZone"] for subnet in subnets] == zones
    assert "Fn::GetAZs" not in str(TEMPLATE)


def entries(tier, egress):
    acl = {"Ref": f"{tier}NetworkAcl"}
    all_entries = of_type("NetworkAclEntry").values()
    return [e for e in all_entries if e["NetworkAclId"] == acl and e["Egress"] is egress]


def test_the_data_tier_has_no_routes():
    routes = of_type("Route")
    assert not [r for r in routes.values() if r["RouteTableId"] == {"Ref": "DataRouteTable"}]
    assert {tuple(set(r) - {"RouteTableId", "DestinationCidrBlock"}) for r in routes.values()} == {
        ("GatewayId",),
        ("NatGatewayId",),
    }


def test_the_endpoints_do_not_allow_the_whole_vpc():
    assert "SecurityGroupIngress" not in RESOURCES["EndpointSecurityGroup"]["Properties"]


def test_every_group_with_https_egress_is_allowed_to_the_endpoints():
    """Their private names apply in the whole VPC: a group left out could call no service."""
    concerns = [c for c in own_concerns() if {Scope.ENVIRONMENT, Scope.SHARED} & set(c.scopes)]
    context = Context(tuple(concerns), build_assets(concerns))
    callers, allowed = set(), set()
    for concern in concerns:
        for title, item in concern.build(context).to_dict()["Resources"].items():
            given = item.get("Properties", {})
            if item["Type"] == "AWS::EC2::SecurityGroup":
                egress = [(r["ToPort"], r.get("CidrIp")) for r in given["SecurityGroupEgress"]]
                callers |= {(concern.name, title)} if (443, "0.0.0.0/0") in egress else set()
            elif given.get("GroupId") == {"Ref": "EndpointSecurityGroupId"}:
                allowed.add((concern.name, given["SourceSecurityGroupId"].get("Ref", "Cluster")))
    assert callers
    assert allowed == callers | {("cluster", "Cluster")}


def test_every_subnet_has_a_table_and_an_acl_and_assigns_no_public_address():
    subnets = of_type("Subnet")
    assert len(subnets) == 9
    for kind in ("SubnetRouteTableAssociation", "SubnetNetworkAclAssociation"):
        associated = [item["SubnetId"]["Ref"] for item in of_type(kind).values()]
        assert sorted(associated) == sorted(subnets), kind
    assert all(subnet["MapPublicIpOnLaunch"] is False for subnet in subnets.values())


@pytest.mark.parametrize(("count", "used"), [("1", "111"), ("2", "121"), ("3", "123")])
def test_a_zone_uses_its_own_nat_gateway_or_the_first(count, used):
    resources = built(count)
    gateways = [k for k in resources if k.startswith("NatGateway")]
    assert len(gateways) == int(count)
    routes = [resources[f"Private{zone}DefaultRoute"]["Properties"] for zone in (1, 2, 3)]
    targets = [route["NatGatewayId"] for route in routes]
    assert targets == [{"Ref": f"NatGateway{n}"} for n in used]


@pytest.mark.parametrize("tier", ["Public", "Private", "Data"])
@pytest.mark.parametrize("port", REMOTE_ACCESS.values(), ids=REMOTE_ACCESS)
def test_no_acl_allows_remote_access_from_anywhere(tier, port):
    for entry in entries(tier, egress=False):
        if entry["CidrBlock"] == "0.0.0.0/0" and "PortRange" in entry:
            ports = entry["PortRange"]
            assert not ports["From"] <= port <= ports["To"], entry


def test_the_public_tier_accepts_http_only_from_the_vpc():
    """Clients check by HTTP whether a certificate was revoked; NAT gateways are in this tier."""
    sources = [
        e["CidrBlock"]
        for e in entries("Public", egress=False)
        if e["Protocol"] == 6 and e["PortRange"]["From"] <= 80 <= e["PortRange"]["To"]
    ]
    assert sources == [{"Ref": "VpcCidr"}]


def test_the_data_tiers_acl_accepts_mongodb_from_the_vpc_and_return_traffic():
    ingress = {
        (str(e["CidrBlock"]), e["PortRange"]["From"], e["PortRange"]["To"])
        for e in entries("Data", egress=False)
    }
    assert ingress == {
        ("{'Ref': 'VpcCidr'}", 27017, 27017),
        ("0.0.0.0/0", 32768, 60999),
    }


@pytest.mark.parametrize("protocol", [6, 17], ids=["tcp", "udp"])
def test_the_public_tier_accepts_any_port_from_the_vpc(protocol):
    """An ACL sees a packet before NAT: its destination is the remote port, which may be any."""
    inside = [
        (entry["PortRange"]["From"], entry["PortRange"]["To"])
        for entry in entries("Public", egress=False)
        if entry["CidrBlock"] == {"Ref": "VpcCidr"} and entry["Protocol"] == protocol
    ]
    assert inside == [(1, 65535)]


def test_rule_numbers_are_unique_and_at_most_20():
    for tier in ("Public", "Private", "Data"):
        for egress in (True, False):
            numbers = [entry["RuleNumber"] for entry in entries(tier, egress)]
            assert len(numbers) == len(set(numbers)) <= 20


def endpoint_policies():
    return {
        k: e["PolicyDocument"]["Statement"]
        for k, e in of_type("VPCEndpoint").items()
        if "PolicyDocument" in e
    }


def test_endpoints_allow_only_principals_of_this_account():
    own = {"Ref": "AWS::AccountId"}
    for title, statements in endpoint_policies().items():
        for statement in statements:
            if statement["Sid"] == "ImagesAndPackages":
                assert statement["Action"] == ["s3:GetObject"]
                continue
            assert statement["Condition"]["StringEquals"]["aws:PrincipalAccount"] == own, title
            (action,) = statement["Action"]
            assert action != "*", title


def test_nodes_and_members_reach_the_buckets_of_images_and_packages():
    """The gateway endpoint carries all traffic to the region's S3, of any bucket owner."""
    (statement,) = (s for s in endpoint_policies()["S3Endpoint"] if s["Sid"] == "ImagesAndPackages")
    names = {
        arn["Fn::Sub"].removeprefix("arn:${AWS::Partition}:s3:::") for arn in statement["Resource"]
    }
    assert names >= {
        "prod-${AWS::Region}-starport-layer-bucket/*",
        "prod-registry-k8s-io-${AWS::Region}/*",
        "${AWS::Region}-birdwatcher-prod/*",
    }


@pytest.mark.parametrize(
    "title", ["S3Endpoint", "DynamodbEndpoint", "KmsEndpoint", "SecretsmanagerEndpoint"]
)
def test_endpoints_of_data_allow_only_resources_of_this_account(title):
    condition = endpoint_policies()[title][0]["Condition"]["StringEquals"]
    assert condition["aws:ResourceAccount"] == {"Ref": "AWS::AccountId"}


def test_only_endpoints_without_policy_support_have_none():
    without = set(of_type("VPCEndpoint")) - set(endpoint_policies())
    assert without == {
        "Ec2messagesEndpoint",
        "EksAuthEndpoint",
        "SsmmessagesEndpoint",
    }


def test_the_data_tier_boots_from_the_essential_endpoints():
    """The services that the members' scripts call, each with its endpoint."""
    resources = built(endpoints="essential")
    needed = {"Autoscaling", "Cloudformation", "Ec2", "Ec2messages", "Kms", "Logs", "Monitoring"}
    needed |= {"Secretsmanager", "Ssm", "Ssmmessages", "S3"}
    assert {f"{name}Endpoint" for name in needed} <= set(resources)
    properties = [resource.get("Properties", {}) for resource in resources.values()]
    assert {len(p["SubnetIds"]) for p in properties if "SubnetIds" in p} == {1}


def test_every_endpoint_uses_https_as_its_security_group_allows():
    """SES's endpoint is for SMTP and not in every zone, and its API has none: mail goes by NAT."""
    services = [str(endpoint["ServiceName"]) for endpoint in of_type("VPCEndpoint").values()]
    assert not [name for name in services if "smtp" in name]


def test_the_endpoint_that_guardduty_creates_is_not_in_the_template():
    services = [str(endpoint["ServiceName"]) for endpoint in of_type("VPCEndpoint").values()]
    assert not [name for name in services if "guardduty" in name]


def test_all_flows_are_logged_with_the_packets_own_addresses():
    logs = of_type("FlowLog")
    assert {log["TrafficType"] for log in logs.values()} == {"ALL"}
    assert {log["LogDestinationType"] for log in logs.values()} == {"cloud-watch-logs", "s3"}
    for log in logs.values():
        assert "${pkt-srcaddr}" in log["LogFormat"]
        assert ("DeliverLogsPermissionArn" in log) == (log["LogDestinationType"] != "s3")
