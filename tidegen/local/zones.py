"""An addition to ministack's CloudFormation: importing a hosted zone."""

from typing import Any

from tidegen.local import upstream

_TYPE = "AWS::Route53::HostedZone"


def install() -> None:
    """Let change sets import hosted zones, by their id."""
    upstream.change_sets()._IMPORT_LOOKUPS[_TYPE] = (("Id",), _import_problem)
    upstream.provisioners()._RESOURCE_HANDLERS[_TYPE]["import"] = _imported


def _import_problem(identifier: str) -> str | None:
    if identifier in upstream.service("route53")._zones:
        return None
    return f"Resource of type '{_TYPE}' with identifier '{identifier}' was not found."


def _imported(identifier: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """Return the zone's id and attributes; the name servers are those of its own record."""
    zone = identifier["Id"]
    module = upstream.service("route53")
    name = module._zones[zone]["name"]
    (own,) = (r for r in module._records[zone] if (r["Name"], r["Type"]) == (name, "NS"))
    servers = [str(server).rstrip(".") for server in own["ResourceRecords"]]
    return zone, {"Id": zone, "NameServers": servers}
