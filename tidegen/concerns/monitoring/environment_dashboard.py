"""The dashboard that a person on call opens first: symptoms for users, then possible causes."""

from troposphere import If, Sub

from tidegen.concerns.monitoring.dashboards import (
    ConditionalWidget,
    Metric,
    alarm_widget,
    log_widget,
    metric_widget,
    search,
    text_widget,
)

#: Namespace of an environment's own metrics, text for Fn::Sub.
NAMESPACE = "${Project}/${Environment}"
_MONGO = f"{NAMESPACE}/mongo"


def widgets(alarms: list[str], optional: dict[str, str]) -> list[ConditionalWidget]:
    """Return all widgets; `alarms` are logical ids or parameters of alarms that always exist.

    `optional` maps condition → parameter of an alarm.
    """
    return [
        (None, text_widget("# ${Project} ${Environment}\nUsers first, causes below.")),
        (None, alarm_widget("Alarms", alarms, optional)),
        *_users(),
        *_database(),
        *_compute(),
        *_data(),
        *_mail_and_messages(),
    ]


def _users() -> list[ConditionalWidget]:
    return [
        ("HasLoadBalancer", _load_balancer("Requests and errors", "Sum", _ANSWERS)),
        ("HasLoadBalancer", _load_balancer("Slowest 1 % of answers", "p99", _TIMES)),
        ("HasLoadBalancer", metric_widget("Requests that the firewall blocks", [_BLOCKED])),
        (None, metric_widget("Application errors", [[NAMESPACE, "ApplicationErrors"]])),
        (None, If("HasWorkloads", _latest_errors(_OF_SERVICES), _latest_errors(""))),
    ]


_OF_SERVICES = '| filter kubernetes.namespace_name = "${WorkloadNamespace}" '


def _latest_errors(filtered: str) -> Sub:
    query = (
        f"fields @timestamp, kubernetes.pod_name, log {filtered}"
        "| filter log like /(?i)\\b(error|fatal)\\b/ | sort @timestamp desc | limit 20"
    )
    return Sub(log_widget("Latest errors", "${ApplicationLogGroupName}", query))


_ANSWERS = (
    "RequestCount",
    "HTTPCode_ELB_5XX_Count",
    "HTTPCode_Target_5XX_Count",
    "HTTPCode_Target_4XX_Count",
)
_TIMES = ("TargetResponseTime",)
_BLOCKED = search('{AWS/WAFV2,Region,Rule,WebACL} MetricName="BlockedRequests"', "Sum", "blocked")


def _load_balancer(title: str, statistic: str, names: tuple[str, ...]) -> str:
    metrics = _metrics("AWS/ApplicationELB", names, "LoadBalancer", "${LoadBalancerFullName}")
    return metric_widget(title, metrics, statistic=statistic)


def _metrics(namespace: str, names: tuple[str, ...], *dimension: str) -> list[Metric]:
    """Return metrics of one namespace and `dimension` (its name and value, if any)."""
    return [[namespace, name, *dimension] for name in names]


def _database() -> list[ConditionalWidget]:
    """Return the metrics that members publish every five minutes, with the alarms' thresholds."""
    members: list[ConditionalWidget] = [
        ("HasDatabase", text_widget("## Database\nThree members; one of them is primary."))
    ]
    for title, name, statistic, unit, limit in (
        ("Healthy members", "MembersHealthy", "Minimum", "members", ("all", 3)),
        ("Behind the primary", "ReplicationLag", "Maximum", "seconds", ("alarm", 60)),
        ("Data volume in use", "DiskUsed", "Maximum", "percent", ("alarm", 80)),
        ("Age of the last good backup", "BackupAgeHours", "Minimum", "hours", ("alarm", 26)),
    ):
        member = search(f'{{{_MONGO},Member}} MetricName="{name}"', statistic, "")
        widget = metric_widget(title, [member], statistic=statistic, unit=unit, limit=limit)
        members.append(("HasDatabase", widget))
    return members


def _compute() -> list[ConditionalWidget]:
    return [
        (None, text_widget("## Cluster, instances and network")),
        (None, metric_widget("Kubernetes API and scheduler", _cluster(), statistic="Maximum")),
        (None, metric_widget("Processors of nodes and members", [_PROCESSORS], unit="percent")),
        (None, metric_widget("Volumes waiting", [_VOLUMES], unit="operations")),
        (None, metric_widget("NAT ports exhausted, packets dropped", [_PORTS, _DROPS])),
    ]


_PROCESSORS = search(
    '{AWS/EC2,AutoScalingGroupName} MetricName="CPUUtilization"', "Average", "processor"
)
_VOLUMES = search('{AWS/EBS,VolumeId} MetricName="VolumeQueueLength"', "Average", "queue")
_PORTS = search('{AWS/NATGateway,NatGatewayId} MetricName="ErrorPortAllocation"', "Sum", "ports")
_DROPS = search('{AWS/NATGateway,NatGatewayId} MetricName="PacketsDropCount"', "Sum", "drops")


def _cluster() -> list[Metric]:
    """Return control plane metrics that EKS publishes without an agent (since Kubernetes 1.28)."""
    names = ("scheduler_pending_pods", "apiserver_request_total_5XX")
    return _metrics("AWS/EKS", names, "ClusterName", "${ClusterName}")


def _data() -> list[ConditionalWidget]:
    used = ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits")
    refused = ("ReadThrottleEvents", "WriteThrottleEvents")
    return [
        ("HasTables", metric_widget("Use of tables", _tables(*used), unit="units")),
        ("HasTables", metric_widget("Throttled table requests", _tables(*refused))),
        (None, metric_widget("Backup jobs", _backups())),
    ]


def _tables(*names: str) -> list[Metric]:
    return [
        metric
        for table in ("MetricsTableName", "AnalyticsTableName")
        for metric in _metrics("AWS/DynamoDB", names, "TableName", f"${{{table}}}")
    ]


def _backups() -> list[Metric]:
    names = ("NumberOfBackupJobsCompleted", "NumberOfBackupJobsFailed", "NumberOfCopyJobsFailed")
    return _metrics("AWS/Backup", names)


def _mail_and_messages() -> list[ConditionalWidget]:
    rates = _mail("Reputation.BounceRate", "Reputation.ComplaintRate")
    limit = ("SES reviews the account", 0.05)
    return [
        ("HasEmail", metric_widget("Mail", _mail("Send", "Delivery", "Bounce", "Complaint"))),
        (
            "HasEmail",
            metric_widget("Mail reputation", rates, statistic="Maximum", unit="share", limit=limit),
        ),
        (None, metric_widget("Relay of logs", _relay())),
    ]


def _mail(*names: str) -> list[Metric]:
    return [
        metric
        for kind in ("Transactional", "Security")
        for metric in _metrics(
            "AWS/SES", names, "ses:configuration-set", f"${{{kind}ConfigurationSet}}"
        )
    ]


def _relay() -> list[Metric]:
    names = ("Invocations", "Errors", "Throttles")
    return _metrics("AWS/Lambda", names, "FunctionName", "${RelayFunctionName}")
