"""Monitoring: the dashboard and the environment's alarm refer only to concerns of the scope."""

import json
import re
from fnmatch import fnmatch

import pytest

from tidegen.concerns.cluster import CONCERN as CLUSTER
from tidegen.concerns.database import CONCERN as DATABASE
from tidegen.concerns.monitoring import CONCERN
from tidegen.concerns.network import CONCERN as NETWORK
from tidegen.concerns.notifications import CONCERN as NOTIFICATIONS
from tidegen.contract import Context

TEMPLATE = json.loads(CONCERN.build(Context()).to_json())
RESOURCES = TEMPLATE["Resources"]
OPTIONAL = {item.name for item in CONCERN.inputs if item.default == ""}
REQUIRED = {item.name for item in CONCERN.inputs} - OPTIONAL


def resolved(value, given):
    """Resolve a value as CloudFormation does if only the parameters in `given` are not empty."""
    if isinstance(value, str):
        return value
    [(function, argument)] = value.items()
    if function == "Fn::Join":
        return argument[0].join(resolved(item, given) for item in argument[1])
    if function == "Fn::If":
        condition, yes, no = argument
        [comparison] = TEMPLATE["Conditions"][condition]["Fn::Not"]
        return resolved(yes if comparison["Fn::Equals"][0]["Ref"] in given else no, given)
    names = {*given, *RESOURCES, "AWS::Partition", "AWS::Region", "AWS::AccountId"}
    return re.sub(r"\$\{([\w:]+)\}", lambda match: require_known(match[1], names), argument)


def require_known(name, names):
    assert name in names, f"{name} would be empty"
    return name


scopes = pytest.mark.parametrize("given", [REQUIRED, REQUIRED | OPTIONAL], ids=["shared", "full"])


@scopes
def test_the_dashboard_is_valid_and_refers_to_no_empty_parameter(given):
    body = json.loads(resolved(RESOURCES["Dashboard"]["Properties"]["DashboardBody"], given))
    assert {widget["type"] for widget in body["widgets"]} == {"text", "alarm", "metric", "log"}
    for widget in body["widgets"]:
        if widget["type"] in ("metric", "log"):
            assert widget["properties"]["region"] == "AWS::Region"


def test_an_environments_dashboard_shows_more_than_shared_services():
    body = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]
    titles = [
        {w["properties"].get("title") for w in json.loads(resolved(body, given))["widgets"]}
        for given in (REQUIRED, REQUIRED | OPTIONAL)
    ]
    assert titles[1] - titles[0] == {
        "Age of the last good backup",
        "Behind the primary",
        "Data volume in use",
        "Healthy members",
        "Mail",
        "Mail reputation",
        "Requests and errors",
        "Requests that the firewall blocks",
        "Slowest 1 % of answers",
        "Throttled table requests",
        "Use of tables",
    }


def test_the_database_is_drawn_with_the_thresholds_of_its_alarms():
    """The dashboard cannot refer to them: they are in another template."""
    text = resolved(RESOURCES["Dashboard"]["Properties"]["DashboardBody"], REQUIRED | OPTIONAL)
    drawn = {}
    for widget in json.loads(text)["widgets"]:
        lines = widget["properties"].get("annotations", {}).get("horizontal", [])
        if lines and "/mongo,Member" in json.dumps(widget):
            name = re.search(r'MetricName=."(\w+)', json.dumps(widget))[1]
            drawn[name] = lines[0]["value"]
    alarms = {
        item["Properties"]["MetricName"]: item["Properties"]["Threshold"]
        for item in json.loads(DATABASE.build(Context()).to_json())["Resources"].values()
        if item["Type"] == "AWS::CloudWatch::Alarm"
    }
    assert drawn == {name: alarms[name] for name in drawn}
    assert len(drawn) == 4


def test_the_environments_alarm_refers_to_the_existing_alarms():
    rule = RESOURCES["EnvironmentUnhealthy"]["Properties"]["AlarmRule"]
    everywhere = ["ApplicationErrors", "TargetsAlarmName", "NatErrorPortAllocation"]
    assert resolved(rule, REQUIRED) == " OR ".join(f'ALARM("{name}")' for name in everywhere)
    assert resolved(rule, REQUIRED | OPTIONAL) == " OR ".join(
        f'ALARM("{name}")'
        for name in (
            *everywhere,
            "DatabaseAlarmName",
            "IngressAlarmName",
            "EmailAlarmName",
            "ClusterAlarmName",
        )
    )


