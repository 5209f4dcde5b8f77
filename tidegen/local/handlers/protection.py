"""Backup selections, associations of web ACLs, composite alarms."""

from typing import Any

from tidegen.local.handlers.base import Handler, Properties, Resource, Result, handles
from tidegen.local.handlers.service import client


@handles("AWS::Backup::BackupSelection")
class BackupSelection(Handler):
    """The resources of a backup plan; any change replaces it."""

    def create(self, resource: Resource) -> Result:
        """Create the selection."""
        plan = resource.properties["BackupPlanId"]
        made = client("backup").create_backup_selection(
            BackupPlanId=plan, BackupSelection=_selection(resource.properties)
        )
        selection = made["SelectionId"]
        return Result(f"{selection}_{plan}", {"SelectionId": selection, "BackupPlanId": plan})

    def update(self, resource: Resource) -> Result:
        """Change nothing: no property can change in place."""
        return Result(resource.physical_id)

    def delete(self, resource: Resource) -> None:
        """Delete the selection."""
        selection, _, plan = resource.physical_id.partition("_")
        client("backup").delete_backup_selection(BackupPlanId=plan, SelectionId=selection)


def _selection(properties: Properties) -> Properties:
    """Return a selection in the format of the API, which has the same names."""
    given: Properties = dict(properties["BackupSelection"])
    conditions: Any = given.get("Conditions")
    if isinstance(conditions, dict):
        given["Conditions"] = {name: list(value) for name, value in conditions.items()}
    return given


@handles("AWS::WAFv2::WebACLAssociation")
class WebAclAssociation(Handler):
    """A web ACL in front of a resource."""

    def create(self, resource: Resource) -> Result:
        """Associate the web ACL with the resource."""
        call = resource.only("WebACLArn", "ResourceArn")
        client("wafv2").associate_web_acl(**call)
        return Result(f"{call['ResourceArn']}|{call['WebACLArn']}")

    def update(self, resource: Resource) -> Result:
        """Change nothing: no property can change in place."""
        return Result(resource.physical_id)

    def delete(self, resource: Resource) -> None:
        """Remove the web ACL from the resource."""
        client("wafv2").disassociate_web_acl(ResourceArn=resource.physical_id.partition("|")[0])


@handles("AWS::CloudWatch::CompositeAlarm")
class CompositeAlarm(Handler):
    """An alarm over alarms."""

    _NAMES = (
        "AlarmRule",
        "AlarmDescription",
        "ActionsEnabled",
        "AlarmActions",
        "OKActions",
        "InsufficientDataActions",
        "ActionsSuppressor",
        "ActionsSuppressorWaitPeriod",
        "ActionsSuppressorExtensionPeriod",
    )

    def create(self, resource: Resource) -> Result:
        """Create or overwrite the alarm."""
        given = resource.properties.get("AlarmName")
        name = str(given or resource.physical_id or resource.identity.name())
        tags = {"Tags": resource.tags()} if resource.tags() else {}
        client("cloudwatch").put_composite_alarm(
            AlarmName=name, **resource.only(*self._NAMES), **tags
        )
        alarm = client("cloudwatch").describe_alarms(
            AlarmNames=[name], AlarmTypes=["CompositeAlarm"]
        )["CompositeAlarms"][0]
        return Result(name, {"Arn": alarm["AlarmArn"]})

    def delete(self, resource: Resource) -> None:
        """Delete the alarm."""
        client("cloudwatch").delete_alarms(AlarmNames=[resource.physical_id])
