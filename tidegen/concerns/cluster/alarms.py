"""Alarms of a cluster: its API, its nodes, and pods that cannot be scheduled."""

from troposphere import Ref, Template
from troposphere.cloudwatch import Alarm

from tidegen.blocks.alarms import CRITICAL, add_alarm

#: Metrics of the control plane (AWS docs, "Fetch control plane raw metrics") and of the
#: observability add-on: (title, namespace, metric, threshold, statistic, periods, what to do).
_ALARMS = (
    (
        "FailedNodesAlarm",
        "ContainerInsights",
        "cluster_failed_node_count",
        0,
        "Maximum",
        3,
        "A node has failed and was not repaired; see the node group's health.",
    ),
    (
        "NodeDiskAlarm",
        "ContainerInsights",
        "node_filesystem_utilization",
        85,
        "Maximum",
        3,
        "A node's disk is over 85 % full; raise cluster.volume_gib.",
    ),
    (
        "PendingPodsAlarm",
        "AWS/EKS",
        "scheduler_pending_pods_UNSCHEDULABLE",
        0,
        "Minimum",
        3,
        "Pods find no room and the autoscaler adds no node; raise cluster.max_nodes.",
    ),
)


def add_cluster_alarms(template: Template) -> Alarm:
    """Add all alarms; return the one that represents the control plane."""
    for title, namespace, metric, threshold, statistic, periods, meaning in _ALARMS:
        _add(template, title, (namespace, metric), threshold, statistic, periods, meaning)
    return _add(
        template,
        "FailedRequestsAlarm",
        ("AWS/EKS", "apiserver_request_total_5XX"),
        50,
        "Sum",
        2,
        "The Kubernetes API answers with server errors; see the control plane's log group.",
    )


def _add(
    template: Template,
    title: str,
    metric: tuple[str, str],
    threshold: float,
    statistic: str,
    periods: int,
    meaning: str,
) -> Alarm:
    return add_alarm(
        template,
        title,
        meaning,
        metric,
        {"ClusterName": Ref("Cluster")},
        ("GreaterThanThreshold", threshold),
        topic=CRITICAL,
        statistic=statistic,
        periods=periods,
    )