def test_the_alarm_is_on_the_highest_value_of_all_nat_gateways():
    for metric in ("ErrorPortAllocation", "PacketsDropCount"):
        alarm = RESOURCES[f"Nat{metric}"]["Properties"]
        *zones, worst = alarm["Metrics"]
        assert worst["Expression"] == "MAX([zone1, zone2, zone3])"
        assert [query["ReturnData"] for query in alarm["Metrics"]] == [False, False, False, True]
        dimensions = [query["MetricStat"]["Metric"]["Dimensions"] for query in zones]
        assert dimensions == [
            [{"Name": "NatGatewayId", "Value": {"Ref": f"NatGateway{zone}Id"}}]
            for zone in (1, 2, 3)
        ]
        assert alarm["AlarmActions"] == [{"Ref": "WarningTopicArn"}]


def test_the_filter_of_refused_flows_has_the_fields_of_the_log():
    pattern = RESOURCES["DataTierRejectFilter"]["Properties"]["FilterPattern"]["Fn::Sub"]
    names = [part.split("=")[0].strip() for part in pattern.strip("[]").split(",")]
    network = json.loads(NETWORK.build(Context()).to_json())["Resources"]
    fields = network["FlowLog"]["Properties"]["LogFormat"].split()
    assert names == [field.strip("${}").replace("-", "_") for field in fields]
    assert 'action="REJECT"' in pattern
    assert all(f'subnet_id="${{DataSubnet{zone}Id}}"' in pattern for zone in (1, 2, 3))
    assert len(pattern) < 900


def test_the_error_alarm_reads_the_metric_that_the_filter_writes():
    [transformation] = RESOURCES["ApplicationErrorFilter"]["Properties"]["MetricTransformations"]
    alarm = RESOURCES["ApplicationErrors"]["Properties"]
    assert alarm["MetricName"] == transformation["MetricName"]
    assert alarm["Namespace"] == transformation["MetricNamespace"]


def test_the_relay_and_the_metric_have_the_same_filter():
    properties = [
        RESOURCES[name]["Properties"] for name in ("ApplicationErrorFilter", "RelaySubscription")
    ]
    first, second = properties
    assert first["FilterPattern"] == second["FilterPattern"]
    assert {item["LogGroupName"]["Ref"] for item in properties} == {"ApplicationLogGroupName"}


def test_pods_may_write_to_the_relayed_log_group():
    """A filter on a group without events would never match."""
    cluster = json.loads(CLUSTER.build(Context()).to_json())
    group = cluster["Outputs"]["ApplicationLogGroupName"]["Value"]["Ref"]
    name = cluster["Resources"][group]["Properties"]["LogGroupName"]["Fn::Sub"]
    policy = cluster["Resources"]["CloudWatchAgentRolePolicy"]["Properties"]["PolicyDocument"]
    writable = [
        resource["Fn::Sub"].rpartition("log-group:")[2]
        for statement in policy["Statement"]
        if "logs:PutLogEvents" in statement["Action"]
        for resource in statement["Resource"]
    ]
    assert any(fnmatch(name, pattern) for pattern in writable)
    relay = json.loads(NOTIFICATIONS.build(Context()).to_json())["Resources"]["RelayPermission"]
    source = relay["Properties"]["SourceArn"]["Fn::Sub"].rpartition("log-group:")[2]
    assert source == f"{name}:*"


def test_only_errors_of_the_services_namespace_count():
    """All pods of the cluster log to the same group."""
    pattern = RESOURCES["RelaySubscription"]["Properties"]["FilterPattern"]
    inside = '$.kubernetes.namespace_name = "WorkloadNamespace") && ('
    assert inside in resolved(pattern, REQUIRED | OPTIONAL)
    assert "namespace_name" not in resolved(pattern, REQUIRED)
    body = resolved(RESOURCES["Dashboard"]["Properties"]["DashboardBody"], REQUIRED | OPTIONAL)
    [widget] = [w for w in json.loads(body)["widgets"] if w["type"] == "log"]
    assert "SOURCE 'ApplicationLogGroupName'" in widget["properties"]["query"]
    assert 'kubernetes.namespace_name = "WorkloadNamespace"' in widget["properties"]["query"]


def test_filter_patterns_are_within_the_length_limit():
    """1,024 characters (CloudWatch Logs API: PutMetricFilter)."""
    pattern = RESOURCES["RelaySubscription"]["Properties"]["FilterPattern"]
    assert len(resolved(pattern, REQUIRED | OPTIONAL)) <= 900  # leaves room for a long name
