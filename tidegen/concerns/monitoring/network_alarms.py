"""Alarms of the network: NAT gateways that drop packets, and flows that the data tier refuses.

They belong to monitoring because the network's stack is created before the topics exist.
"""

from troposphere import Ref, Sub, Template, cloudwatch

from tidegen.blocks.alarms import WARNING, add_alarm
from tidegen.blocks.flow_logs import FIELDS
from tidegen.blocks.logs import add_metric_filter
from tidegen.contract import ZONES

#: Metric of all gateways → threshold for five minutes, and the alarm's text.
_NAT = {
    "ErrorPortAllocation": (
        0,
        (
            "A NAT gateway has no ports left for connections to one address; pods cannot connect "
            "to it. Find the caller in the flow logs; network.nat_gateways adds gateways."
        ),
    ),
    "PacketsDropCount": (
        100,
        "A NAT gateway drops packets. If it continues, look for its cause in AWS Health.",
    ),
}
_MANY_REJECTS = 50  # records in five minutes; late packets from S3 are refused now and then


def add_network_alarms(template: Template, namespace: str) -> list[str]:
    """Add the alarms and return their logical ids.

    Needs the parameters `NatGateway<zone>Id`, `DataSubnet<zone>Id` and `FlowLogGroupName`.
    """
    for metric, (threshold, description) in _NAT.items():
        template.add_resource(_nat_alarm(metric, threshold, description))
    rejects = (Sub(namespace), "DataTierRejects")
    _add_reject_filter(template, rejects)
    add_alarm(
        template,
        "DataTierRejects",
        "Connections to the database's subnets or from them are refused: find their source in the "
        "flow logs. Possible causes: a scan, stolen access, or a wrong security group.",
        rejects,
        {},
        ("GreaterThanThreshold", _MANY_REJECTS),
        periods=2,
    )
    return [*(f"Nat{metric}" for metric in _NAT), "DataTierRejects"]


def _nat_alarm(metric: str, threshold: int, description: str) -> cloudwatch.Alarm:
    """Return an alarm on the highest value of all gateways; zones may share a gateway."""
    return cloudwatch.Alarm(
        f"Nat{metric}",
        AlarmDescription=description,
        Metrics=[*(_gateway_query(metric, zone) for zone in ZONES), _maximum()],
        EvaluationPeriods=3,
        DatapointsToAlarm=3,
        ComparisonOperator="GreaterThanThreshold",
        Threshold=threshold,
        TreatMissingData="notBreaching",
        ActionsEnabled=True,
        AlarmActions=[Ref(WARNING)],
        OKActions=[Ref(WARNING)],
    )


def _maximum() -> cloudwatch.MetricDataQuery:
    zones = ", ".join(f"zone{zone}" for zone in ZONES)
    return cloudwatch.MetricDataQuery(Id="worst", Expression=f"MAX([{zones}])", ReturnData=True)


def _gateway_query(name: str, zone: int) -> cloudwatch.MetricDataQuery:
    gateway = cloudwatch.MetricDimension(Name="NatGatewayId", Value=Ref(f"NatGateway{zone}Id"))
    metric = cloudwatch.Metric(Namespace="AWS/NATGateway", MetricName=name, Dimensions=[gateway])
    return cloudwatch.MetricDataQuery(
        Id=f"zone{zone}",
        MetricStat=cloudwatch.MetricStat(Metric=metric, Period=300, Stat="Sum"),
        ReturnData=False,
    )


def _add_reject_filter(template: Template, rejects: tuple[Sub, str]) -> None:
    """Count refused flows of the data subnets; the pattern names the log's fields in order."""
    subnets = " || ".join(f'subnet_id="${{DataSubnet{zone}Id}}"' for zone in ZONES)
    comparisons = {"action": 'action="REJECT"', "subnet_id": subnets}
    names = [field.replace("-", "_") for field in FIELDS]
    pattern = ", ".join(comparisons.get(name, name) for name in names)
    add_metric_filter(
        template,
        "DataTierRejectFilter",
        Ref("FlowLogGroupName"),
        Sub(f"[{pattern}]"),
        rejects,
    )
