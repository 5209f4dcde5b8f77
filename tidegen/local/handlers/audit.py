"""CloudTrail and Config."""

import json
from typing import Any

from tidegen.local import upstream
from tidegen.local.handlers.base import Handler, Properties, Resource, Result, handles
from tidegen.local.handlers.service import client


@handles("AWS::CloudTrail::Trail")
class Trail(Handler):
    """A trail with its selectors."""

    _NAMES = (
        "S3BucketName",
        "S3KeyPrefix",
        "SnsTopicName",
        "IncludeGlobalServiceEvents",
        "IsMultiRegionTrail",
        "EnableLogFileValidation",
        "CloudWatchLogsLogGroupArn",
        "CloudWatchLogsRoleArn",
        "IsOrganizationTrail",
    )

    def create(self, resource: Resource) -> Result:
        """Create the trail; start or stop logging."""
        name = resource.properties.get("TrailName") or resource.identity.name()
        tags = {"TagsList": resource.tags()} if resource.tags() else {}
        made = client("cloudtrail").create_trail(Name=name, **self._settings(resource), **tags)
        self._apply(name, resource)
        return Result(name, {"Arn": made["TrailARN"]})

    def update(self, resource: Resource) -> Result:
        """Change the trail."""
        client("cloudtrail").update_trail(Name=resource.physical_id, **self._settings(resource))
        self._apply(resource.physical_id, resource)
        return Result(resource.physical_id)

    def delete(self, resource: Resource) -> None:
        """Delete the trail."""
        client("cloudtrail").delete_trail(Name=resource.physical_id)

    def existing(self, identifier: str) -> Result | None:
        """Return the trail of that name."""
        trail = upstream.service("cloudtrail")._trails.get(identifier)
        return Result(identifier, {"Arn": trail["TrailARN"]}) if trail else None

    def _settings(self, resource: Resource) -> Properties:
        """Return the trail's settings in the format of the API."""
        key = resource.only("KMSKeyId")
        return resource.only(*self._NAMES) | ({"KmsKeyId": key["KMSKeyId"]} if key else {})

    def _apply(self, name: str, resource: Resource) -> None:
        """Set the event selectors, start or stop logging."""
        cloudtrail = client("cloudtrail")
        selectors = _selectors(resource)
        if selectors:
            cloudtrail.put_event_selectors(TrailName=name, **selectors)
        on = resource.properties["IsLogging"]
        (cloudtrail.start_logging if on else cloudtrail.stop_logging)(Name=name)


def _selectors(resource: Resource) -> Properties:
    """Return the event selectors in the format of the API, which has the same names."""
    return resource.only("EventSelectors", "AdvancedEventSelectors")


@handles("AWS::Config::ConfigurationRecorder")
class ConfigurationRecorder(Handler):
    """The recorder; it starts once a delivery channel exists too, in either order."""

    def create(self, resource: Resource) -> Result:
        """Create or overwrite the recorder."""
        properties = resource.properties
        name = properties.get("Name") or "default"
        recorder = {"name": name, "roleARN": properties["RoleARN"]}
        for key in ("RecordingGroup", "RecordingMode"):
            if key in properties:
                recorder[key[0].lower() + key[1:]] = lower_first(properties[key])
        client("config").put_configuration_recorder(ConfigurationRecorder=recorder)
        if client("config").describe_delivery_channels()["DeliveryChannels"]:
            _start_recorders()
        return Result(name)

    def delete(self, resource: Resource) -> None:
        """Delete the recorder: the engine does not serve DeleteConfigurationRecorder."""
        upstream.service("config")._recorders.pop(resource.physical_id, None)

    def existing(self, identifier: str) -> Result | None:
        """Return the recorder of that name."""
        exists = identifier in upstream.service("config")._recorders
        return Result(identifier) if exists else None


@handles("AWS::Config::DeliveryChannel")
class DeliveryChannel(Handler):
    """The bucket and topic that Config delivers to."""

    def create(self, resource: Resource) -> Result:
        """Create or overwrite the channel."""
        names = ("S3BucketName", "S3KeyPrefix", "S3KmsKeyArn", "SnsTopicARN")
        name = resource.properties.get("Name") or "default"
        channel = lower_first(resource.only(*names, "ConfigSnapshotDeliveryProperties"))
        client("config").put_delivery_channel(DeliveryChannel={"name": name, **channel})
        _start_recorders()
        return Result(name)

    def delete(self, resource: Resource) -> None:
        """Delete the channel: the engine does not serve DeleteDeliveryChannel."""
        upstream.service("config")._delivery_channels.pop(resource.physical_id, None)


def _start_recorders() -> None:
    """Start the region's recorder, as CloudFormation does."""
    config = client("config")
    for recorder in config.describe_configuration_recorders()["ConfigurationRecorders"]:
        config.start_configuration_recorder(ConfigurationRecorderName=recorder["name"])


@handles("AWS::Config::ConfigRule")
class ConfigRule(Handler):
    """A rule of Config."""

    def create(self, resource: Resource) -> Result:
        """Create or overwrite the rule."""
        name = resource.properties.get("ConfigRuleName") or resource.identity.name()
        names = ("Description", "Scope", "Source", "MaximumExecutionFrequency", "EvaluationModes")
        rule = {"ConfigRuleName": name, **resource.only(*names)}
        if "InputParameters" in resource.properties:
            given = resource.properties["InputParameters"]
            rule["InputParameters"] = given if isinstance(given, str) else json.dumps(given)
        client("config").put_config_rule(ConfigRule=rule)
        return Result(name, self._attributes(name))

    def delete(self, resource: Resource) -> None:
        """Delete the rule."""
        client("config").delete_config_rule(ConfigRuleName=resource.physical_id)

    def _attributes(self, name: str) -> Properties:
        """Return the attributes that Config gives the rule."""
        rule = client("config").describe_config_rules(ConfigRuleNames=[name])["ConfigRules"][0]
        return {"Arn": rule["ConfigRuleArn"], "ConfigRuleId": rule["ConfigRuleId"]}


# Names of Config's API that are not CloudFormation's with a lower-case first letter.
_IRREGULAR = {
    "SnsTopicARN": "snsTopicARN",
    "ResourceTypes": "resourceTypes",
}


def lower_first(value: Any) -> Any:
    """Return `value` with every name in it in Config's format: the first letter in lower case."""
    if isinstance(value, dict):
        return {
            _IRREGULAR.get(name, name[0].lower() + name[1:]): lower_first(item)
            for name, item in value.items()
        }
    return [lower_first(item) for item in value] if isinstance(value, list) else value
