"""Forecasts over the committed templates, as shown before approval."""

from pathlib import Path

import pytest

from tidegen.cloudformation.evaluation import evaluate
from tidegen.cloudformation.text import parse_template
from tidegen.planning.changes import Action
from tidegen.planning.forecast import forecast

CURRENT = Path(__file__).parents[2] / "templates" / "current"
ROOTS = sorted(path.name for path in (CURRENT / "roots").iterdir())


def templates(root):
    body = parse_template((CURRENT / "roots" / root).read_text())
    children = body["Metadata"]["Tidegen"].get("Children", {})
    nested = {
        name: parse_template((CURRENT / child["File"]).read_text())
        for name, child in children.items()
    }
    return {**nested, "": body}


@pytest.fixture(scope="module")
def environment():
    return templates("environment.yaml")


def resources(environment, **values):
    return evaluate(environment, {"AWS::Region": "eu-west-1", "Name": "dev", **values})


@pytest.mark.parametrize("root", ROOTS)
def test_the_same_templates_and_values_change_nothing(root):
    evaluated = evaluate(templates(root), {"AWS::Region": "eu-west-1"})
    assert evaluated
    assert forecast(evaluated, evaluated) == ()


def test_one_more_nat_gateway_is_forecast_though_only_a_parameter_changes(environment):
    """With what watches it: the alarms of NAT gateways name the one that each zone goes out by."""
    one, two = (resources(environment, NetworkNatGateways=count) for count in "12")
    changes = {change.path: change for change in forecast(one, two)}
    assert {path: change.action for path, change in changes.items()} == {
        "Monitoring/NatErrorPortAllocation": Action.MODIFY,
        "Monitoring/NatPacketsDropCount": Action.MODIFY,
        "Network/NatAddress2": Action.ADD,
        "Network/NatGateway2": Action.ADD,
        "Network/Private2DefaultRoute": Action.MODIFY,
    }
    (route,) = changes["Network/Private2DefaultRoute"].details
    assert route.after == {"Ref": "Network/NatGateway2"}


def test_another_address_range_replaces_the_vpc_and_its_dependents(environment):
    old, new = (resources(environment, NetworkCidr=f"10.{n}.0.0/16") for n in (1, 2))
    changes = {change.path: change for change in forecast(old, new)}
    assert changes["Network/Vpc"].action is Action.REPLACE
    assert changes["Network/PublicSubnet1"].action is Action.REPLACE
    causes = {d.cause for d in changes["Ingress/TargetGroup"].details}
    assert causes == {"Network/Vpc"}


def test_no_template_looks_zones_up():
    """Fn::GetAZs gives other zones than DescribeAvailabilityZones, which preflight reads."""
    for path in CURRENT.rglob("*.yaml"):
        assert "GetAZs" not in path.read_text()
