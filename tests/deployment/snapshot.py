"""An environment's resources as the services list them, without random parts."""

import re

from botocore.exceptions import ClientError

# Differences between equal environments: hashes, and the suffixes of generated names.
_RANDOM = re.compile(r"\b(?:[0-9a-f]{64}|[0-9a-f]{8}-[0-9a-f]{3}|[0-9a-fA-F]{13})\b")


ACCOUNT_ROOTS = ("tide-identity", "tide-bootstrap", "tide-account")


def snapshot(cloud, name, roots=()):
    """The roots, an environment's by default, and the stacks below, with change sets and policies.

    `name` is what differs from one to the next and is left out: the environment or the account.
    """
    cloudformation = cloud._client("cloudformation")
    stacks = []
    for root in roots or (f"tide-{name}-access", f"tide-{name}"):
        stacks += _stacks(cloudformation, root, name)
    return stacks


def _stacks(cloudformation, stack_id, name):
    try:
        (stack,) = cloudformation.describe_stacks(StackName=stack_id)["Stacks"]
    except ClientError:
        return []
    resources = cloudformation.list_stack_resources(StackName=stack_id)["StackResourceSummaries"]
    stacks = [_stack(cloudformation, stack, name, resources)]
    for resource in sorted(resources, key=lambda item: item["LogicalResourceId"]):
        if resource["ResourceType"] == "AWS::CloudFormation::Stack":
            stacks += _stacks(cloudformation, resource["PhysicalResourceId"], name)
    return stacks


def _stack(cloudformation, stack, name, resources):
    own = {"StackName": stack["StackName"]}
    change_sets = cloudformation.list_change_sets(**own)["Summaries"]
    seen = {
        "name": stack["StackName"],
        "status": stack["StackStatus"],
        "parameters": sorted(map(_values, stack.get("Parameters", []))),
        "outputs": sorted(map(_values, stack.get("Outputs", []))),
        "tags": sorted(map(_values, stack.get("Tags", []))),
        "protected": stack.get("EnableTerminationProtection"),
        "template": cloudformation.get_template(**own)["TemplateBody"],
        "policy": cloudformation.get_stack_policy(**own).get("StackPolicyBody"),
        "resources": sorted((r["LogicalResourceId"], r["ResourceStatus"]) for r in resources),
        "left over": [c["ChangeSetName"] for c in change_sets if _is_open(c)],
    }
    return {key: _RANDOM.sub("*", str(value)).replace(name, "NAME") for key, value in seen.items()}


def _is_open(change_set):
    return not change_set["ExecutionStatus"].startswith("EXECUTE_")


def _values(item):
    return tuple(str(value) for value in item.values())
