"""Changes to ministack before it serves: add handlers, wrap handlers, fix defects.

Each shim names the defect upstream and has a test in `tests/local/test_shims.py` that fails once
upstream no longer needs it.
"""

import functools
import gzip
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tidegen.cloudformation import schemas
from tidegen.local import (
    change_sets,
    clean_up,
    deletions,
    drift_aware,
    early_validation,
    nested_stacks,
    object_keys,
    secrets,
    service_calls,
    upstream,
    zones,
)
from tidegen.local.authorization import hooks as authorization
from tidegen.local.physical_ids import identify
from tidegen.local.refusals import export_taken, stack_policy
from tidegen.local.table import entry_of, wrapped_entry

INSTANCE_PROFILE = "AWS::IAM::InstanceProfile"
#: A name of a service in the metadata at the beginning of botocore's model of it.
_NAME_IN_MODEL = re.compile(r'"(?:endpointPrefix|signingName)":\s*"([^"]+)"')
_SUFFIX = 13  # characters of a generated name
_METADATA_SIZE = 4096  # characters; a test compares the names with those of the decoded models


def install() -> None:
    """Change ministack; its settings have to be in the environment before it is imported."""
    table = upstream.provisioners()._RESOURCE_HANDLERS
    identify_instance_profiles_by_name()
    name_by_region()
    for type_name in schemas.resource_types():
        if type_name in table:
            table[type_name] = wrapped_entry(type_name, table[type_name])
        elif not type_name.startswith("AWS::CloudFormation::"):
            table[type_name] = entry_of(type_name)
    keep_attributes_of_unchanged_resources()
    take_alarms_of_several_metrics()
    size_volumes_of_snapshots()
    parse_templates_with_libyaml()
    deletions.install()
    nested_stacks.install()
    clean_up.install()
    drift_aware.install()
    change_sets.install()
    early_validation.install()
    secrets.install()
    zones.install()
    service_calls.install()
    object_keys.install()
    export_taken.install()
    stack_policy.install()
    authorization.install()
    run_handlers_off_the_event_loop()
    know_services_by_their_metadata()
    read_replacements_and_tags_from_schemas(frozenset(table))


def identify_instance_profiles_by_name() -> None:
    """Make `Ref` of an instance profile its name.

    Upstream: the physical id is the ARN, so that a name passed on, to an instance for example,
    is not one.
    """
    identify(INSTANCE_PROFILE, lambda made: made[0].rpartition("/")[2], _profile_arn)


def name_by_region() -> None:
    """Give resources of stacks with one name in two regions different names.

    Upstream: hashes the stack's name and the logical id only, so that a role of the second stack
    replaces that of the first, and is deleted with either.
    """
    provisioners = upstream.provisioners()
    plain = provisioners._physical_name

    def name(stack_name: str, logical_id: str, **options: Any) -> str:
        made = str(plain(stack_name, logical_id, **options))
        key = f"{made}:{upstream.account()}:{upstream.region()}"
        suffix = hashlib.sha256(key.encode()).hexdigest()[:_SUFFIX]
        return made[:-_SUFFIX] + (suffix if options.get("lowercase") else suffix.upper())

    provisioners._physical_name = name


def take_alarms_of_several_metrics() -> None:
    """Create an alarm on an expression as one on its first metric, other properties unchanged.

    Upstream: refuses them, in its templates and in its API, which knows no other alarms to show.
    """
    provisioners = upstream.provisioners()
    plain = provisioners._cw_metric_alarm_record

    def record(name: str, properties: dict[str, Any]) -> Any:
        metrics = [q["MetricStat"] for q in properties.get("Metrics", []) if "MetricStat" in q]
        rest = {key: value for key, value in properties.items() if key != "Metrics"}
        first = {**metrics[0]["Metric"], "Statistic": metrics[0]["Stat"]} if metrics else {}
        return plain(name, {**rest, **first})

    provisioners._cw_metric_alarm_record = record


def size_volumes_of_snapshots() -> None:
    """Create a volume of a snapshot in the snapshot's size, if no other is given.

    Upstream: makes it 8 GiB.
    """
    ec2 = upstream.service("ec2")
    plain = ec2._create_volume

    def create(parameters: dict[str, Any]) -> Any:
        snapshot = ec2._snapshots.get(upstream.parameter(parameters, "SnapshotId"))
        sized = {"Size": [str(snapshot["VolumeSize"])]} if snapshot else {}
        return plain({**sized, **parameters})

    ec2._ACTION_MAP["CreateVolume"] = create


