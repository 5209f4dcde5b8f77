"""Ask for authorization before each creation, update and deletion of a resource by a stack.

A denial fails the resource before its handler runs. A call whose decision depends on condition keys
or parts of an ARN that only AWS knows is neither denied nor counted as allowed: it is logged once.
docs/local-engine.md lists these cases.
"""

import functools
import json
import logging
from typing import Any

from tidegen.local import upstream
from tidegen.local.authorization import service_roles
from tidegen.local.authorization.decision import Judged, denial, judged_calls
from tidegen.local.authorization.roles import Role, role_at
from tidegen.local.authorization.subject import Operation, Subject
from tidegen.local.refusals import message

logger = logging.getLogger("tidegen.authorization")
_logged: set[str] = set()


def install() -> None:
    """Wrap upstream's functions that call a handler, and its requests that name a role."""
    service_roles.install()
    provisioners, stacks = upstream.provisioners(), upstream.stacks()
    for name, wrap in (
        ("_provision_resource", _authorized_creation),
        ("_update_resource", _authorized_update),
        ("_delete_resource", _authorized_deletion),
    ):
        wrapped = wrap(getattr(provisioners, name))
        setattr(provisioners, name, wrapped)
        setattr(stacks, name, wrapped)  # imported by name there


def _authorized_creation(create: Any) -> Any:
    @functools.wraps(create)
    def wrapped(type_name: str, logical_id: str, properties: Any, stack_name: str) -> Any:
        for operation in ("create", "read"):
            authorize(_subject(operation, type_name, logical_id, properties, stack_name))
        return create(type_name, logical_id, properties, stack_name)

    return wrapped


def _authorized_update(update: Any) -> Any:
    @functools.wraps(update)
    def wrapped(
        type_name: str, physical: str, old: Any, new: Any, stack_name: str, *rest: Any
    ) -> Any:
        if old != new:
            logical_id = rest[0] if rest else ""
            for operation in ("update", "read"):
                values = {"physical_id": physical, "previous": old}
                authorize(_subject(operation, type_name, logical_id, new, stack_name, **values))
        return update(type_name, physical, old, new, stack_name, *rest)

    return wrapped


def _authorized_deletion(delete: Any) -> Any:
    @functools.wraps(delete)
    def wrapped(type_name: str, physical: str, properties: Any, *rest: Any) -> Any:
        stack_name, logical_id = (*rest, "", "")[:2]
        if stack_name:
            values = {"physical_id": physical}
            authorize(
                _subject("delete", type_name, logical_id or "", properties, stack_name, **values)
            )
        return delete(type_name, physical, properties, *rest)

    return wrapped


def _subject(
    operation: Operation,
    type_name: str,
    logical_id: str,
    properties: Any,
    stack_name: str,
    **more: Any,
) -> Subject:
    return Subject(
        type_name=type_name,
        operation=operation,
        stack_name=stack_name,
        logical_id=logical_id,
        account=upstream.account(),
        region=upstream.region(),
        properties=properties,
        attributes=upstream.resource_record(stack_name, logical_id).get("Attributes") or {},
        **more,
    )


def authorize(subject: Subject) -> None:
    """Raise ValueError, worded as on AWS, if the stack's role may not make a handler's call."""
    arn = service_roles.service_role(subject.stack_name)
    if not arn:
        return
    role = role_at(arn)
    if role is None:
        raise ValueError(message("role-unusable").format(role=arn))
    for item in judged_calls(subject, role):
        if item.decision.allowed is None:
            _log(item, role)
        elif not item.decision.allowed and _is_made(subject):
            logger.debug(f"{item.action} as {role.name}: denied, {item.decision.statement}")
            raise ValueError(denial(item, subject, role))


def _is_made(subject: Subject) -> bool:
    """Return whether the handler runs: a resource is read for the attributes a template uses."""
    if subject.operation != "read":
        return True
    template = json.dumps(upstream.stack_record(subject.stack_name).get("_template") or {})
    name = subject.logical_id
    uses = (f'"Fn::GetAtt": ["{name}"', f'"Fn::GetAtt": "{name}.', f"${{{name}.")
    return any(text in template for text in uses)


def _log(item: Judged, role: Role) -> None:
    """Log once what cannot be decided, and the statements on which it depends."""
    names = sorted({str(statement.get("Sid", "?")) for statement in item.decision.undecided})
    line = f"{item.action} as {role.name}: not decided, it depends on {', '.join(names)}"
    if line not in _logged:
        _logged.add(line)
        logger.debug(line)
