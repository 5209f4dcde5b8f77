"""CloudFormation's rules, as AWS documents them, for the double; `tests/port/` tests them."""

import json
from fnmatch import fnmatchcase

from botocore.exceptions import ClientError

from tidegen.aws.errors import translated
from tidegen.cloudformation.schemas import Replacement, primary_identifier, replacement_of
from tidegen.cloudformation.text import parse_template
from tidegen.planning.changes import Action

STACK_TYPE = "AWS::CloudFormation::Stack"
#: Statuses from which a stack can be updated (AWS docs, "Stack status codes").
UPDATABLE = (
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
    "CREATE_FAILED",
    "UPDATE_FAILED",
)


#: Statuses in which drift can be detected (AWS docs, "Detect drift on an entire stack").
DETECTABLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
#: Types that CloudFormation does not compare; one represents all of them here.
UNCHECKABLE = ("AWS::CloudFormation::WaitConditionHandle",)


def owner_tags(name):
    """Return the tags of a root stack of project `tide`, from its name."""
    owner = name.removeprefix("tide-").removesuffix("-access").removesuffix("-recovery")
    tags = {"project": "tide"}
    return tags if owner in ("identity", "bootstrap") else {**tags, "environment": owner}


def refuse(operation, code, message, status=400):
    """Raise the adapter's error for CloudFormation's answer."""
    about = {"HTTPStatusCode": status}
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": about}
    with translated("double", f"cloudformation:{operation}"):
        raise ClientError(answer, operation)


def check_status(state, request):
    """Refuse a change set for a stack whose status allows none of that kind."""
    operation, name = "CreateChangeSet", request.stack_name
    if request.kind == "CREATE":
        if state and state.status != "REVIEW_IN_PROGRESS":
            text = f"Stack [{name}] already exists and cannot be created again with the changeSet"
            refuse(operation, "ValidationError", f"{text} [{request.name}].")
    elif state is None:
        refuse(operation, "ValidationError", f"Stack [{name}] does not exist")
    elif state.status not in UPDATABLE:
        text = f"Stack:{state.stack_id} is in {state.status} state and can not be updated."
        refuse(operation, "ValidationError", text)


def check_import(before, after, request):
    """Refuse an import that would do anything else (AWS docs, "Import AWS resources ...")."""
    operation = "CreateChangeSet"
    if before.get("Outputs", {}) != after.get("Outputs", {}):
        text = "As part of the import operation, you cannot modify or add [Outputs]"
        refuse(operation, "ValidationError", text)
    old, new = before.get("Resources", {}), after.get("Resources", {})
    wanted = [item.logical_id for item in request.resources]
    added = [name for name in new if name not in old]
    if sorted(added) != sorted(wanted):
        text = f"Resources {added} is missing from ResourceToImport list"
        refuse(operation, "ValidationError", text)
    if any(new.get(name) != resource for name, resource in old.items()):
        text = "You have modified resources in your template that are not being imported."
        refuse(operation, "ValidationError", text)
    missing = [name for name in wanted if "DeletionPolicy" not in new[name]]
    if missing:
        text = f"resources to import {missing} must have DeletionPolicy attribute specified"
        refuse(operation, "ValidationError", text)
    for item in request.resources:
        if set(item.identifier) != set(primary_identifier(item.type)):
            text = f"Invalid resource identifier for resource type {item.type}"
            refuse(operation, "ValidationError", text)


def check_detecting(state):
    """Refuse to detect drift in a stack that is not at rest, or has failed."""
    if state.status not in (*DETECTABLE, "UPDATE_ROLLBACK_FAILED", "IMPORT_COMPLETE"):
        text = f"Stack [{state.name}] is in {state.status} state; drift cannot be detected"
        refuse("DetectStackDrift", "ValidationError", text)


def check_keeping(state, *, keep):
    """Refuse to update a stack that kept a failure, unless this update keeps one too."""
    if state.status in ("CREATE_FAILED", "UPDATE_FAILED") and not keep:
        text = f"This stack is currently in a non-terminal [{state.status}] state. To update the "
        text += "stack from this state, please use the disable-rollback parameter"
        refuse("ExecuteChangeSet", "ValidationError", text)


