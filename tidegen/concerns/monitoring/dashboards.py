"""Dashboards: widgets as JSON texts, some of them only under a condition."""

import json
from typing import Any

from troposphere import If, Join, Sub

Metric = list[Any]
#: (condition or None, widget)
ConditionalWidget = tuple[str | None, Any]
_HALF = 12  # columns of 24
_HEIGHT = 6  # rows


def metric_widget(
    title: str,
    metrics: list[Metric],
    *,
    statistic: str = "Sum",
    unit: str = "",
    limit: tuple[str, float] | None = None,
) -> str:
    """Return a widget of metrics over time in this region.

    `unit` is the label of its axis. `limit` (label, value) is drawn as a line: the threshold of an
    alarm that watches the metric.
    """
    axis = {"left": {"min": 0, **({"label": unit, "showUnits": False} if unit else {})}}
    properties = {
        "title": title,
        "region": "${AWS::Region}",
        "view": "timeSeries",
        "stat": statistic,
        "period": 300,
        "metrics": metrics,
        "yAxis": axis,
    }
    if limit:
        label, value = limit
        properties["annotations"] = {"horizontal": [{"label": label, "value": value}]}
    return _widget("metric", properties)


def search(expression: str, statistic: str, label: str) -> Metric:
    """Return a search for metrics: the names of Auto Scaling's instances are not known."""
    return [{"expression": f"SEARCH('{expression}', '{statistic}', 300)", "label": label}]


def log_widget(title: str, group: str, query: str) -> str:
    """Return a table of the results of a Logs Insights query."""
    properties = {
        "title": title,
        "region": "${AWS::Region}",
        "view": "table",
        "query": f"SOURCE '{group}' | {query}",
    }
    return _widget("log", properties, width=24)


def text_widget(markdown: str) -> str:
    """Return a text across the width of the dashboard."""
    return _widget("text", {"markdown": markdown}, width=24, height=2)


def alarm_widget(title: str, alarms: list[str], optional: dict[str, str]) -> Any:
    """Return alarm states, by logical id or parameter; `optional` maps condition → parameter."""
    frame = _widget("alarm", {"title": title, "alarms": ["@"]}, width=24, height=3)
    start, end = frame.split('"@"')
    prefix = "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:"
    always = ",".join(f'"{prefix}${{{name}}}"' for name in alarms)
    more = [
        If(condition, Sub(f',"{prefix}${{{name}}}"'), "") for condition, name in optional.items()
    ]
    return Join("", [start, Sub(always), *more, end])


def dashboard_body(widgets: list[ConditionalWidget]) -> Any:
    """Return the dashboard's body; the first widget must have no condition.

    A widget that is not a string contains its own conditions. Widgets have no position: CloudWatch
    places them from left to right, so that a missing one leaves no gap.
    """
    pieces: list[Any] = []
    for index, (condition, widget) in enumerate(widgets):
        comma = "," if index else ""
        if isinstance(widget, str):
            text = Sub(comma + widget) if "${" in widget else comma + widget
            pieces.append(If(condition, text, "") if condition else text)
        else:
            pieces += [comma, widget]
    return Join("", ['{"widgets":[', *pieces, "]}"])


def _widget(kind: str, properties: Any, width: int = _HALF, height: int = _HEIGHT) -> str:
    widget = {"type": kind, "width": width, "height": height, "properties": properties}
    return json.dumps(widget, separators=(",", ":"), ensure_ascii=False)