def parse_templates_with_libyaml() -> None:
    """Parse templates with PyYAML's parser in C, if it has one.

    Upstream: parses with the one in Python: 80 % of the engine's time in a deploy.
    """
    functions, yaml = upstream.template_functions(), upstream.module("yaml")
    if yaml.__with_libyaml__:
        constructors = functions.CfnLoader.yaml_constructors
        functions.CfnLoader = type(
            "CfnLoader", (yaml.CSafeLoader,), {"yaml_constructors": constructors}
        )


def _profile_arn(name: str) -> str:
    """Return the ARN of an instance profile; the name itself when there is none."""
    profile = upstream.service("iam")._instance_profiles.get(name) or {"Arn": name}
    return str(profile["Arn"])


def keep_attributes_of_unchanged_resources() -> None:
    """Pass the resource's attributes to an update.

    Upstream: `_cfn_nested_stack_deploy` calls `_update_resource` without `old_attrs`, so that in
    a nested stack an unchanged resource loses its attributes and GetAtt of it fails.
    """
    provisioners = upstream.provisioners()
    upstream_update = provisioners._update_resource

    @functools.wraps(upstream_update)
    def update(*arguments: Any) -> Any:
        type_name, physical, old, new, stack_name, logical_id, *rest = arguments
        known = rest[0] if rest else _attributes_of(stack_name, logical_id)
        result = upstream_update(type_name, physical, old, new, stack_name, logical_id, known)
        same = result[0] == physical
        return result[0], {**(known or {}), **result[1]} if same else result[1]

    provisioners._update_resource = update
    upstream.stacks()._update_resource = update


def _attributes_of(stack_name: str, logical_id: str) -> dict[str, Any]:
    """Return the recorded attributes of one of a stack's resources."""
    return dict(upstream.resource_record(stack_name, logical_id).get("Attributes") or {})


def run_handlers_off_the_event_loop() -> None:
    """Run every handler in a thread, so that it can call the engine's own services.

    Upstream runs most on the event loop, which could not answer them meanwhile.
    """
    upstream.stacks()._runs_on_worker_thread = lambda _type_name: True


def know_services_by_their_metadata() -> None:
    """Read no more than the metadata of botocore's models to know the names of AWS's services.

    Upstream: decodes all models at the first call of a service that it does not serve: seconds, and
    hundreds of megabytes.
    """
    names = functools.cache(service_names)
    upstream.router()._is_aws_service_name = lambda name: name in names()


def service_names() -> frozenset[str]:
    """Return the names by which AWS's services are signed, addressed or listed in botocore."""
    data = Path(upstream.module("botocore").__file__).parent / "data"
    newest = {path.parts[-3]: path for path in sorted(data.glob("*/*/service-2.json*"))}
    inside = (_NAME_IN_MODEL.findall(_beginning(path)) for path in newest.values())
    return frozenset(newest).union(*inside)


def _beginning(model: Path) -> str:
    with gzip.open(model, "rt") if model.suffix == ".gz" else model.open() as text:
        return text.read(_METADATA_SIZE)


class _FromSchemas(dict[str, Any]):
    """Upstream's table of some types, completed from the registry schemas."""

    def __init__(
        self, known: dict[str, Any], types: frozenset[str], read: Callable[[schemas.Schema], Any]
    ) -> None:
        """Use `known` first, then `read` on the schema of one of `types`."""
        super().__init__(known)
        self._types = types
        self._read = read

    def get(self, type_name: str, default: Any = None) -> Any:
        """Return the entry of a type."""
        if type_name not in self and type_name in self._types:
            self[type_name] = self._read(schemas.schema_of(type_name))
        return super().get(type_name, default)


def read_replacements_and_tags_from_schemas(types: frozenset[str]) -> None:
    """Give change sets and updates each type's replacing properties and tag property.

    Upstream knows both for about a hundred types and calls the rest `Conditionally` replaced.
    """
    provisioners = upstream.provisioners()
    provisioners._REPLACING_PROPERTIES = _FromSchemas(
        provisioners._REPLACING_PROPERTIES,
        types - {deletions.TYPE},
        schemas.replacing_properties,
    )
    tags = _FromSchemas(provisioners._STACK_TAG_PROPERTY, _tagged(types), schemas.tag_shape)
    provisioners._STACK_TAG_PROPERTY = tags
    # Imported by name there.
    upstream.drift()._STACK_TAG_PROPERTY = tags


def _tagged(types: frozenset[str]) -> frozenset[str]:
    """Return the types whose tags tidegen sets: its own, and a bucket's, which upstream drops."""
    table = upstream.provisioners()._RESOURCE_HANDLERS
    ours = {name for name in types if table[name].get("added_by_tidegen")}
    return frozenset(ours | {"AWS::S3::Bucket"})
