"""Networks and records, read back through the service's own API."""

from local_cloud import Cloud, Template
from local_templates import GROUP, NAME, SUBNET, VPC, a, changed, get, made, ref


def test_addresses_and_nat_gateways(cloud: Cloud) -> None:
    gateway = a("EC2::NatGateway", SubnetId=ref("Subnet"), AllocationId=get("It", "AllocationId"))
    resources = {"Vpc": VPC, "Subnet": SUBNET, "Gateway": gateway}
    ids = made(cloud, **resources, It=a("EC2::EIP", Domain="vpc", Tags=NAME))
    ec2 = cloud.client("ec2")
    address = ec2.describe_addresses(PublicIps=[ids["It"]])["Addresses"][0]
    assert NAME[0] in address["Tags"]
    nat_gateway = ec2.describe_nat_gateways(NatGatewayIds=[ids["Gateway"]])["NatGateways"][0]
    assert (nat_gateway["SubnetId"], nat_gateway["State"]) == (ids["Subnet"], "available")
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
    acl = ec2.describe_network_acls(NetworkAclIds=[ids["It"]])["NetworkAcls"][0]
    assert acl["Associations"][0]["SubnetId"] == ids["Sub"]
    assert [item["RuleNumber"] for item in acl["Entries"]] == [100]
    changed(cloud, **resources, Entry=entry(443), Association=association)
    acl = ec2.describe_network_acls(NetworkAclIds=[ids["It"]])["NetworkAcls"][0]
    assert len(acl["Entries"]) == 1
    changed(cloud, **resources)
    acl = ec2.describe_network_acls(NetworkAclIds=[ids["It"]])["NetworkAcls"][0]
    assert not acl["Entries"]
    assert not acl["Associations"]


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
    interfaces = ec2.describe_network_interfaces(NetworkInterfaceIds=[ids["Eni"]])[
        "NetworkInterfaces"
    ]
    assert interfaces[0]["Groups"][0]["GroupId"] == ids["Group"]
    assert changed(cloud, **resources, Volume=volume(16))["Volume"] == ids["Volume"]
    volumes = ec2.describe_volumes(VolumeIds=[ids["Volume"]])["Volumes"]
    assert (volumes[0]["Size"], volumes[0]["Encrypted"]) == (16, True)
    cloud.delete("it")
    assert not ec2.describe_volumes()["Volumes"]


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
        records = route53.list_resource_record_sets(HostedZoneId=ids["Zone"])["ResourceRecordSets"]
        return [record["Name"] for record in records if record["Type"] == "A"]

    assert names() == ["10.0.0.1.it.example.", "10.0.0.2.it.example."]
    assert changed(cloud, Zone=zone, It=records("10.0.0.2"), Check=check("/two")) == ids
    assert names() == ["10.0.0.2.it.example."]
    health_check = route53.get_health_check(HealthCheckId=ids["Check"])["HealthCheck"]
    assert health_check["HealthCheckConfig"]["ResourcePath"] == "/two"
    changed(cloud, Zone=zone)
    assert not names()
    assert not route53.list_health_checks()["HealthChecks"]
