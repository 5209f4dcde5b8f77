"""Stacks: the state they are in, what their templates need, where their templates lie."""

from collections.abc import Iterable, Mapping

from tidegen.cloudformation.resources import TemplateBody
from tidegen.contract import ARTIFACTS_PARAMETER, Topic
from tidegen.planning.preflight.check import Answer, Checks, about
from tidegen.planning.preflight.model import PreflightFinding, Question
from tidegen.planning.preflight.subject import Subject
from tidegen.planning.states import NextAction, next_action

_NAMES = ("GroupName", "InstanceProfileName", "ManagedPolicyName", "PolicyName", "RoleName")

CHECKS = Checks()


def capabilities(templates: Mapping[str, TemplateBody]) -> tuple[str, ...]:
    """Return the capabilities to acknowledge before a root with these templates is deployed.

    CreateChangeSet, `Capabilities`: IAM resources, named IAM resources, and macros.
    """
    names = set()
    for template in templates.values():
        for resource in template.get("Resources", {}).values():
            if str(resource.get("Type")).startswith("AWS::IAM::"):
                named = any(name in resource.get("Properties", {}) for name in _NAMES)
                names.add("CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM")
        if template.get("Transform"):
            names.add("CAPABILITY_AUTO_EXPAND")
    return tuple(sorted(names))


@CHECKS.add("states of the stacks", failures=("rollback-failed", "creation-rolled-back"))
def _states(subject: Subject) -> Iterable[PreflightFinding]:
    where, status = subject.stack_name, subject.status
    match next_action(status):
        case NextAction.DELETE_FIRST:
            done = "the deploy asks, then deletes and recreates it, unless it holds state"
            problem = f"is {status}; {done}"
            yield PreflightFinding(where, problem, "creation-rolled-back", blocking=False)
        case NextAction.CONTINUE_ROLLBACK:
            problem = f"is {status}; the deploy asks, then continues the rollback first"
            yield PreflightFinding(where, problem, "rollback-failed", blocking=False)


@CHECKS.add("transforms", failures=("capability-missing",))
def _transforms(subject: Subject) -> Iterable[PreflightFinding]:
    """Yield macros: CloudFormation creates no nested change set with them (CreateChangeSet)."""
    nested = len(subject.templates) > 1
    for name, template in subject.templates.items():
        if template.get("Transform") and nested:
            problem = f"has the Transform {template['Transform']}, and no change set can expand it"
            where = name or subject.stack_name
            yield PreflightFinding(
                where,
                f"{problem} in nested stacks; remove it from the template",
                "capability-missing",
            )


def _artifact_questions(subject: Subject) -> Iterable[Question]:
    name = subject.parameters.get(ARTIFACTS_PARAMETER)
    return about(Topic.BUCKETS, [name]) if isinstance(name, str) else ()


@CHECKS.add("artifacts bucket", failures=("template-unreadable",), ask=_artifact_questions)
def _artifacts(subject: Subject, regions: Answer) -> Iterable[PreflightFinding]:
    name = str(subject.parameters[ARTIFACTS_PARAMETER])
    region, wanted = regions.get(name), subject.region
    if region is None:
        problem = "the artifacts bucket does not exist; deploy the bootstrap stack again"
    elif not region:
        problem = "the artifacts bucket denies access to these credentials; check its policy"
    elif region != wanted:
        problem = f"the artifacts bucket is in {region}, CloudFormation needs it in {wanted}"
    else:
        return
    yield PreflightFinding(name, problem, "template-unreadable")
