"""Entries of ministack's handler table: tidegen's, and upstream's with validation and attributes.

An entry is a dict of functions with upstream's signatures: `create(logical_id, properties,
stack_name)`, `update(physical_id, old, new, stack_name, logical_id)` and `delete(physical_id,
properties)`; the first two return the physical id and the attributes.
"""

from dataclasses import replace
from typing import Any

from tidegen.cloudformation import schemas
from tidegen.local import attributes, clean_up, completion, upstream
from tidegen.local.handlers.base import Handler, Properties, Resource, Result
from tidegen.local.handlers.recorded import Recorded
from tidegen.local.handlers.registry import created_handlers
from tidegen.local.refusals import CREATE, DELETE, UPDATE, refuse
from tidegen.local.validation import converted_properties, validated

Entry = dict[str, Any]


def entry_of(type_name: str) -> Entry:
    """Return the entry of a type that ministack does not have: created or recorded."""
    handler = created_handlers().get(type_name) or Recorded()

    def create(logical_id: str, properties: Properties, stack_name: str) -> Result:
        resource = _resource(type_name, logical_id, stack_name, properties)
        refuse(CREATE, resource)
        return _completed(resource, handler.create(resource))

    def update(
        physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str
    ) -> Result:
        resource = _updated(_resource(type_name, logical_id, stack_name, new), physical_id, old)
        return _completed(resource, handler.update(resource))

    def delete(physical_id: str, properties: Properties) -> None:
        _delete(handler, type_name, physical_id, properties)

    return {
        "create": create,
        "update": update,
        "update_with_logical_id": True,
        "delete": delete,
        "added_by_tidegen": True,
        **_importing(handler, type_name),
    }


def _importing(handler: Handler, type_name: str) -> Entry:
    """Return the entry's `import`, if its handler supports it, and register the look-up upstream.

    Upstream uses the look-up to check that the resource exists before it creates a change set.
    """
    if type(handler).existing is Handler.existing:
        return {}
    (pointer,) = schemas.schema_of(type_name)["primaryIdentifier"]
    key = pointer.rpartition("/")[2]
    module = upstream.change_sets()

    def problem(identifier: str) -> str | None:
        words = module._IMPORT_NOT_FOUND.format(type=type_name, value=identifier)
        return None if handler.existing(identifier) else str(words)

    def adopt(identifier: Properties) -> Result:
        existing = handler.existing(identifier[key])
        if existing is None:
            raise ValueError(problem(identifier[key]))
        return existing

    module._IMPORT_LOOKUPS.setdefault(type_name, ((key,), problem))
    return {"import": adopt}


def wrapped_entry(type_name: str, entry: Entry) -> Entry:
    """Return upstream's entry with validation, refusals, dropped properties and attributes."""

    def create(logical_id: str, properties: Properties, stack_name: str) -> Result:
        resource = _resource(type_name, logical_id, stack_name, properties)
        refuse(CREATE, resource)
        made = Result(*entry["create"](logical_id, properties, stack_name))
        try:
            return _completed(resource, completion.complete(resource, made))
        except Exception:
            # The stack has not recorded it yet, so its rollback would not delete it.
            entry["delete"](made.physical_id, properties)
            raise

    def update(
        physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str
    ) -> Result:
        resource = _updated(_resource(type_name, logical_id, stack_name, new), physical_id, old)
        extra = (logical_id,) if entry.get("update_with_logical_id") else ()
        made = Result(*entry["update"](physical_id, old, new, stack_name, *extra))
        return _completed(resource, completion.complete(resource, made))

    def delete(physical_id: str, properties: Properties, *logical_id: str) -> None:
        resource = _deleted(type_name, physical_id, properties)
        refuse(DELETE, resource)
        entry["delete"](physical_id, properties, *logical_id)
        completion.clean_up(type_name, physical_id)

    wrapped = {**entry, "create": create}
    if "update" in entry:
        wrapped |= {"update": update, "update_with_logical_id": True}
    if "delete" in entry:
        wrapped["delete"] = clean_up.CHECKED[entry["delete"]] = delete
    return wrapped


def _resource(type_name: str, logical_id: str, stack_name: str, properties: Properties) -> Resource:
    """Return the resource, its properties validated and without the tags CloudFormation adds."""
    region = upstream.region()
    identity = attributes.Identity(
        type_name=type_name,
        account=upstream.account(),
        region=region,
        stack_name=stack_name,
        logical_id=logical_id,
        seed=upstream.provisioners()._NAME_SEED.get(),
    )
    validated(type_name, _as_written(properties, stack_name), region)
    return Resource(identity, converted_properties(type_name, properties, region))


def _updated(resource: Resource, physical_id: str, old: Properties) -> Resource:
    """Return a resource with its properties before the update, unless AWS refuses the update."""
    previous = _converted(resource.identity.type_name, old)
    resource = replace(resource, physical_id=physical_id, previous=previous)
    refuse(UPDATE, resource)
    return resource


def _as_written(properties: Properties, stack_name: str) -> Properties:
    """Return `properties` without the stack's own tags, which upstream has added to them.

    They have only key and value; some types require more, such as `PropagateAtLaunch`.
    """
    stack = upstream.stack_record(stack_name)
    added = [{key: tag[key] for key in ("Key", "Value")} for tag in stack.get("Tags") or []]
    tags = properties.get("Tags")
    if not added or not isinstance(tags, list):
        return properties
    own = [tag for tag in tags if tag not in added]
    rest = {name: value for name, value in properties.items() if name != "Tags"}
    return {**rest, "Tags": own} if own else rest


def _converted(type_name: str, properties: Properties) -> Properties:
    """Return properties that were validated before, with their scalars converted."""
    return converted_properties(type_name, properties, upstream.region())


def _completed(resource: Resource, made: Result) -> Result:
    """Return `made` with generated values for the schema's other attributes."""
    identity = resource.identity
    schema = schemas.schema_of(identity.type_name, identity.region)
    generated = attributes.attributes(schema, identity, resource.properties, made.physical_id)
    return Result(made.physical_id, {**generated, **made.attributes})


def _delete(handler: Handler, type_name: str, physical_id: str, properties: Properties) -> None:
    """Delete a resource; one that is gone already counts as deleted, as on AWS."""
    missing = upstream.module("botocore.exceptions").ClientError
    resource = _deleted(type_name, physical_id, properties)
    refuse(DELETE, resource)
    try:
        handler.delete(resource)
    except missing as error:
        if "NotFound" not in error.response["Error"]["Code"] + str(error).replace(" ", ""):
            raise


def _deleted(type_name: str, physical_id: str, properties: Properties) -> Resource:
    """Return the resource to delete; its stack and logical id are not known here."""
    identity = attributes.Identity(
        type_name=type_name,
        account=upstream.account(),
        region=upstream.region(),
        stack_name="",
        logical_id="",
    )
    return Resource(identity, _converted(type_name, properties), physical_id)
