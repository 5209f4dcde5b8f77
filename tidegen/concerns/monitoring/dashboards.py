"""Dashboards: widgets as JSON texts, some of them there only under a condition."""

import json
from typing import Any

from troposphere import If, Join, Sub

Metric = list[Any]
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
    """A widget of metrics over time in this region.

    `unit` is the label of its axis; `limit` (what it means, value) is drawn as a line: where an
    alarm watches the metric, its threshold.
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
        meaning, value = limit
        properties["annotations"] = {"horizontal": [{"label": meaning, "value": value}]}
    return _widget("metric", properties)


def search(expression: str, statistic: str, label: str) -> Metric:
    """All metrics that a search finds: what Auto Scaling makes has no name beforehand."""
    return [{"expression": f"SEARCH('{expression}', '{statistic}', 300)", "label": label}]


def log_widget(title: str, group: str, query: str) -> str:
    """A table of what a query of Logs Insights finds."""
    properties = {
        "title": title,
        "region": "${AWS::Region}",
        "view": "table",
        "query": f"SOURCE '{group}' | {query}",
    }
    return _widget("log", properties, width=24)


def text_widget(markdown: str) -> str:
    """A line of explanation across the dashboard."""
    return _widget("text", {"markdown": markdown}, width=24, height=2)


def alarm_widget(title: str, alarms: list[str], optional: dict[str, str]) -> Any:
    """The states of alarms, by logical id or parameter; `optional` maps condition → parameter."""
    frame = _widget("alarm", {"title": title, "alarms": ["@"]}, width=24, height=3)
    start, end = frame.split('"@"')
    prefix = "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:"
    always = ",".join(f'"{prefix}${{{name}}}"' for name in alarms)
    more = [
        If(condition, Sub(f',"{prefix}${{{name}}}"'), "") for condition, name in optional.items()
    ]
    return Join("", [start, Sub(always), *more, end])


def body(parts: list[tuple[str | None, Any]]) -> Any:
    """The dashboard's body from (condition or None, widget); the first widget is always there.

    A widget that is not a text brings its own conditions. Widgets name no place: CloudWatch sets
    them from left to right, so that none leaves a gap.
    """
    pieces: list[Any] = []
    for index, (condition, widget) in enumerate(parts):
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
