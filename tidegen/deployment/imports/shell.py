"""Empty nested stacks to import into.

CloudFormation imports into a nested stack only once it exists. A missing one is created as a shell:
its only resource is a wait condition handle, which costs nothing and which the next deploy removes.
"""

import json

from tidegen.cloudformation.resources import STACK_TYPE, Resources, TemplateBody
from tidegen.deployment.change_sets import create_change_set, execute_change_set, template_request
from tidegen.deployment.reading.deployed_roots import deployed_template, physical_ids
from tidegen.deployment.run import Run
from tidegen.deployment.uploads import upload_template
from tidegen.planning.model import ResolvedStep, StackState
from tidegen.planning.ownership import Owner
from tidegen.planning.states import NextAction, next_action
from tidegen.planning.templates import sha256

SHELL: TemplateBody = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Resources": {"ImportShell": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
}


def create_empty_stack(run: Run, step: ResolvedStep, nested: str) -> str:
    """Add an empty nested stack to the root, which is created if missing; return the stack's id.

    The root's parameters and outputs, the digest among them, do not change.
    """
    state = run.cloud.stack(step.stack_name)
    if state and next_action(state.status) is NextAction.CREATE:
        state = None  # in review: empty
    url = upload_template(run, step, "shell.json", json.dumps(SHELL, indent=1))
    shell = {"Type": STACK_TYPE, "Properties": {"TemplateURL": url}}
    deployed = deployed_template(run.cloud, state.stack_id) if state else {}
    head = deployed or Owner.of(step).template
    others = _with_present_templates(run, step, state, head.get("Resources", {}))
    body = {**head, "Resources": {**others, nested: shell}}
    ended = _updated(run, step, state, json.dumps(body, indent=1))
    return physical_ids(run.cloud, ended.stack_id)[nested]


def _with_present_templates(
    run: Run, step: ResolvedStep, state: StackState | None, resources: Resources
) -> Resources:
    """Return a root's resources; each nested stack names the template that it has now.

    An earlier import extended it past the root, whose URL still names the one before. With the
    root's update CloudFormation would set that back and release what was imported (see
    `planning.pins`).
    """
    nested = physical_ids(run.cloud, state.stack_id) if state else {}
    present = dict(resources)
    for name, resource in resources.items():
        if resource.get("Type") != STACK_TYPE or not nested.get(name):
            continue
        text = run.cloud.template(nested[name])
        properties = resource["Properties"]
        # Every key in the artifacts bucket has the hash of its template.
        if sha256(text.encode()) not in json.dumps(properties.get("TemplateURL")):
            url = upload_template(run, step, "present.json", text)
            present[name] = {**resource, "Properties": {**properties, "TemplateURL": url}}
    return present


def _updated(run: Run, step: ResolvedStep, state: StackState | None, text: str) -> StackState:
    """Create or update the root with a template and its present parameters; return its state."""
    kind = NextAction.UPDATE if state else NextAction.CREATE
    parameters = dict(state.parameters) if state else {}
    url = upload_template(run, step, "root.json", text)
    request = template_request(step, "shell", kind, parameters, url=url)
    change_set = create_change_set(run, request, new_stack=state is None)
    return execute_change_set(run, change_set, state, str(kind)).require_success()