def check_continuing(state, resources, skip):
    """Refuse to continue a rollback that did not fail, or to skip a resource that did not fail.

    API reference of ContinueUpdateRollback: only resources in UPDATE_FAILED can be skipped; those
    of nested stacks are named `NestedStackName.ResourceLogicalID`.
    """
    operation = "ContinueUpdateRollback"
    if state is None or state.status != "UPDATE_ROLLBACK_FAILED":
        status = state.status if state else "no stack"
        text = f"Stack is in {status} state and cannot be continued"
        refuse(operation, "ValidationError", text)
    failed = {r.logical_id for r in resources if r.status == "UPDATE_FAILED"}
    wrong = [name for name in skip if "." not in name and name not in failed]
    if wrong:
        text = f"The following resource(s) cannot be skipped: {', '.join(wrong)}"
        refuse(operation, "ValidationError", text)


def body_of(text):
    """Return a template; empty where the double has none."""
    return parse_template(text, "double") if text else {}


def check_parameters(template, given):
    """Refuse parameters that the template does not declare, and missing values."""
    declared = template.get("Parameters", {})
    unknown = [name for name in given if name not in declared]
    if unknown and declared:
        listed = ", ".join(unknown)
        text = f"Parameters: [{listed}] do not exist in the template"
        refuse("CreateChangeSet", "ValidationError", text)
    missing = [n for n, about in declared.items() if n not in given and "Default" not in about]
    if missing:
        listed = ", ".join(missing)
        refuse("CreateChangeSet", "ValidationError", f"Parameters: [{listed}] must have values")


def filled(value, parameters):
    """Return a value with `Ref` of parameters replaced; other functions are kept."""
    if isinstance(value, dict):
        if list(value) == ["Ref"] and value["Ref"] in parameters:
            return parameters[value["Ref"]]
        return {key: filled(item, parameters) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, parameters) for item in value]
    return value


def differences(old, new):
    """Yield (logical id, resource, action, replacement, properties) from `old` to `new`."""
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before is None or after is None:
            action = Action.ADD if before is None else Action.REMOVE
            yield name, after or before, action, Replacement.NEVER, ()
        elif before != after or after["Type"] == STACK_TYPE:
            yield _modified(name, before, after)


def _modified(name, before, after):
    was, becomes = before.get("Properties", {}), after.get("Properties", {})
    changed = tuple(sorted(k for k in {*was, *becomes} if was.get(k) != becomes.get(k)))
    always = [k for k in changed if replacement_of(after["Type"], k) is Replacement.ALWAYS]
    replacement = Replacement.ALWAYS if always else Replacement.NEVER
    action = Action.REPLACE if always else Action.MODIFY
    return name, after, action, replacement, changed


_UPDATES = {
    Action.MODIFY: "Update:Modify",
    Action.REPLACE: "Update:Replace",
    Action.REMOVE: "Update:Delete",
}


def denied(policy, logical_id, action):
    """Return CloudFormation's message if the stack's policy denies a change, else None.

    AWS docs, "Prevent updates to stack resources": an explicit deny wins, and with a policy what it
    does not allow is denied.
    """
    wanted = _UPDATES.get(action)
    if not policy or not wanted:
        return None
    effects = {
        statement["Effect"]: number
        for number, statement in enumerate(json.loads(policy)["Statement"], 1)
        if _covers(statement, logical_id, wanted)
    }
    if "Deny" in effects or "Allow" not in effects:
        return (
            f"Action denied by stack policy: Statement [#{effects.get('Deny', 1)}] does not allow "
            f"[{wanted}] for resource [LogicalResourceId/{logical_id}]"
        )
    return None


def _covers(statement, logical_id, wanted):
    actions, resources = (_list(statement[key]) for key in ("Action", "Resource"))
    return any(fnmatchcase(wanted, a) for a in actions) and any(
        fnmatchcase(f"LogicalResourceId/{logical_id}", r) for r in resources
    )


def _list(value):
    return value if isinstance(value, list) else [value]


def physical_name(resource):
    """Return the name that a template gives a resource, None where CloudFormation generates it."""
    kind = resource["Type"].rpartition("::")[2]
    name = resource.get("Properties", {}).get(f"{kind}Name")
    return name if isinstance(name, str) else None
