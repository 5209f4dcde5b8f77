"""Application errors, one alarm for the whole environment, and a dashboard."""

from typing import Any

from troposphere import If, Join, Ref, Sub, Template, cloudwatch, logs

from tidegen.blocks import inputs
from tidegen.blocks.alarms import add_alarm
from tidegen.blocks.conditions import add_condition_if_set
from tidegen.blocks.logs import add_metric_filter
from tidegen.concerns.monitoring.dashboards import dashboard_body
from tidegen.concerns.monitoring.environment_dashboard import NAMESPACE, widgets
from tidegen.concerns.monitoring.network_alarms import add_network_alarms
from tidegen.contract import PLATFORM, ZONES, Concern, Context, Input, Kind, Output

#: Condition → parameter of a concern that not every scope has; empty where it is missing.
_ALARMS = {
    "HasDatabase": "DatabaseAlarmName",
    "HasIngress": "IngressAlarmName",
    "HasEmail": "EmailAlarmName",
    "HasClusterAlarm": "ClusterAlarmName",
}
_PRESENT = {
    **_ALARMS,
    "HasLoadBalancer": "LoadBalancerFullName",
    "HasTables": "MetricsTableName",
    "HasWorkloads": "WorkloadNamespace",
}
#: Logical ids of this template, and parameters that are never empty.
_EVERYWHERE_ALARMS = ["EnvironmentUnhealthy", "ApplicationErrors", "TargetsAlarmName"]
#: JSON lines with a level (as the services write them, or below the key under which Fluent Bit
#: merges them), and plain lines that contain the word.
_ERRORS = " || ".join(
    [
        *(
            f'($.{key} = "{level}")'
            for key in ("level", "log_processed.level")
            for level in ("error", "fatal")
        ),
        '($.log = "*ERROR*")',
        '($.log = "*FATAL*")',
    ]
)
_EVERYWHERE = f"{{ {_ERRORS} }}"
#: Only the services' namespace: the cluster's own pods have other alarms.
_IN_NAMESPACE = f'{{ ($.kubernetes.namespace_name = "${{WorkloadNamespace}}") && ({_ERRORS}) }}'
_ALWAYS = " OR ".join(
    f'ALARM("${{{name}}}")'
    for name in ("ApplicationErrors", "TargetsAlarmName", "NatErrorPortAllocation")
)
_ERROR_METRIC = (Sub(NAMESPACE), "ApplicationErrors")
_MANY_ERRORS = 25  # in five minutes


def add_resources(template: Template, _context: Context) -> None:
    """Add the filters, the alarms and the dashboard."""
    for condition, parameter in _PRESENT.items():
        add_condition_if_set(template, condition, parameter)
    _add_filters(template)
    _add_environment_alarm(template)
    alarms = [*_EVERYWHERE_ALARMS, *add_network_alarms(template, NAMESPACE)]
    template.add_resource(
        cloudwatch.Dashboard("Dashboard", DashboardBody=dashboard_body(widgets(alarms, _ALARMS)))
    )


def _add_filters(template: Template) -> None:
    """Count errors, and send the same ones, of the same log group, to the relay."""
    group = Ref("ApplicationLogGroupName")
    errors = If("HasWorkloads", Sub(_IN_NAMESPACE), _EVERYWHERE)
    add_metric_filter(template, "ApplicationErrorFilter", group, errors, _ERROR_METRIC)
    template.add_resource(
        logs.SubscriptionFilter(
            "RelaySubscription",
            LogGroupName=group,
            FilterPattern=errors,
            DestinationArn=Ref("RelayFunctionArn"),
        )
    )
    _add_error_alarm(template)


def _add_error_alarm(template: Template) -> None:
    add_alarm(
        template,
        "ApplicationErrors",
        f"Applications logged more than {_MANY_ERRORS} errors in five minutes, twice in a row. "
        "Read them on the dashboard.",
        _ERROR_METRIC,
        {},
        ("GreaterThanThreshold", _MANY_ERRORS),
        periods=2,
    )


def _add_environment_alarm(template: Template) -> None:
    """Add one alarm for the environment; it only warns, as each alarm in it notifies people too."""
    optional: list[Any] = [
        If(condition, Sub(f' OR ALARM("${{{parameter}}}")'), "")
        for condition, parameter in _ALARMS.items()
    ]
    template.add_resource(
        cloudwatch.CompositeAlarm(
            "EnvironmentUnhealthy",
            # the deploy role is granted on names that begin like this, and it is not documented
            # that a name which CloudFormation generates for a composite alarm does
            AlarmName=Sub("${Project}-${Environment}-unhealthy"),
            AlarmDescription="A part of the environment that users depend on does not work. The "
            "dashboard shows which alarm caused this; its description says what to do.",
            AlarmRule=Join("", [Sub(_ALWAYS), *optional]),
            ActionsEnabled=True,
            AlarmActions=[Ref("WarningTopicArn")],
            OKActions=[Ref("WarningTopicArn")],
        )
    )


def _optional(name: str, kind: Kind, description: str) -> Input:
    """Return the input for an output of a concern that not every scope has."""
    return inputs.sibling(name, kind, description, default="")


CONCERN = Concern(
    scopes=PLATFORM,
    add_resources=add_resources,
    inputs=(
        *inputs.NAMES,
        inputs.WARNING_TOPIC,
        inputs.sibling("RelayFunctionArn", Kind.ARN, "Relay of log events"),
        inputs.sibling("RelayFunctionName", Kind.NAME, "Name of the relay function"),
        inputs.sibling(
            "ApplicationLogGroupName",
            Kind.LOG_GROUP_NAME,
            "Log group that the log shipper writes to",
        ),
        _optional("WorkloadNamespace", Kind.NAME, "Namespace of the services"),
        inputs.CLUSTER_NAME,
        *(
            inputs.sibling(title, kind, meaning)
            for zone in ZONES
            for title, kind, meaning in (
                (f"NatGateway{zone}Id", Kind.NAME, f"NAT gateway of zone {zone}"),
                (f"DataSubnet{zone}Id", Kind.SUBNET_ID, f"Data subnet of zone {zone}"),
            )
        ),
        inputs.sibling("FlowLogGroupName", Kind.LOG_GROUP_NAME, "Log group of the flow logs"),
        inputs.sibling("TargetsAlarmName", Kind.NAME, "Name of the alarm on missing targets"),
        _optional("DatabaseAlarmName", Kind.NAME, "Name of the database's alarm"),
        _optional("IngressAlarmName", Kind.NAME, "Name of the load balancer's alarm"),
        _optional("EmailAlarmName", Kind.NAME, "Name of the alarm on mail reputation"),
        _optional("ClusterAlarmName", Kind.NAME, "Name of the cluster's alarm"),
        _optional("LoadBalancerFullName", Kind.NAME, "Name of the load balancer in metrics"),
        _optional("MetricsTableName", Kind.TABLE_NAME, "Table of application metrics"),
        _optional("AnalyticsTableName", Kind.TABLE_NAME, "Table of analytics data"),
        _optional("TransactionalConfigurationSet", Kind.NAME, "Configuration set of user mail"),
        _optional("SecurityConfigurationSet", Kind.NAME, "Configuration set of security mail"),
    ),
    outputs=(
        Output(
            "DashboardName", Kind.NAME, Ref("Dashboard"), "Dashboard to open first", surface=True
        ),
        Output(
            "EnvironmentAlarmName",
            Kind.NAME,
            Ref("EnvironmentUnhealthy"),
            "Alarm of the whole environment",
            surface=True,
        ),
    ),
)
