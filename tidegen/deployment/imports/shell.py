"""What an import needs before it: change sets made and carried out, nested stacks to import into.

CloudFormation imports into a nested stack only once it is there. One that is not is made as a
shell: with a handle in it that is nothing, costs nothing and goes with the next deploy.
"""

import json

from tidegen.cloudformation.resources import STACK_TYPE, TemplateBody
from tidegen.cloudformation.text import parse_template
from tidegen.deployment.change_sets import create_change_set, execute_change_set, template_request
from tidegen.deployment.run import Run
from tidegen.deployment.uploads import upload_template
from tidegen.planning.model import ResolvedStep, StackState
from tidegen.planning.states import NextAction, next_action

SHELL: TemplateBody = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Resources": {"ImportShell": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
}


def create_empty_stack(run: Run, step: ResolvedStep, nested: str) -> str:
    """Add the nested stack, empty, to the root, which is made if it is not there; its id.

    Parameters and outputs of the root stay as they are, the digest among them.
    """
    state = run.cloud.stack(step.stack_name)
    if state and next_action(state.status) is NextAction.CREATE:
        state = None  # in review: empty
    url = upload_template(run, step, "shell.json", json.dumps(SHELL, indent=1))
    shell = {"Type": STACK_TYPE, "Properties": {"TemplateURL": url}}
    deployed = parse_template(run.cloud.template(state.stack_id)) if state else {}
    head = deployed or {"AWSTemplateFormatVersion": SHELL["AWSTemplateFormatVersion"]}
    body = {**head, "Resources": {**head.get("Resources", {}), nested: shell}}
    ended = _updated(run, step, state, json.dumps(body, indent=1))
    found = {r.logical_id: r.physical_id for r in run.cloud.resources(ended.stack_id)}
    return found[nested]


def _updated(run: Run, step: ResolvedStep, state: StackState | None, text: str) -> StackState:
    """The root with another template and the parameters that it has."""
    kind = NextAction.UPDATE if state else NextAction.CREATE
    parameters = dict(state.parameters) if state else {}
    url = upload_template(run, step, "root.json", text)
    request = template_request(step, "shell", kind, parameters, url=url)
    change_set = create_change_set(run, request, new_stack=state is None)
    return execute_change_set(run, change_set, state, str(kind)).require_success()
